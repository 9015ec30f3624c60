"""What the database itself refuses, as the app's own role, in plain SQL."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from scheduling.models import Reservation
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes

pytestmark = pytest.mark.django_db

INSERT = """
INSERT INTO scheduling_reservation (resource_id, period, appointment_id, absence_id)
VALUES (%s, {period}, %s, %s)
"""
TEN = "tstzrange('2026-09-02 16:00+00', '2026-09-02 17:00+00')"


def run(statement, values=()):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def visit():
    return make.appointment()


def reserve(visit, period=TEN, **changed):
    resource = visit.reservations.first().resource_id
    values = {"resource": resource, "appointment": visit.pk, "absence": None, **changed}
    run(INSERT.format(period=period), list(values.values()))


def test_these_tests_run_as_the_apps_role(visit):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("crestpath_app", False)


def test_a_proper_period_goes_in(visit):
    reserve(visit)

    assert visit.reservations.count() == 3


@pytest.mark.parametrize(
    "period",
    [
        "'empty'",
        "tstzrange('2026-09-02 16:00+00', '2026-09-02 16:00+00')",
        "tstzrange('2026-09-02 16:00+00', NULL)",
        "tstzrange(NULL, '2026-09-02 16:00+00')",
        "tstzrange(NULL, NULL)",
        "tstzrange('2026-09-02 16:00+00', '2026-09-02 17:00+00', '[]')",
        "tstzrange('2026-09-02 16:00+00', '2026-09-02 17:00+00', '(]')",
        "tstzrange('2026-09-02 16:00+00', '2026-09-02 17:00+00', '()')",
        "tstzrange('2026-09-02 16:00+00', '2026-09-03 16:00:01+00')",
        "tstzrange('2026-09-02 16:00+00', 'infinity')",
        "tstzrange('-infinity', '2026-09-02 16:00+00')",
        "NULL",
    ],
)
def test_a_period_that_is_not_one_is_refused(visit, period):
    with pytest.raises(IntegrityError, match=r"period"):
        reserve(visit, period)


def test_an_overlap_is_refused(visit):
    period = "tstzrange('2026-09-02 14:30+00', '2026-09-02 15:30+00')"

    with pytest.raises(IntegrityError, match="reservation_no_double_booking"):
        reserve(visit, period)


def test_an_overlap_with_released_time_goes_in(visit):
    visit.reservations.update(released_at=NINE)

    reserve(visit, "tstzrange('2026-09-02 14:30+00', '2026-09-02 15:30+00')")


def test_touching_periods_go_in(visit):
    reserve(visit, "tstzrange('2026-09-02 14:45+00', '2026-09-02 15:30+00')")


def test_a_reservation_without_owner_is_refused(visit):
    with pytest.raises(IntegrityError, match="reservation_one_owner"):
        reserve(visit, appointment=None)


def test_a_reservation_with_two_owners_is_refused(visit):
    with pytest.raises(IntegrityError, match="reservation_one_owner"):
        reserve(visit, absence=uuid4())


@pytest.mark.parametrize(
    "dangling", [{"resource": 987_654_321}, {"appointment": uuid4()}]
)
def test_a_dangling_foreign_key_is_refused(visit, dangling):
    with pytest.raises(IntegrityError, match="foreign key"):
        reserve(visit, **dangling)


def test_a_change_into_an_overlap_is_refused(visit):
    reserve(visit)

    with pytest.raises(IntegrityError, match="reservation_no_double_booking"):
        run("UPDATE scheduling_reservation SET period = " + TEN)


def test_a_patients_second_visit_in_person_is_refused(visit):
    copy = """
INSERT INTO scheduling_appointment (id, clinic_id, visit_type_id, subject, local_on,
       local_time, time_zone, fold, during, created_at, patient_id, in_person, status,
       status_reason, status_at, version, revision)
SELECT gen_random_uuid(), clinic_id, visit_type_id, subject, local_on,
       local_time, time_zone, fold, during, created_at, patient_id, {in_person},
       'booked',       '', status_at, 1, 0 FROM scheduling_appointment
"""
    run(copy.format(in_person="false"))

    with pytest.raises(IntegrityError, match="appointment_patient_in_one_place"):
        run(copy.format(in_person="true"))


@pytest.mark.parametrize(
    "during", ["'empty'", "tstzrange(now(), NULL)", "tstzrange(now(), now(), '[]')"]
)
def test_a_visit_without_a_proper_time_is_refused(visit, during):
    with pytest.raises(IntegrityError, match="appointment_during_bounded"):
        run(f"UPDATE scheduling_appointment SET during = {during}")


def test_an_unknown_status_is_refused(visit):
    with pytest.raises(IntegrityError, match="appointment_status_known"):
        run("UPDATE scheduling_appointment SET status = 'lost'")


def test_start_and_end_are_the_periods_own(visit):
    row = visit.reservations.first()
    Reservation.objects.filter(pk=row.pk).update(
        period=(NINE + minutes(60), NINE + minutes(90))
    )

    row.refresh_from_db()

    assert (row.starts_at, row.ends_at) == (NINE + minutes(60), NINE + minutes(90))


def test_the_exclusion_constraint_is_not_deferrable():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contype, condeferrable, convalidated FROM pg_constraint"
            " WHERE conname = 'reservation_no_double_booking'"
        )
        assert cursor.fetchone() == ("x", False, True)


def test_the_search_has_its_index():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes"
            " WHERE indexname = 'reservation_live_by_start'"
        )
        (definition,) = cursor.fetchone()

    assert "(resource_id, starts_at) INCLUDE (ends_at)" in definition
    assert "WHERE (released_at IS NULL)" in definition
