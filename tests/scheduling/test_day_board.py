"""The day board's data: columns, blocks and open stretches, in few statements."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import selectors
from scheduling.booking import holds, rules
from scheduling.models import Absence, Reservation
from scheduling.setup import services as setup
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 9, 2)


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])


def column(board, resource):
    [found] = [c for c in board.columns if c.id == resource.pk]
    return found


def test_each_resource_has_a_column_with_its_phases():
    at = make.practice()
    visit = at.book(visit_type="bmc-ultrasound")

    board = selectors.day_board(at.clinic.pk, WEDNESDAY)

    blocks = column(board, at.one("clinician")).blocks
    assert [b.phase for b in blocks] == ["Harvest", "Injection"]
    assert {b.appointment_id for b in blocks} == {visit.pk}
    assert {b.patient_id for b in blocks} == {visit.patient_id} == board.patient_ids
    assert blocks[0].start == NINE + minutes(40)
    assert len(board.columns) == len(make.ONE_OF_EACH)


def test_a_block_tells_the_phase_from_its_buffers():
    at = make.practice()
    at.book(visit_type="bmc-ultrasound")

    board = selectors.day_board(at.clinic.pk, WEDNESDAY)

    [room] = column(board, at.one("procedure_room")).blocks
    assert (room.end, room.taken_end) == (NINE + minutes(105), NINE + minutes(120))


def test_holds_and_absences_are_blocks_of_their_own():
    at = make.practice()
    clinician = at.one("clinician")
    holds.hold(
        clinic_id=at.clinic.pk, visit_type="consultation", start=NINE, by=BY, now=NOW
    )
    period = (NINE + minutes(60), NINE + minutes(120))
    absence = Absence.objects.create(
        resource=clinician, period=period, reason="ill", made_by="x", created_at=NOW
    )
    Reservation.objects.create(resource=clinician, period=period, absence=absence)

    blocks = column(selectors.day_board(at.clinic.pk, WEDNESDAY), clinician).blocks

    assert [(b.kind, b.status, b.reason) for b in blocks] == [
        ("hold", "held", ""),
        ("absence", "", "ill"),
    ]


def test_expired_holds_are_left_out_when_now_is_given():
    at = make.practice()
    holds.hold(
        clinic_id=at.clinic.pk,
        visit_type="consultation",
        start=NINE,
        lasts=minutes(10),
        by=BY,
        now=NOW,
    )

    board = selectors.day_board(at.clinic.pk, WEDNESDAY, now=NOW + minutes(10))

    assert not any(c.blocks for c in board.columns)


def test_a_column_knows_when_it_is_open():
    at = make.practice()
    nurse = at.one("nurse")
    split = {2: [(time(9), time(12)), (time(13), time(20))]}
    setup.set_hours(
        clinic_id=at.clinic.pk, resource_id=nurse.pk, hours=split, by=BY, now=NOW
    )

    board = selectors.day_board(at.clinic.pk, WEDNESDAY)

    assert column(board, nurse).open == (
        (NINE, NINE + minutes(180)),
        (NINE + minutes(240), NINE + minutes(480)),
    )
    assert board.end - board.start == timedelta(days=1)


def test_cancelled_visits_and_other_days_are_not_on_it():
    at = make.practice()
    at.book(start=NINE + timedelta(days=1))
    gone = at.book()
    make.booking.cancel(appointment_id=gone.pk, reason="patient asked", by=BY, now=NOW)

    board = selectors.day_board(at.clinic.pk, WEDNESDAY)

    assert not any(c.blocks for c in board.columns)


def test_the_board_takes_the_same_few_statements_whatever_is_on_it():
    at = make.practice(make.ONE_OF_EACH | {"clinician": 3, "consult_room": 3})
    for number in range(9):
        at.book(start=NINE + number // 3 * minutes(60))

    with CaptureQueriesContext(connection) as statements:
        board = selectors.day_board(at.clinic.pk, WEDNESDAY)

    assert sum(len(c.blocks) for c in board.columns) == 18
    assert len(statements) <= 4


def test_a_patients_visits_are_the_latest_first():
    at = make.practice()
    patient = at.patient()
    first = at.book(patient)
    second = at.book(patient, start=NINE + minutes(60))

    assert list(selectors.appointments_of(patient.pk)) == [second, first]
    assert selectors.appointment(first.pk, at.clinic.pk) == first
    assert selectors.appointment(first.pk, at.clinic.pk + 1) is None


def test_visits_for_a_subject_are_found_while_they_stand():
    at = make.practice()
    standing = at.book(subject="episode:1")
    gone = at.book(subject="episode:1", start=NINE + minutes(60))
    make.booking.cancel(appointment_id=gone.pk, reason="patient asked", by=BY, now=NOW)

    assert list(selectors.in_force_for("episode:1")) == [standing]
