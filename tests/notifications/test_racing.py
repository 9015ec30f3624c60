"""Killed processes and rivals, on a database that really commits."""

import random
import threading
import time
from functools import partial

import pytest
from django.db import close_old_connections, connection

from core.db import unit_of_work
from core.journal import entries
from notifications.models import Attempt, MailboxItem, Message
from notifications.services.claiming import claim
from notifications.services.sending import send_due
from tests import lock_order
from tests.factories import notifications as make
from tests.factories.notifications import NOW

KILLED = -9
DIE = """
import os, signal
from datetime import datetime
from notifications.services.sending import send_due

def die(point):
    if point == {point!r}:
        os.kill(os.getpid(), signal.SIGKILL)

send_due(as_of=datetime.fromisoformat({now!r}), at_point=die)
"""
DIE_INSIDE_THE_GATE = """
import os, signal
from datetime import datetime
from notifications.services import gate_writing
from notifications.services.sending import send_due

gate_writing.wording.open_words = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
send_due(as_of=datetime.fromisoformat({now!r}))
"""


def leases_end():
    Message.objects.exclude(lease_token=None).update(lease_until=NOW - make.HOUR)


@pytest.mark.parametrize("point", ["after_claim", "gate", "after_gate", "after_call"])
def test_a_killed_sender_loses_nothing_and_doubles_nothing(child, point):
    _, _, visit = make.committed()
    code = DIE_INSIDE_THE_GATE if point == "gate" else DIE
    assert child(code.format(point=point, now=NOW.isoformat())) == KILLED
    assert not Message.objects.filter(state="accepted").exists()

    for _ in range(2):
        leases_end()
        send_due(as_of=NOW)

    assert MailboxItem.objects.count() == 1
    confirmation = Message.objects.get(kind="confirmation")
    assert confirmation.state == "accepted"
    assert confirmation.subject == f"appointment:{visit.pk}"


def test_an_attempt_is_on_record_before_its_call(child):
    make.committed()

    child(DIE.format(point="after_gate", now=NOW.isoformat()))

    assert Attempt.objects.count() == 1
    assert not MailboxItem.objects.exists()


def test_two_workers_never_claim_the_same_message(committed_db):
    make.committed()

    first = unit_of_work(partial(claim, now=NOW))[1]
    second = unit_of_work(partial(claim, now=NOW))[1]

    assert (len(first), second) == (1, [])


def in_thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


VISITS = 16


def test_nothing_begins_to_leave_after_its_visit_was_cancelled(committed_db):
    place, _, first = make.committed()
    visits = [first]
    for number in range(1, VISITS):
        who = unit_of_work(partial(make.patient, place))
        start = make.VISIT + number // 2 * make.HOUR
        if number // 2 > 7:
            break
        visits.append(unit_of_work(partial(make.book, place, who, start=start)))
    dice = random.Random(7)
    dice.shuffle(visits)

    def cancel_all():
        for visit in visits:
            unit_of_work(partial(make.cancel, place, visit, now=NOW))
            time.sleep(dice.random() / 50)

    def send_all():
        while any(thread.is_alive() for thread in cancelling):
            send_due(as_of=NOW)
        send_due(as_of=NOW)

    with lock_order.watched() as watch:
        cancelling = [in_thread(cancel_all)]
        sending = [in_thread(send_all) for _ in range(2)]
        for thread in [*cancelling, *sending]:
            thread.join(60)
    close_old_connections()

    assert watch.faults == []
    assert late_attempts(visits) == []
    confirmations = Message.objects.filter(kind="confirmation")
    states = set(confirmations.values_list("state", flat=True))
    assert states <= {"accepted", "cancelled"}
    told = confirmations.filter(state="accepted").count()
    assert MailboxItem.objects.count() == told + (
        Message.objects.filter(kind="cancelled", state="accepted").count()
    )


def late_attempts(visits):
    """Attempts about a visit that began under the lock after its cancellation's."""
    found = []
    for visit in visits:
        subject = f"appointment:{visit.pk}"
        cancelled = entries(subject).get(name="appointment.cancelled")
        found += Attempt.objects.filter(
            message__subject=subject,
            message__kind__in=["confirmation", "day_before"],
            started_at__gt=cancelled.recorded_at,
        )
    return found
