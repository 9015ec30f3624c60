"""Follow-ups through the services under a set clock: nudged, telephoned, owed again,
and silent for the dead; what `check_messages` finds agrees at every step."""

import pytest

from core import clock
from core.actor import Actor
from core.models import FailedReaction
from notifications.models import MailboxItem, Message
from notifications.selectors.due import next_due
from notifications.services import sending
from notifications.services.check_in_calls import ask_for_calls
from notifications.services.checking import faults
from patients.models import Task
from patients.services import consents, contacts, departures
from procedures.follow_up import responses
from procedures.models import FollowUp
from scheduling.booking import book
from tests.factories import procedures as make
from tests.factories.procedure_day import Day

pytestmark = pytest.mark.django_db

# Treated on Tuesday 2026-09-15. Nobody answers: what is left when the year is over.
SILENCE = [
    ("check_in_d1", "sms", "2026-09-16 10:00"),
    ("check_in_d3", "sms", "2026-09-18 10:00"),
    ("check_in_d7", "sms", "2026-09-22 10:00"),
    ("time_to_book", "sms", "2026-09-23 10:00"),
    ("check_in_nudge", "email", "2026-09-24 10:00"),
    ("book_nudge", "email", "2026-09-25 10:00"),
    # A Sunday, and the third reminder in seven days.
    ("book_nudge", "sms", "2026-09-27 12:00"),
    ("check_in_d14", "sms", "2026-09-29 10:00"),
    ("check_in_nudge", "email", "2026-10-01 10:00"),
]
CALLS = [
    ("call_patient", "nurse", "2026-09-17 15:00"),
    ("call_patient", "nurse", "2026-09-19 15:00"),
    ("call_patient", "nurse", "2026-09-24 15:00"),
    ("book_follow_up", "coordinator", "2026-09-29 10:00"),
    ("call_patient", "nurse", "2026-10-02 15:00"),
]


@pytest.fixture
def day():
    ready = Day.ready()
    contacts.add(
        patient_id=ready.episode.patient_id,
        system="email",
        value="marisol@example.org",
        by=ready.place.actor("coordinator"),
        now=make.at("2026-09-15", "08:31"),
    )
    for channel in ("sms", "email"):
        consents.grant(
            patient_id=ready.episode.patient_id,
            channel=channel,
            by=ready.place.actor("coordinator"),
            now=make.at("2026-09-15", "08:31"),
        )
    return ready.until("discharged")


def play(until, calls=()):
    """Send what falls due, each message at its own time, and look for calls."""
    looks = [make.at(*when.split()) for when in calls]
    at = next_due(until)
    while at is not None:
        for look in [look for look in looks if look < at]:
            looks.remove(look)
            ask(look)
        clock.set_to(at)
        sending.send_due(as_of=at)
        at = next_due(until, after=at)
    for look in looks:
        ask(look)
    assert not list(FailedReaction.objects.values_list("error", "place"))


def ask(now):
    clock.set_to(now)
    ask_for_calls(now)
    assert faults(now) == []


def local(instant):
    return f"{instant.astimezone(make.HOUSTON):%Y-%m-%d %H:%M}"


def left(day, prefix="follow_up:"):
    rows = Message.objects.filter(
        patient=day.episode.patient_id,
        sent_at__isnull=False,
        subject__startswith=prefix,
    )
    ordered = rows.order_by("sent_at")
    return [(row.kind, row.channel, local(row.sent_at)) for row in ordered]


def test_who_answers_nothing_is_nudged_on_the_other_channel_then_called(day):
    looks = [f"{when}" for _, _, when in CALLS]
    play(make.at("2026-10-02", "16:00"), looks)

    assert left(day) == SILENCE
    made = Task.objects.filter(kind__in=("call_patient", "book_follow_up"))
    found = [(t.kind, t.owner_role, local(t.created_at)) for t in made]
    assert sorted(found, key=lambda row: row[2]) == CALLS
    assert MailboxItem.objects.filter(channel="email").count() == 3


def test_an_answer_stops_the_nudges_of_its_contact_alone(day):
    who = day.episode.patient
    contact = FollowUp.objects.get(episode=day.episode, code="D7")
    play(make.at("2026-09-23", "12:00"))
    responses.submit(
        follow_up_id=contact.pk,
        answers={"nrs": 2, "swelling": "none", "bears_weight": "yes"},
        by=Actor("patient", str(who.pk), role="patient", clinic_id=who.clinic_id),
        now=make.at("2026-09-23", "12:01"),
    )

    play(make.at("2026-09-26", "12:00"))

    assert [kind for kind, *_ in left(day)] == [
        "check_in_d1",
        "check_in_d3",
        "check_in_d7",
        "time_to_book",
        "book_nudge",
    ]


def test_a_booked_visit_silences_and_its_cancellation_asks_again_by_a_call(day):
    play(make.at("2026-09-23", "12:00"))
    visit = make.book(
        day.place,
        day.episode,
        make.at("2026-09-29", "09:00"),
        visit_type="follow-up",
        contact="D14",
        now=make.at("2026-09-23", "12:05"),
    )
    play(make.at("2026-09-28", "12:00"))
    assert "book_nudge" not in {kind for kind, *_ in left(day)}
    assert "check_in_d14" not in waiting(day)

    book.cancel(
        appointment_id=visit.pk,
        reason="patient",
        by=day.place.actor("coordinator"),
        now=make.at("2026-09-28", "12:05"),
    )
    play(make.at("2026-09-29", "11:00"), ["2026-09-29 10:30"])

    assert left(day)[-1] == ("check_in_d14", "sms", "2026-09-29 10:00")
    [task] = Task.objects.filter(kind="book_follow_up", done_at=None)
    assert local(task.created_at) == "2026-09-29 10:30"


def waiting(day):
    rows = Message.objects.filter(patient=day.episode.patient_id, state="scheduled")
    return set(rows.values_list("kind", flat=True))


@pytest.mark.parametrize("kind", ["deceased", "do_not_contact"])
def test_the_dead_and_who_wants_no_contact_hear_nothing_more(day, kind):
    play(make.at("2026-09-16", "12:00"))
    departures.record(
        patient_id=day.episode.patient_id,
        clinic_id=day.place.clinic.pk,
        kind=kind,
        source="their daughter",
        by=day.place.actor("nurse"),
        now=make.at("2026-09-16", "12:30"),
    )

    play(make.at("2026-10-02", "16:00"), ["2026-09-24 15:00", "2026-10-02 15:00"])

    assert left(day) == SILENCE[:1]
    assert waiting(day) == set()
    assert (
        not Task.objects.filter(done_at=None)
        .exclude(kind="visits")
        .filter(kind__in=("call_patient", "book_follow_up"))
    )


@pytest.mark.parametrize("ending", ["withdraw"])
def test_who_left_the_path_after_the_injection_is_still_followed_up(day, ending):
    make.done(
        make.act(
            day.place,
            day.episode,
            ending,
            {"reason": "Moves to another clinic."},
            role="clinician",
            now=make.at("2026-09-15", "15:00"),
        )
    )

    play(make.at("2026-09-22", "11:00"))

    assert left(day) == SILENCE[:3]
