"""A clinic that treats, patients on their way to it, and the hours that pass."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinics.domain import quiet_hours
from core import clock
from core.actor import Actor
from core.models import FailedReaction
from notifications.models import Message
from notifications.services.checking import faults
from notifications.services.sending import send_due
from notifications.services.visit_calls import ask_for_calls
from patients.models import Task
from patients.services import tasks

HOUSTON = ZoneInfo("America/Chicago")
STEP = timedelta(minutes=5)
BY = Actor("staff", "1", "Cora", "coordinator")


def pass_time(begin: datetime, end: datetime, *, calling: bool = False) -> None:
    """Let the sender and the sweeps run from `begin` to `end`, as beat would.

    Hours in which nothing falls due are left out; the sweep looks at nine, ten and
    noon. With `calling` the calls asked for are made at once.
    """
    now = begin
    while now <= end:
        clock.set_to(now)
        send_due(as_of=now)
        ask_for_calls(now)
        if calling:
            make_calls(now)
        now = _next(now, end)
    clock.set_to(end)
    assert not list(FailedReaction.objects.values_list("error", "place"))
    assert [fault.text for fault in faults(end)] == []


def _next(now: datetime, end: datetime) -> datetime:
    """The next due message's instant, or the next full hour; in that order."""
    due = Message.objects.filter(state="scheduled", next_at__gt=now)
    first = due.order_by("next_at").values_list("next_at", flat=True).first()
    found = [first, end] if first else [end]
    for days in (0, 1):
        day = now.astimezone(HOUSTON).date() + timedelta(days=days)
        found += [quiet_hours.at(day, time(hour), HOUSTON) for hour in (9, 10, 12)]
    return min((one for one in found if one > now), default=end + STEP)


def heard(zone: ZoneInfo = HOUSTON, **only: object) -> list[tuple[str, str, str]]:
    """(kind, channel, wall clock) of what left, in order."""
    rows = Message.objects.filter(sent_at__isnull=False, **only).order_by("sent_at")
    return [
        (row.kind, row.channel, f"{row.sent_at.astimezone(zone):%a %Y-%m-%d %H:%M}")
        for row in rows
        if row.sent_at
    ]


def calls(zone: ZoneInfo = HOUSTON, **only: object) -> list[tuple[str, str]]:
    """(first words, wall clock) of the calls that were asked for, in order."""
    rows = Task.objects.filter(kind__in=("call_patient", "standby"), **only)
    return [
        (
            row.text.partition(":")[0],
            f"{row.created_at.astimezone(zone):%a %Y-%m-%d %H:%M}",
        )
        for row in rows.order_by("created_at")
    ]


def make_calls(now: datetime) -> None:
    """Let the coordinator make every call that is asked for."""
    for task in Task.objects.filter(kind="call_patient", done_at=None):
        tasks.close(task_id=task.pk, outcome="Told.", by=BY, now=now)
