"""Booking visits: all of their resources or none, and the rules that are asked."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from core import journal
from core.problems import Invalid, NotFound
from core.refusal import Reason, Refused
from scheduling.booking import book, rules
from scheduling.booking.error_rendering import slot_taken_json
from scheduling.booking.errors import InvalidStart, PatientBusy, SlotTaken
from scheduling.events import (
    AppointmentBooked,
)
from scheduling.models import Absence, Appointment, Reservation
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import act, at_hold, last_entry, live

pytestmark = pytest.mark.django_db

HOUSTON = ZoneInfo("America/Chicago")


def test_books_every_resource_of_the_visit():
    at = make.practice()

    visit = at.book()

    kinds = {row.resource.kind for row in live(visit)}
    assert kinds == {"consult_room", "clinician"}
    assert visit.status == "booked"
    assert (visit.version, visit.revision) == (1, 0)
    assert (visit.start, visit.end) == (NINE, NINE + minutes(45))


def test_keeps_the_local_start_its_zone_and_fold():
    visit = make.practice().book(start=NINE)

    visit.refresh_from_db()
    assert (str(visit.local_on), str(visit.local_time)) == ("2026-09-02", "09:00:00")
    assert (visit.time_zone, visit.fold) == ("America/Chicago", 0)


def test_a_naive_start_is_the_clinics_wall_clock():
    assert make.practice().book(start=datetime(2026, 9, 2, 9)).start == NINE  # noqa: DTZ001


def test_stamps_the_phases_on_the_visit(allowed):
    visit = make.practice().book(visit_type="bmc-ultrasound")

    assert list(
        visit.phases.values_list("name", "offset_minutes", "duration_minutes")
    ) == [
        ("Preparation", 0, 40),
        ("Procedure room", 40, 65),
        ("Harvest", 40, 25),
        ("Processing", 60, 30),
        ("Injection", 85, 20),
        ("Recovery", 105, 30),
    ]


def test_reserves_buffers_with_the_resource_and_not_with_the_patient(allowed):
    at = make.practice()

    visit = at.book(visit_type="bmc-ultrasound")

    [room] = live(visit).filter(resource=at.one("procedure_room"))
    assert room.starts_at == NINE + minutes(40)
    assert room.ends_at == NINE + minutes(120)
    assert visit.end == NINE + minutes(135)


def test_writes_journal_and_event(heard):
    visit = make.practice().book(subject="", reason="asked by phone")

    [entry] = journal.entries(f"appointment:{visit.pk}")
    assert entry.name == "appointment.booked"
    assert isinstance(heard[-1], AppointmentBooked)
    assert heard[-1].appointment_id == visit.pk


def test_takes_another_resource_when_the_first_is_busy():
    at = make.practice(make.ONE_OF_EACH | {"clinician": 2, "consult_room": 2})

    first, second = at.book(), at.book()

    assert not {r.resource_id for r in live(first)} & {
        r.resource_id for r in live(second)
    }


def test_a_taken_slot_offers_the_next_three():
    at = make.practice()
    at.book()
    patient = at.patient()

    with pytest.raises(SlotTaken) as refused:
        at.book(patient)

    starts = [
        o.start.astimezone(HOUSTON).strftime("%H:%M")
        for o in refused.value.alternatives
    ]
    assert starts == ["09:45", "10:00", "10:15"]
    answer = slot_taken_json(refused.value)
    assert answer["alternatives"][0]["start"] == "2026-09-02T09:45:00-05:00"
    assert not Appointment.objects.filter(patient=patient).exists()


def test_reserves_nothing_if_one_resource_is_missing():
    at = make.practice(make.ONE_OF_EACH | {"consult_room": 2})
    at.book()
    before = Reservation.objects.count()

    with pytest.raises(SlotTaken):
        at.book()

    assert Reservation.objects.count() == before


def test_a_patient_with_another_visit_is_busy():
    at = make.practice(make.ONE_OF_EACH | {"clinician": 2, "consult_room": 2})
    patient = at.patient()
    at.book(patient)

    with pytest.raises(PatientBusy):
        at.book(patient, start=NINE + minutes(30))


def test_a_patient_may_have_visits_one_after_the_other():
    at = make.practice()
    patient = at.patient()
    at.book(patient)

    assert at.book(patient, start=NINE + minutes(45)).status == "booked"


def test_closed_hours_are_taken():
    at = make.practice()

    with pytest.raises(SlotTaken):
        at.book(start=NINE - minutes(120))


def test_an_absence_is_in_the_way():
    at = make.practice()
    period = (NINE, NINE + minutes(30))
    absence = Absence.objects.create(
        resource=at.one("clinician"),
        period=period,
        reason="ill",
        made_by="x",
        created_at=NOW,
    )
    Reservation.objects.create(
        resource=at.one("clinician"), period=period, absence=absence
    )

    with pytest.raises(SlotTaken):
        at.book()


def test_an_expired_hold_gives_way_and_its_row_stays():
    at = make.practice()
    held = at_hold(at, lasts=minutes(10))
    later = NOW + minutes(11)

    visit = at.book(now=later)

    held.refresh_from_db()
    assert visit.status == "booked"
    assert held.ended_at is None
    assert not live(held).exists()


def test_the_clinician_asked_for_is_booked_and_kept_by_a_move():
    at = make.practice(make.ONE_OF_EACH | {"clinician": 3})
    wanted = at.by_kind["clinician"][2]
    visit = at.book(clinician=wanted.pk)

    moved = act(book.move, visit, start=NINE + minutes(60))

    assert wanted.pk in {row.resource_id for row in live(moved)}


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (NINE + timedelta(minutes=3), "every 5 minutes"),
        (NINE + timedelta(seconds=1), "every 5 minutes"),
        (NOW - minutes(5), "past"),
    ],
)
def test_impossible_starts_are_refused_in_words(start, word):
    with pytest.raises(InvalidStart, match=word):
        make.practice().book(start=start)


def test_a_start_in_the_gap_is_refused_with_its_two_neighbours():
    start = datetime(2027, 3, 14, 2, 30)  # noqa: DTZ001

    with pytest.raises(InvalidStart, match="skip") as refused:
        make.practice().book(start=start)

    assert [choice.isoformat() for choice in refused.value.choices] == [
        "2027-03-14T01:55:00-06:00",
        "2027-03-14T03:00:00-05:00",
    ]


def test_a_doubled_start_asks_which():
    start = datetime(2026, 11, 1, 1, 30)  # noqa: DTZ001

    with pytest.raises(InvalidStart, match="twice") as refused:
        make.practice().book(start=start)

    assert [choice.isoformat() for choice in refused.value.choices] == [
        "2026-11-01T01:30:00-05:00",
        "2026-11-01T01:30:00-06:00",
    ]


def test_the_second_of_a_doubled_hour_is_stored_with_fold():
    every_night = {weekday: [(make.time(0), make.time(4))] for weekday in range(7)}
    at = make.practice(hours=every_night)
    second = datetime(2026, 11, 1, 7, 30, tzinfo=ZoneInfo("UTC"))

    visit = at.book(start=second)

    assert (str(visit.local_time), visit.fold) == ("01:30:00", 1)


def test_a_visit_with_too_little_notice_says_from_when():
    at = make.practice(ship=False)
    make.visit_type(at.clinic, minimum_lead_minutes=60)

    with pytest.raises(InvalidStart, match="notice"):
        at.book(visit_type="visit", start=NOW + minutes(55))


@pytest.mark.parametrize("visit_type", ["surgery", "999999", ""])
def test_an_unknown_visit_type_is_refused_with_those_there_are(visit_type):
    with pytest.raises(Invalid, match="bmc-ultrasound, consultation"):
        make.practice().book(visit_type=visit_type)


def test_another_clinics_patient_is_not_found():
    stranger = make.practice({}).patient()

    with pytest.raises(NotFound):
        make.practice().book(stranger)


def test_a_type_that_requires_a_decision_is_refused_with_no_rule(no_rules):
    at = make.practice()
    patient = at.patient()

    refused = at.book(patient, visit_type="bmc-ultrasound")

    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["no-rule"]
    assert not Appointment.objects.exists()
    assert last_entry(f"patient:{patient.pk}").name == "appointment.book.refused"


def test_a_rule_refuses_on_record_with_its_reasons(monkeypatch):
    seen = []

    def never(ask):
        seen.append(ask)
        return [Reason("no-approval", "There is no signed approval.")]

    monkeypatch.setattr(rules, "_rules", [rules.Rule(never, decides=True)])
    at = make.practice()
    patient = at.patient()
    subject = f"episode:{uuid4()}"

    refused = at.book(patient, visit_type="bmc-ultrasound", subject=subject)

    assert [reason.code for reason in refused.reasons] == ["no-approval"]
    assert '"no-approval"' in last_entry(subject).payload
    assert (seen[0].act, seen[0].patient_id) == ("book", patient.pk)
    assert (seen[0].subject, seen[0].start) == (subject, NINE)


def test_rules_are_asked_for_moves_and_holds(monkeypatch):
    acts = []
    monkeypatch.setattr(
        rules,
        "_rules",
        [rules.Rule(lambda ask: acts.append(ask.act) or [], decides=True)],
    )
    at = make.practice()
    visit = at.book()

    act(book.move, visit, start=NINE + minutes(60))
    at_hold(at, start=NINE + minutes(180))

    assert acts == ["book", "move", "hold"]


def test_an_unrelated_rule_decides_nothing(monkeypatch):
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [])])

    refused = make.practice().book(visit_type="bmc-ultrasound")

    assert [reason.code for reason in refused.reasons] == ["no-rule"]


def test_a_rule_may_say_what_a_visit_without_a_subject_is_for(monkeypatch):
    asked = []
    finding = rules.Rule(
        lambda ask: asked.append(ask.subject) or [], resolve=lambda ask: "course:1"
    )
    monkeypatch.setattr(rules, "_rules", [finding])
    at = make.practice()

    found = at.book()
    named = at.book(start=NINE + minutes(60), subject="course:2")

    assert (found.subject, named.subject) == ("course:1", "course:2")
    assert asked == ["course:1", "course:2"]
