"""A patient who died or wants no contact: everything stops at once, and comes back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from core.problems import Invalid
from core.refusal import Refused
from notifications.models import Message
from notifications.selectors import situations
from patients.models import Departure, Task
from patients.services import departures, links, tasks
from procedures.models import FollowUp
from scheduling.booking import book, holds
from scheduling.models import WaitlistEntry
from scheduling.waitlist import entries
from tests.factories import notifications as make
from tests.factories import procedures as path
from tests.factories.notifications import NOW
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db
KINDS = ("deceased", "do_not_contact")


def depart(who, kind="deceased", now=NOW, **fields):
    given = {"source": "Her daughter, by telephone", **fields}
    return departures.record(patient_id=who.pk, kind=kind, by=make.BY, now=now, **given)


def back(who, kind="deceased", now=NOW + timedelta(hours=1)):
    return departures.take_back(
        patient_id=who.pk, kind=kind, reason="Another patient", by=make.BY, now=now
    )


def waiting(who):
    rows = Message.objects.filter(patient=who, state="scheduled")
    return sorted(rows.values_list("kind", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_planned_leaves_any_more(kind):
    _, who, _ = make.booked()
    before = waiting(who)
    assert before

    depart(who, kind)

    assert waiting(who) == []
    stopped = Message.objects.filter(patient=who, state="cancelled")
    assert set(stopped.values_list("reason", flat=True)) == {kind}


@pytest.mark.parametrize("kind", KINDS)
def test_a_slip_taken_back_plans_everything_anew(kind):
    _, who, _ = make.booked()
    before = waiting(who)
    depart(who, kind)

    back(who, kind)

    assert waiting(who) == before
    who.refresh_from_db()
    assert who.standing == ""
    assert Departure.objects.get().taken_back_reason == "Another patient"


def test_a_link_closes_and_opens_again():
    _, who, visit = make.booked()
    link = links.issue(
        patient=who,
        purpose="offer",
        subject=f"offer:{visit.pk}",
        expires_at=NOW + timedelta(days=9),
        now=NOW,
    )
    token = links.token(link)

    depart(who)
    assert links.find(token, NOW) is None
    back(who)
    assert links.find(token, NOW) is not None


def test_calls_to_the_patient_close_and_the_visits_become_a_decision():
    place, who, _ = make.booked()
    call = tasks.open(
        clinic_id=place.clinic.pk,
        kind="call_patient",
        text="Call the patient.",
        patient_id=who.pk,
        subject="link:1",
        due_at=NOW + timedelta(hours=4),
        by=make.BY,
        now=NOW,
    )

    depart(who)

    call.refresh_from_db()
    assert call.done_at == NOW
    decision = Task.objects.get(kind="visits-of-departed")
    assert decision.owner_role == "coordinator"
    assert decision.notes.count() == 1
    back(who)
    assert Task.objects.filter(kind="call_patient", done_at=None).count() == 1
    decision.refresh_from_db()
    assert decision.done_at is not None


def test_an_urgent_flag_stays_for_a_clinician():
    place, who, _ = make.booked()
    task = tasks.open(
        clinic_id=place.clinic.pk,
        kind="red-flag",
        text="Call now.",
        patient_id=who.pk,
        tier=1,
        by=make.BY,
        now=NOW,
    )

    depart(who)

    task.refresh_from_db()
    assert task.done_at is None


def test_check_ins_end_and_are_planned_again():
    day = Day.ready().until("discharged")
    who, now = day.episode.patient, path.at("2026-09-18", "10:00")
    planned = FollowUp.objects.filter(episode=day.episode, state="planned").count()

    depart(who, now=now)
    states = FollowUp.objects.values_list("state", flat=True)
    assert set(states) == {"cancelled"}
    back(who, now=now + timedelta(hours=1))

    assert FollowUp.objects.filter(state="planned").count() == planned


def test_a_deceased_patient_is_neither_booked_nor_kept_an_opening_nor_listed():
    place, who, visit = make.booked()
    depart(who)
    later = visit.start + timedelta(days=7)
    common = {
        "clinic_id": place.clinic.pk,
        "patient_id": who.pk,
        "visit_type": visit.visit_type.slug,
        "start": later,
        "by": make.BY,
        "now": NOW,
    }

    assert codes(book.book(**common)) == ["patient-deceased"]
    assert codes(holds.hold(**common)) == ["patient-deceased"]
    moved = book.move(
        appointment_id=visit.pk,
        start=later,
        version=visit.version,
        by=make.BY,
        now=NOW,
    )
    assert codes(moved) == ["patient-deceased"]
    with pytest.raises(entries.PatientDeparted):
        entries.add(
            clinic_id=place.clinic.pk,
            patient_id=who.pk,
            visit_type=visit.visit_type.slug,
            valid_from_on=NOW.date(),
            valid_to_on=later.date(),
            by=make.BY,
            now=NOW,
        )


def test_waiting_and_holds_end():
    place, who, visit = make.booked()
    entry = entries.add(
        clinic_id=place.clinic.pk,
        patient_id=who.pk,
        visit_type=visit.visit_type.slug,
        valid_from_on=NOW.date(),
        valid_to_on=visit.start.date() + timedelta(days=30),
        by=make.BY,
        now=NOW,
    )
    held = holds.hold(
        clinic_id=place.clinic.pk,
        patient_id=who.pk,
        visit_type=visit.visit_type.slug,
        start=visit.start + timedelta(days=7),
        by=make.BY,
        now=NOW,
    )
    assert not isinstance(held, Refused)

    depart(who, "do_not_contact")

    held.refresh_from_db()
    assert held.ended_at == NOW
    assert WaitlistEntry.objects.get(pk=entry.pk).closed_as == "withdrawn"


def test_no_call_is_asked_for_either():
    _, who, visit = make.booked()
    depart(who)

    book.cancel(appointment_id=visit.pk, reason="died", by=make.BY, now=NOW)

    assert not Task.objects.filter(kind="call_patient", done_at=None).exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "asleep"}, "kind"),
        ({"source": "  "}, "source"),
        ({"source": "x" * 201}, "source"),
        ({"died_on": NOW.date() + timedelta(days=2)}, "died_on"),
        ({"kind": "do_not_contact", "died_on": NOW.date()}, "died_on"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(fields, field):
    _, who, _ = make.booked()

    with pytest.raises(Invalid) as wrong:
        depart(who, **fields)

    assert [fault.pointer for fault in wrong.value.errors] == [f"/{field}"]
    who.refresh_from_db()
    assert who.standing == ""


def test_recorded_twice_is_one():
    _, who, _ = make.booked()

    assert depart(who).pk == depart(who).pk


def test_death_outlasts_a_wish_that_is_taken_back():
    _, who, _ = make.booked()
    depart(who, "do_not_contact")
    depart(who, "deceased")
    back(who, "do_not_contact")

    who.refresh_from_db()
    assert who.standing == "deceased"
    assert waiting(who) == []


def test_the_database_lets_nothing_leave():
    _, who, _ = make.booked()
    row = Message.objects.filter(patient=who, state="scheduled").first()
    depart(who)
    again = Message.objects.create(
        clinic=row.clinic,
        patient=who,
        subject=row.subject,
        kind=row.kind,
        channel=row.channel,
        dedupe_key="by-hand",
        priority=1,
        language="en",
        template_version=1,
        due_at=NOW,
        next_at=NOW,
        expires_at=NOW + timedelta(days=1),
        created_at=NOW,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message SET state = 'claimed' WHERE id = %s",
            [again.pk],
        )
        with pytest.raises(IntegrityError, match="nothing is sent"):
            cursor.execute(
                "UPDATE notifications_message SET state = 'sending' WHERE id = %s",
                [again.pk],
            )


def test_the_database_knows_no_standing_without_a_record():
    _, who, _ = make.booked()
    who.standing = "deceased"

    with pytest.raises(IntegrityError, match="recorded with who said so"):
        who.save(update_fields=["standing"])


def test_the_situation_of_a_visit_is_silent():
    _, who, visit = make.booked()
    depart(who)

    found = situations.load(f"appointment:{visit.pk}")
    assert found.reach.silence == "deceased"


FATAL = {"grade": 5}, {"outcome": "fatal"}, {"serious_because": ["death"]}


@pytest.mark.parametrize("told", FATAL)
def test_a_fatal_event_asks_for_the_death_first(told):
    day = Day.ready().until("discharged")
    event = {
        "term": "fever",
        "grade": 3,
        "onset_at": day.at("13:00"),
        "place": "target",
        "relatedness": "possible",
        "expected": False,
        **told,
    }
    now = path.at("2026-09-18", "10:00")

    outcome = path.act(day.place, day.episode, "adverse_event", event, now=now)
    assert "death-not-recorded" in codes(outcome)
    depart(day.episode.patient, now=now)
    day.episode.refresh_from_db()
    outcome = path.act(day.place, day.episode, "adverse_event", event, now=now)

    if isinstance(outcome, Refused):
        assert "death-not-recorded" not in codes(outcome)
