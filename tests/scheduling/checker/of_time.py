"""Spoilt reservations."""

from uuid import UUID, uuid4

from scheduling.models import (
    Appointment,
    Hold,
    Reservation,
)
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.checker.of_repair_and_offers import absent
from tests.scheduling.checker.spoiling import hold, spoils

NOBODY = UUID(int=0)
TWO_NURSES = PhaseSpec("Visit", 0, 30, (NeedSpec(("nurse",), count=2),))
ONE_BY_ONE = PhaseSpec("Visit", 0, 30, (NeedSpec(("nurse",)), NeedSpec(("nurse",))))


DROP = "ALTER TABLE scheduling_reservation DROP CONSTRAINT "
NO_OVERLAP = f"{DROP} reservation_no_double_booking"
BOUNDED = f"{DROP} reservation_period_bounded"
ONE_OWNER = f"{DROP} reservation_one_owner"
ONE_PLACE = """
ALTER TABLE scheduling_appointment DROP CONSTRAINT appointment_patient_in_one_place"""


@spoils("overlaps", "is taken twice", NO_OVERLAP)
def two_visits_at_once(at):
    first, second = at.book(), at.book(start=NINE + minutes(60))
    yield
    [claim] = first.reservations.filter(resource__kind="clinician")
    second.reservations.filter(resource__kind="clinician").update(
        resource=claim.resource, period=(NINE + minutes(44), NINE + minutes(50))
    )


@spoils("overlaps", "is taken twice", NO_OVERLAP)
def a_short_visit_inside_a_long_one_after_another(at):
    visits = [at.book(start=NINE + minutes(number * 60)) for number in range(3)]
    room = at.one("consult_room")
    yield
    rows = [visit.reservations.get(resource=room) for visit in visits]
    for row, (start, end) in zip(rows, [(0, 300), (10, 20), (200, 210)], strict=True):
        row.period = (NINE + minutes(start), NINE + minutes(end))
        row.save(update_fields=["period"])


@spoils("bounds", "has no proper period", BOUNDED)
def an_empty_period(at):
    at.book()
    yield
    Reservation.objects.update(period="empty")


@spoils("bounds", "has no proper period", BOUNDED, NO_OVERLAP)
def an_endless_period(at):
    at.book()
    yield
    Reservation.objects.update(period=(NINE, None))


@spoils("owners", "has 0 owners", ONE_OWNER)
def nobodys_reservation(at):
    at.book()
    yield
    Reservation.objects.update(appointment=None)


@spoils("owners", "has 2 owners", ONE_OWNER)
def two_owners(at):
    visit, held = at.book(), hold(at, start=NINE + minutes(60))
    yield
    held.reservations.update(appointment=visit)


APPOINTMENT_KEY = f"{DROP} scheduling_reservati_appointment_id_c1009228_fk_schedulin"
HOLD_KEY = f"{DROP} scheduling_reservation_hold_id_29c30b57_fk_scheduling_hold_id"
ABSENCE_KEY = f"{DROP} scheduling_reservati_absence_id_a2cc02a0_fk_schedulin"


@spoils("orphans", "but its visit", APPOINTMENT_KEY)
def a_reservation_of_no_visit(at):
    at.book()
    yield
    Reservation.objects.update(appointment=NOBODY)


@spoils("orphans", "but its hold", HOLD_KEY)
def a_reservation_of_no_hold(at):
    hold(at)
    yield
    Reservation.objects.update(hold=NOBODY)


@spoils("orphans", "but its absence", ABSENCE_KEY)
def a_reservation_of_no_absence(at):
    absent(at)
    yield
    Reservation.objects.update(absence=NOBODY)


@spoils("ended visits", "is live, but its visit")
def a_cancelled_visit_that_keeps_its_time(at):
    at.book()
    yield
    Appointment.objects.update(status="cancelled")


@spoils("ended holds", "is live, but its hold")
def a_released_hold_that_keeps_its_time(at):
    hold(at)
    yield
    Hold.objects.update(ended_at=NOW, ended_as="released")


@spoils("ended holds", "is live, but its hold")
def a_hold_nobody_ended_for_more_than_an_hour(at):
    hold(at)
    yield
    Hold.objects.update(expires_at=NOW - minutes(61))


@spoils("standing holds", "not all of its time is kept")
def a_hold_that_lost_its_room(at):
    held = hold(at)
    yield
    held.reservations.filter(resource__kind="consult_room").update(released_at=NOW)


@spoils("standing holds", "not all of its time is kept")
def a_hold_that_lost_a_row(at):
    held = hold(at)
    yield
    held.reservations.filter(resource__kind="consult_room").delete()


@spoils("standing holds", "not all of its time is kept")
def a_hold_that_keeps_another_time(at):
    held = hold(at)
    yield
    held.reservations.update(period=(NINE + minutes(60), NINE + minutes(105)))


@spoils("clinics", "is of a patient of another clinic")
def a_visit_of_a_patient_of_another_clinic(at):
    visit = at.book()
    yield
    visit.pk, visit.patient = uuid4(), make.practice({"clinician": 1}).patient()
    visit.save(force_insert=True)


@spoils("clinics", "is for a patient of another clinic")
def a_hold_for_a_patient_of_another_clinic(at):
    held = hold(at)
    yield
    held.patient = make.practice({"clinician": 1}).patient()
    held.save()


@spoils("clinics", "another clinic")
def a_resource_of_another_clinic(at):
    visit = at.book()
    foreign = make.practice({"clinician": 1}).one("clinician")
    yield
    visit.reservations.filter(resource__kind="clinician").update(resource=foreign)


@spoils("clinics", "another clinic")
def a_hold_on_a_resource_of_another_clinic(at):
    held = hold(at)
    foreign = make.practice({"clinician": 1}).one("clinician")
    yield
    held.reservations.filter(resource__kind="clinician").update(resource=foreign)
