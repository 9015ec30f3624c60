"""Recording how a visit really went, and what it says about the rest of the day."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import journal
from core.problems import Invalid, NotFound, StaleVersion
from core.refusal import Refused
from scheduling import selectors
from scheduling.booking import book, rules
from scheduling.day import phase_records
from scheduling.day.phase_rules import Noted
from scheduling.events import PhaseEnded, PhaseStarted
from scheduling.models import PhaseRecord
from tests import lock_order
from tests.factories import scheduling as make
from tests.factories.scheduling import BY, NINE, minutes

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 9, 2)


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def visit(at):
    """A procedure at nine, checked in: its preparation has begun."""
    return checked_in(at.book(visit_type="bmc-ultrasound"))


def checked_in(booked, after=0):
    return book.check_in(appointment_id=booked.pk, by=BY, now=NINE + minutes(after))


def start(visit, phase="Procedure room", after=40, **more):
    now = NINE + minutes(after)
    return phase_records.start_phase(
        appointment_id=visit.pk, phase=phase, by=BY, **{"now": now, **more}
    )


def end(visit, phase="Procedure room", after=100, **more):
    now = NINE + minutes(after)
    return phase_records.end_phase(
        appointment_id=visit.pk, phase=phase, by=BY, **{"now": now, **more}
    )


def correct(visit, after=120, **more):
    fields = {"phase": "Procedure room", "reason": "The clock was wrong.", **more}
    return phase_records.correct_phase(
        appointment_id=visit.pk, by=BY, now=NINE + minutes(after), **fields
    )


def reasons(outcome):
    assert isinstance(outcome, Refused)
    return [reason.code for reason in outcome.reasons]


def test_a_phase_is_recorded_beside_its_plan(visit):
    start(visit, after=47)
    record = end(visit, after=110)

    assert record.started_at == NINE + minutes(47)
    assert record.ended_at == NINE + minutes(110)
    planned = (NINE + minutes(40), NINE + minutes(105))
    assert (record.planned_start, record.planned_end) == planned
    names = [e.name for e in journal.entries(f"appointment:{visit.pk}")]
    assert names[-2:] == ["appointment.phase_started", "appointment.phase_ended"]


def test_both_are_told(visit, heard):
    heard.clear()

    start(visit, after=47)
    end(visit, after=110)

    assert [(type(e), e.position, e.at) for e in heard] == [
        (PhaseStarted, 1, NINE + minutes(47)),
        (PhaseEnded, 1, NINE + minutes(110)),
    ]


def test_it_may_be_entered_later(visit):
    record = start(visit, after=50, at=NINE + minutes(42))

    assert record.started_at == NINE + minutes(42)


def test_a_phase_is_named_by_its_position_too(visit):
    record = start(visit, phase=1)

    assert record.position == 1


def test_nothing_begins_before_the_patient_is_checked_in(at):
    booked = at.book()
    book.arrive(appointment_id=booked.pk, by=BY, now=NINE)

    assert reasons(start(booked, phase="Visit")) == ["status"]
    entries = journal.entries(f"appointment:{booked.pk}")
    assert entries.last().name == "appointment.phase_start.refused"


def test_nothing_of_a_cancelled_visit_begins(at):
    booked = at.book()
    book.cancel(appointment_id=booked.pk, reason="patient asked", by=BY, now=NINE)

    assert reasons(start(booked, phase="Visit")) == ["status"]


def test_a_phase_begins_once_and_ends_once_and_in_that_order(visit):
    assert reasons(end(visit)) == ["not-begun"]
    start(visit)
    assert reasons(start(visit)) == ["begun"]
    end(visit)
    assert reasons(end(visit)) == ["ended"]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (lambda v: start(v, at=NINE + minutes(41)), "future"),
        (lambda v: start(v, at=NINE - timedelta(days=2)), "day of the visit"),
        (lambda v: start(v, phase="Lunch"), "This visit has: Preparation"),
        (lambda v: start(v) and end(v, at=NINE + minutes(39)), "after it began"),
        (lambda v: start(v) and end(v, at=NINE + minutes(101)), "future"),
        (lambda v: start(v) and correct(v, reason=" "), "Say why"),
        (
            lambda v: (
                start(v) and end(v) and correct(v, started_at=NINE + minutes(101))
            ),
            "after it began",
        ),
    ],
)
def test_what_cannot_be_is_said_in_words(visit, record, words):
    with pytest.raises(Invalid) as fault:
        record(visit)

    assert words in fault.value.detail


def test_a_correction_keeps_what_was_and_why(visit):
    start(visit)
    end(visit)

    record = correct(visit, ended_at=NINE + minutes(95))

    times = (record.started_at, record.ended_at)
    assert times == (NINE + minutes(40), NINE + minutes(95))
    entry = journal.entries(f"appointment:{visit.pk}").last()
    assert entry.name == "appointment.phase_corrected"
    assert "The clock was wrong." in entry.payload
    assert '"was_ended": "2026-09-02T15:40:00' in entry.payload


def test_what_never_began_cannot_be_corrected(visit):
    assert reasons(correct(visit, started_at=NINE)) == ["not-begun"]


def test_another_clinics_visit_and_an_old_version_are_not_recorded(visit):
    with pytest.raises(NotFound):
        start(visit, clinic_id=visit.clinic_id + 1)
    with pytest.raises(StaleVersion):
        start(visit, version=visit.version - 1)

    assert not PhaseRecord.objects.filter(position=1).exists()


def test_check_in_begins_what_begins_at_arrival_and_closing_ends_it(at):
    booked = at.book()
    checked_in(booked, after=3)
    book.fulfil(appointment_id=booked.pk, by=BY, now=NINE + minutes(50))

    [record] = PhaseRecord.objects.all()
    assert record.started_at == NINE + minutes(3)
    assert record.ended_at == NINE + minutes(50)


def test_what_others_note_fits_or_is_left_out(visit):
    noted = [
        Noted("processing", NINE + minutes(60)),
        Noted("Lunch", NINE),
        Noted("Harvest", ended=NINE + minutes(50)),
        Noted("Processing", ended=NINE + minutes(55)),
    ]

    for _ in range(2):
        phase_records.note(
            appointment_id=visit.pk, noted=noted, by=BY, now=NINE + minutes(60)
        )

    _, record = PhaseRecord.objects.all()
    assert (record.started_at, record.ended_at) == (NINE + minutes(60), None)
    names = [e.name for e in journal.entries(f"appointment:{visit.pk}")]
    assert names.count("appointment.phase_started") == 2


def test_times_that_are_not_firm_replace_nothing(visit):
    loose = Noted("Preparation", NINE + minutes(5), firm=False)
    firm = Noted("Preparation", NINE + minutes(3), NINE + minutes(30))

    for one in (loose, firm, loose):
        phase_records.note(
            appointment_id=visit.pk, noted=[one], by=BY, now=NINE + minutes(60)
        )

    [record] = PhaseRecord.objects.all()
    assert record.started_at == NINE + minutes(3)
    assert record.ended_at == NINE + minutes(30)


def test_recording_locks_the_patient_first(visit):
    with lock_order.watched() as watch:
        start(visit)
        end(visit)

    assert watch.faults == []
    assert watch.seen["patients.Patient"] == 2


def test_the_day_is_projected_and_nothing_is_booked_anew(at, visit):
    later = at.book(visit_type="bmc-ultrasound", start=NINE + minutes(80))
    end(visit, "Preparation", 60)
    start(visit, "Procedure room", 60)
    start(visit, "Harvest", 60)
    before = list(later.reservations.values_list("period", "resource"))

    day = selectors.day_projection(at.clinic.pk, WEDNESDAY, NINE + minutes(65))

    assert day.of(visit.pk)[4].start == NINE + minutes(105)
    assert day.of(later.pk)[1].start == NINE + minutes(140)
    assert day.of(later.pk)[0].start == NINE + minutes(80)
    [own, waits] = day.affected
    assert (own.visit_id, own.cause.code) == (visit.pk, "late")
    assert waits.visit_id == later.pk
    assert day.resource_of(waits.cause) == at.one("procedure_room").name
    assert list(later.reservations.values_list("period", "resource")) == before


def test_a_projection_takes_the_same_few_statements_whatever_is_on_the_day(at):
    for number in range(4):
        checked_in(at.book(start=NINE + number * minutes(60)))

    with CaptureQueriesContext(connection) as statements:
        day = selectors.day_projection(at.clinic.pk, WEDNESDAY, NINE)

    assert len(day.visits) == 4
    assert len(statements) <= 6


def test_planned_against_actual_by_type_and_phase(at):
    for number, length in enumerate((40, 50, 70)):
        booked = at.book(start=NINE + number * minutes(120))
        begin = 120 * number + 10
        checked_in(booked, begin)
        end(booked, "Visit", begin + length)

    rows = selectors.phase_durations(at.clinic.pk, WEDNESDAY, WEDNESDAY)

    [row] = rows
    assert (row.visit_type, row.phase, row.count) == ("consultation", "Visit", 3)
    assert (row.planned, row.median, row.p90, row.late) == (45, 50, 66, 10)
    other = WEDNESDAY + timedelta(days=1)
    assert selectors.phase_durations(at.clinic.pk, other, other) == []
    assert selectors.phase_durations(at.clinic.pk, WEDNESDAY, other, "follow-up") == []


def test_who_arrived_and_waits_stays_affected_past_the_planned_end(at):
    checked_in(at.book())
    waits = at.book(start=NINE + minutes(60))
    book.arrive(appointment_id=waits.pk, version=1, by=BY, now=NINE + minutes(50))

    day = selectors.day_projection(at.clinic.pk, WEDNESDAY, NINE + minutes(130))

    late = {found.visit_id: found for found in day.affected}
    assert late[waits.pk].delay >= minutes(70)
    assert late[waits.pk].cause.code == "waits"
