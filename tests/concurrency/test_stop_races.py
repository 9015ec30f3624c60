"""A STOP at any instant against senders at work: nothing begins to leave after it."""

import random
import threading
import time
from functools import partial

from django.db import close_old_connections, connection

from core.db import unit_of_work
from core.models import JournalEntry
from notifications.models import Attempt, MailboxItem, Message
from notifications.services import inbound
from notifications.services.sending import send_due
from tests import lock_order
from tests.factories import notifications as make
from tests.factories.notifications import NOW

PAIRS = 24


def in_thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def number(n: int) -> str:
    return f"+1713555{1000 + n:04}"


def people(count):
    """Two patients share each number; each has a confirmation that is due."""
    place = unit_of_work(partial(make.office, rooms=4))
    for n in range(count):
        for one in range(2):
            who = unit_of_work(
                partial(make.patient, place, phone=number(n), given_name=f"P{one}")
            )
            start = make.VISIT + (n % 8) * make.HOUR + (n // 8) * 24 * make.HOUR
            unit_of_work(partial(make.book, place, who, start=start))


def stop(n):
    unit_of_work(
        partial(
            inbound.receive,
            provider="twilio",
            event_id=f"SM{n}",
            sender=number(n),
            recipient="",
            body="STOP",
            received_at=NOW,
            now=NOW,
        )
    )


def test_nothing_begins_to_leave_after_a_stop(committed_db):
    people(PAIRS)
    dice = random.Random(5)
    order = list(range(PAIRS))
    dice.shuffle(order)

    def stop_all():
        for n in order:
            time.sleep(dice.random() / 40)
            stop(n)

    def send_all():
        while any(thread.is_alive() for thread in stopping):
            send_due(as_of=NOW)
        send_due(as_of=NOW)

    with lock_order.watched() as watch:
        stopping = [in_thread(stop_all)]
        sending = [in_thread(send_all) for _ in range(2)]
        for thread in [*stopping, *sending]:
            thread.join(60)
    close_old_connections()

    assert watch.faults == []
    assert late_attempts() == []
    texts = Message.objects.filter(kind="confirmation")
    assert set(texts.values_list("state", flat=True)) <= {"accepted", "suppressed"}
    confirmed = Message.objects.filter(kind="stop_confirmed", state="accepted")
    assert confirmed.count() == PAIRS
    sent = texts.filter(state="accepted").count()
    assert MailboxItem.objects.count() == sent + PAIRS


def late_attempts():
    """Attempts that began under the lock after the STOP of their patient was kept."""
    found = []
    stops = JournalEntry.objects.filter(name="sms.stopped")
    assert stops.count() == 2 * PAIRS
    for entry in stops:
        patient_id = entry.stream.removeprefix("patient:")
        found += Attempt.objects.filter(
            message__patient=patient_id,
            message__inbound=None,
            started_at__gt=entry.recorded_at,
        )
    return found
