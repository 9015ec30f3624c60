"""The sender itself: stalled providers, a database that goes, a clock that jumps."""

import random
import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection

from core import clock
from core.db import unit_of_work
from notifications import channels
from notifications.channels.contract import Accepted
from notifications.models import ClockReading, MailboxItem, Message, ProviderState
from notifications.services import clock_guard, looping, providers
from notifications.services.looping import Loop
from notifications.services.sending import Tally, send_due
from patients.services.row_locks import lock
from scheduling.selectors import appointments_at
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories import patients as make_patient
from tests.factories.notifications import NOW
from tests.faults.fake_provider import many, time_goes_by
from tests.faults.sizes import size
from tests.lock_order import watched

PATIENCE = size(20, 300)
CANCELLATIONS = size(200, 3000)


class Stalled:
    """Takes a letter and does not answer before it is released."""

    capability = "opaque"

    def __init__(self, name):
        self.name = name
        self.release, self.paged, self.called = (threading.Event() for _ in range(3))

    def send(self, letter):
        if letter.user_id is not None:
            self.paged.set()
            return Accepted()
        self.called.set()
        self.release.wait(PATIENCE)
        return Accepted()


@pytest.fixture
def stalled(monkeypatch, settings):
    """Two providers that stall, in place of texts and mail."""
    pair = [Stalled("stalled-a"), Stalled("stalled-b")]
    for one in pair:
        monkeypatch.setitem(channels.PROVIDERS, one.name, one)
        monkeypatch.setitem(channels.CARRIES, one.name, frozenset({"sms", "email"}))
    settings.CHANNELS = {"sms": "stalled-a", "email": "stalled-b"}
    yield pair
    for one in pair:
        one.release.set()


@pytest.fixture
def looped():
    """Start a loop in a thread of its own; stopped at the end."""
    stop, threads, said = threading.Event(), [], []

    def start(**asked):
        loop = Loop(every=0.1, say=said.append, as_of=NOW, **asked)
        threads.append(threading.Thread(target=loop.run, args=[stop]))
        threads[0].start()
        return said

    yield start
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)


def alarm(place):
    make_clinic.on_call(make_clinic.membership("clinician", place.clinic))
    make_patient.task(place.clinic, kind="red_flag", tier=1, now=NOW)


def test_a_page_leaves_while_two_providers_stall(committed_db, stalled, looped):
    place, _, _ = unit_of_work(partial(many, 50))
    by_mail = Message.objects.filter(kind="confirmation").order_by("pk")[:20]
    Message.objects.filter(pk__in=[row.pk for row in by_mail]).update(channel="email")
    looped()
    assert stalled[0].called.wait(PATIENCE)

    unit_of_work(partial(alarm, place))

    assert stalled[0].paged.wait(5)
    for one in stalled:
        one.release.set()


def test_a_slow_provider_holds_up_nobody_elses_messages(
    committed_db, stalled, settings, looped
):
    settings.CHANNELS = {"sms": "file", "email": "stalled-b"}
    place, _, _ = unit_of_work(partial(many, 9))
    who = unit_of_work(
        partial(make.patient, place, sms_consent=False, email_consent=True)
    )
    start = make.VISIT + make.HOUR
    unit_of_work(partial(make.book, place, who, start=start))
    looped()
    assert stalled[1].called.wait(PATIENCE)

    assert eventually(lambda: MailboxItem.objects.count() == 10)
    stalled[1].release.set()


def eventually(holds):
    """Return True once it holds; the loop's turns are what is waited for."""
    turn = threading.Event()
    for _ in range(PATIENCE * 20):
        if holds():
            return True
        turn.wait(0.05)
    return False


def test_the_loop_goes_on_when_its_connections_are_cut(committed_db, looped):
    place, _, _ = make.committed()
    said = looped()
    assert eventually(lambda: MailboxItem.objects.count() == 1)

    for _ in range(6):
        cut_all_others()
    who = unit_of_work(partial(make.patient, place))
    start = make.VISIT + make.HOUR
    unit_of_work(partial(make.book, place, who, start=start))

    assert eventually(lambda: MailboxItem.objects.count() == 2), said


def cut_all_others():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND usename = current_user"
        )


def test_the_loop_says_that_the_database_is_away_and_that_it_is_back(monkeypatch):
    stop, said, faults = threading.Event(), [], [OperationalError("gone")] * 2

    def turn(**asked):
        if not asked["urgent"] and faults:
            raise faults.pop()
        if not asked["urgent"]:
            stop.set()
        return Tally()

    monkeypatch.setattr(looping, "send_due", turn)
    monkeypatch.setattr(looping, "LONGEST_PAUSE_SECONDS", 0.01)
    Loop(every=0.01, say=said.append).run(stop)

    assert [text.split(" (")[0] for text in said] == [
        "The database does not answer",
        "The database does not answer",
        "Sending goes on.",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("jump", "stops"),
    [
        (timedelta(days=6), True),
        (timedelta(seconds=150), True),
        (timedelta(seconds=-30), True),
        (timedelta(seconds=60), False),
        (timedelta(0), False),
    ],
)
def test_a_clock_that_jumps_stops_sending_until_somebody_has_looked(jump, stops):
    place, _, _ = make.booked()
    clock.set_to(NOW)
    assert not clock_guard.clock_is_wrong()
    reading = ClockReading.objects.get()
    ClockReading.objects.update(at=reading.at - jump)

    tally = send_due()

    assert (tally.silent == "clock_jumped", tally.sent) == (stops, int(not stops))
    if stops:
        assert send_due().silent == "paused"
        assert "clock_jumped" in ProviderState.objects.get().pause_reason
        providers.resume(by=place.by, now=NOW)
        assert send_due().sent == 1


@pytest.mark.django_db
def test_a_demo_clock_set_on_purpose_stops_nothing():
    make.booked()
    clock.set_to(NOW - make.HOUR)
    send_due()

    clock.set_to(NOW)

    assert send_due().sent == 1


def test_a_patient_somebody_writes_about_keeps_no_other_message(committed_db):
    _, who, _ = unit_of_work(partial(many, 20))
    release, held = threading.Event(), threading.Event()

    def hold():
        lock(who.pk)
        held.set()
        release.wait(PATIENCE)

    def work():
        try:
            unit_of_work(hold)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    held.wait(PATIENCE)
    sender = threading.Thread(target=sent_in_thread)
    sender.start()

    others = Message.objects.filter(kind="confirmation").exclude(patient=who)
    assert eventually(lambda: not others.exclude(state="accepted").exists())
    assert Message.objects.get(kind="confirmation", patient=who).state == "claimed"
    release.set()
    thread.join(PATIENCE)
    sender.join(PATIENCE)
    time_goes_by()
    send_due(as_of=NOW)

    assert Message.objects.get(kind="confirmation", patient=who).state == "accepted"


def sent_in_thread():
    try:
        send_due(as_of=NOW)
    finally:
        connection.close()


def test_two_senders_and_cancellations_among_them_are_in_one_order(committed_db):
    place, _, _ = unit_of_work(partial(many, CANCELLATIONS))
    visits = list(appointments_at(place.clinic.pk).order_by("pk"))
    # Each meets the senders where chance has it: before, in, or behind their batch.
    random.Random(17).shuffle(visits)
    with watched() as watch:
        threads = [threading.Thread(target=sent_in_thread) for _ in range(2)]
        for thread in threads:
            thread.start()
        for visit in visits:
            unit_of_work(partial(make.cancel, place, visit, now=NOW))
        for thread in threads:
            thread.join(PATIENCE * 3)
    send_due(as_of=NOW)

    assert watch.faults == []
    with connection.cursor() as cursor:
        cursor.execute(LATE_ATTEMPTS)
        assert cursor.fetchall() == []
    told = Message.objects.filter(kind="confirmation", state="accepted").count()
    rows = Message.objects.filter(kind="confirmation", state="cancelled").count()
    assert told + rows == CANCELLATIONS + 1
    assert MailboxItem.objects.count() == told


LATE_ATTEMPTS = """
SELECT a.id FROM notifications_attempt a
  JOIN notifications_message m ON m.id = a.message_id AND m.kind = 'confirmation'
  JOIN core_journalentry j ON j.stream = m.subject
   AND j.name = 'appointment.cancelled' AND a.started_at > j.recorded_at
"""
