"""The Celery app: it does the work that the database plans, and rings the bell.

Nothing lives only in a task: arguments are ids, due times are rows, and a sweep finds
what a dead worker left. No eta or countdown above 60 seconds: Redis would hand such a
task out again and again once its visibility timeout is over.
"""

import os
import sys

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

VISIBILITY_SECONDS = 3600
PAGES = "pages"
# The web never waits long for a broker that hangs; a worker may.
SOCKET_SECONDS = 5 if "worker" in sys.argv else 2

app = Celery("crestpath")
app.conf.update(
    broker_url=os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        "socket_timeout": SOCKET_SECONDS,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "global_keyprefix": "crestpath:",
        # Sweep for unacknowledged tasks every 10 s, not every 100.
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    },
    visibility_timeout=VISIBILITY_SECONDS,
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=False,
    worker_prefetch_multiplier=1,
    # Pages to people on call have a worker of their own: nothing is before them.
    task_routes={"notifications.tasks.send_pages": {"queue": PAGES}},
    task_soft_time_limit=60,
    task_time_limit=120,
    worker_max_tasks_per_child=500,
    worker_max_memory_per_child=300_000,
    worker_soft_shutdown_timeout=20,
    worker_enable_soft_shutdown_on_idle=True,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_publish_retry_policy={
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.2,
    },
    beat_enable_remote_control=True,
    timezone="UTC",
)

# Each asks "what is due by now?", so a second beat or a missed tick does no harm.
app.conf.beat_schedule = {
    "escalate-tasks": {"task": "patients.tasks.escalate_tasks", "schedule": 30.0},
    "forget-enquiries": {"task": "patients.tasks.forget_enquiries", "schedule": 3600.0},
    "mark-missed-follow-ups": {
        "task": "procedures.tasks.mark_missed_follow_ups",
        "schedule": 600.0,
    },
    "ask-for-milestones": {
        "task": "procedures.tasks.ask_for_milestones",
        "schedule": 600.0,
    },
    "keep-yearly-rounds": {
        "task": "procedures.tasks.keep_yearly_rounds",
        "schedule": 600.0,
    },
    "release-expired-holds": {
        "task": "scheduling.tasks.release_expired_holds",
        "schedule": 30.0,
    },
    "close-offer-batches": {
        "task": "scheduling.tasks.close_offer_batches",
        "schedule": 10.0,
    },
    "offer-freed-openings": {
        "task": "scheduling.tasks.offer_freed_openings",
        "schedule": 15.0,
    },
    "expire-waitlist-entries": {
        "task": "scheduling.tasks.expire_waitlist_entries",
        "schedule": 600.0,
    },
    "retry-failed-reactions": {
        "task": "config.tasks.retry_failed_reactions",
        "schedule": 20.0,
    },
    "send-due": {"task": "notifications.tasks.send_due", "schedule": 15.0},
    # An unanswered ring must cost less than the five seconds a page may take; where
    # nobody serves the queue, it does not grow.
    "send-pages": {
        "task": "notifications.tasks.send_pages",
        "schedule": 3.0,
        "options": {"expires": 10.0},
    },
    "carry-on-repairs": {
        "task": "scheduling.tasks.carry_on_repairs",
        "schedule": 15.0,
    },
    "ask-for-check-in-calls": {
        "task": "notifications.tasks.ask_for_check_in_calls",
        "schedule": 300.0,
    },
    "ask-for-visit-calls": {
        "task": "notifications.tasks.ask_for_visit_calls",
        "schedule": 300.0,
    },
    "check-messages": {
        "task": "notifications.tasks.check_messages",
        "schedule": 24 * 3600.0,
    },
    "forget-sessions": {
        "task": "clinics.tasks.forget_expired_sessions",
        "schedule": 3600.0,
    },
    "forget-old-rows": {"task": "config.tasks.forget_old_rows", "schedule": 3600.0},
}

app.autodiscover_tasks()


@signals.worker_init.connect
@signals.beat_init.connect
def stop_if_messages_would_be_lost(**_: object) -> None:
    """The web process asks the same when it starts (config/wsgi.py)."""
    from notifications import starting  # noqa: PLC0415  (Django is set up by now)

    starting.stop_if_wrong()
