"""Changes at a random instant of sending (F18): a message is stopped, or it had left
before; pairs of a change and a message due just then, under two senders that look all
the time. Cancellations (F17) are in test_message_sender.py.

Both are under the patient's lock, so the journal's own clock and that of the attempt
say which came first. A pause takes no patient's lock: the batch whose gate is open
may still leave, and nothing that is claimed later.
"""

import random
import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from core.db import unit_of_work
from notifications.models import Attempt, MailboxItem, Message
from notifications.services import opt_outs, providers
from notifications.services.checking import faults
from notifications.services.sending import send_due
from patients.models import ContactPoint
from patients.services import contacts
from scheduling.models import Appointment
from tests.factories import notifications as make
from tests.factories.notifications import NOW
from tests.faults.fake_provider import many, time_goes_by
from tests.faults.sizes import size
from tests.lock_order import watched

PAIRS = size(120, 3000)
# A sender needs about as long from its look to its attempt.
LONGEST_HEAD_START = 0.04
PATIENCE = size(60, 900)
# Of one kind each: who came after it, told all the same.
AFTER = {
    "moved": "j.stream = m.subject AND j.name = 'appointment.moved' AND m.revision = 0",
    "stopped": "j.stream = 'patient:' || m.patient_id AND j.name = 'sms.stopped'",
    "contact": "j.stream = 'patient:' || m.patient_id AND j.name = 'contact.ended'"
    " AND a.contact_id IN (SELECT id FROM patients_contactpoint"
    " WHERE ended_at IS NOT NULL)",
}
LATE = """
SELECT a.id FROM notifications_attempt a
  JOIN notifications_message m ON m.id = a.message_id AND m.kind = 'confirmation'
  JOIN core_journalentry j ON a.started_at > j.recorded_at AND {after}
"""


def late(kind):
    with connection.cursor() as cursor:
        cursor.execute(LATE.format(after=AFTER[kind]))
        return cursor.fetchall()


@pytest.fixture
def place(committed_db):
    """Everybody with a number of their own, as STOP goes by the number."""
    return unit_of_work(partial(many, PAIRS, own_numbers=True))[0]


def moved(place, visit, number):
    """To an hour of its own, eight a day."""
    days, hours = divmod(number // len(CHANGES), 8)
    start = make.VISIT + timedelta(days=1 + days, hours=hours)
    make.move(place, visit, start=start, now=NOW)


def stopped(place, visit, number):
    phone = ContactPoint.objects.get(
        patient=visit.patient_id, system="phone", ended_at=None
    )
    opt_outs.stop(address=phone.value, source="sms", by=place.by, now=NOW)


def contact(place, visit, number):
    new = f"+1713{5600000 + number}"
    contacts.add(
        patient_id=visit.patient_id, system="phone", value=new, by=place.by, now=NOW
    )


CHANGES = {"moved": moved, "stopped": stopped, "contact": contact}


def test_changes_at_a_random_instant_of_sending_are_in_one_order(place):
    dice, stop = random.Random(11), threading.Event()
    visits = list(Appointment.objects.select_related("patient").order_by("pk"))[:PAIRS]
    rows = Message.objects.filter(kind="confirmation")
    rows.update(next_at=make.at("2027-01-01 10:00"))
    senders = [threading.Thread(target=sending, args=[stop]) for _ in range(2)]
    with watched() as watch:
        for sender in senders:
            sender.start()
        for number, visit in enumerate(visits):
            kind = list(CHANGES)[number % len(CHANGES)]
            # Due in this instant; the senders look again and again.
            rows.filter(subject=f"appointment:{visit.pk}").update(next_at=NOW)
            stop.wait(dice.uniform(0, LONGEST_HEAD_START))
            unit_of_work(partial(CHANGES[kind], place, visit, number))
        stop.set()
        for sender in senders:
            sender.join(PATIENCE)
    subjects = [f"appointment:{visit.pk}" for visit in visits]
    raced = rows.filter(subject__in=subjects, revision=0)
    for _ in range(2):
        time_goes_by()
        send_due(as_of=NOW)

    assert watch.faults == []
    assert [row for kind in AFTER for row in late(kind)] == []
    assert not raced.filter(state__in=("scheduled", "claimed", "sending")).exists()
    told = raced.filter(state="accepted").values_list("pk", flat=True)
    # Both came first now and then, or it was no race.
    stoppable = raced.exclude(state="accepted").count()
    assert told.exists()
    assert stoppable > 0
    assert MailboxItem.objects.filter(message_ref__in=told).count() == len(told)
    assert {fault.kind for fault in faults(NOW)} == set()


def sending(stop):
    try:
        while not stop.is_set():
            send_due(as_of=NOW)
    finally:
        connection.close()


LATE_FOR_A_PAUSE = """
SELECT count(*) FROM notifications_attempt a
  JOIN core_journalentry off ON off.name = 'sending.paused'
   AND a.started_at > off.recorded_at + interval '1 second'
  JOIN core_journalentry on_again ON on_again.name = 'sending.resumed'
   AND on_again.id = (SELECT min(id) FROM core_journalentry
                       WHERE name = 'sending.resumed' AND id > off.id)
   AND a.started_at < on_again.recorded_at
"""


def test_a_pause_at_a_random_instant_stops_all_but_the_batch_that_is_leaving(place):
    """In pauses of random beginnings, each as long as sixty looks of a sender."""
    dice = random.Random(12)
    stop = threading.Event()

    def loop():
        try:
            while not stop.is_set():
                send_due(as_of=NOW, limit=dice.randint(1, 9))
        finally:
            connection.close()

    sender = threading.Thread(target=loop)
    sender.start()
    counts = []
    for _ in range(size(3, 30)):
        goal = Attempt.objects.count() + dice.randint(1, PAIRS // 5)
        while Attempt.objects.count() < min(goal, PAIRS):
            pass
        pause = partial(providers.pause, reason="drill", by=place.by, now=NOW)
        unit_of_work(pause)
        # The batch whose gate was open is over once the sender says it is silent.
        assert send_due(as_of=NOW).silent == "paused"
        stop.wait(0.3)
        counts.append(Attempt.objects.count())
        stop.wait(0.3)
        counts.append(Attempt.objects.count())
        unit_of_work(partial(providers.resume, by=place.by, now=NOW))
    stop.set()
    sender.join(PATIENCE)

    assert counts[::2] == counts[1::2]
    with connection.cursor() as cursor:
        cursor.execute(LATE_FOR_A_PAUSE)
        assert cursor.fetchone() == (0,)
