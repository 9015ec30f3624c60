"""Spoilt visits."""

from uuid import UUID

from clinics.models import Clinic
from scheduling.booking import book
from scheduling.models import (
    Appointment,
    AppointmentMove,
    Hold,
    PhaseRecord,
    Reservation,
)
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.checker.of_time import ONE_PLACE
from tests.scheduling.checker.spoiling import hold, moved, spoils

NOBODY = UUID(int=0)
TWO_NURSES = PhaseSpec("Visit", 0, 30, (NeedSpec(("nurse",), count=2),))
ONE_BY_ONE = PhaseSpec("Visit", 0, 30, (NeedSpec(("nurse",)), NeedSpec(("nurse",))))


@spoils("needs", "needs 1 × clinician and has 0")
def a_visit_without_its_clinician(at):
    visit = at.book()
    yield
    visit.reservations.filter(resource__kind="clinician").update(released_at=NOW)


@spoils("needs", "needs 2 × nurse and has 1")
def a_visit_for_two_nurses_with_one(at):
    make.visit_type(at.clinic, TWO_NURSES)
    visit = at.book(visit_type="visit")
    yield
    visit.reservations.filter(pk=visit.reservations.first().pk).delete()


@spoils("needs", "needs 1 × clinician and has 0")
def a_clinician_who_leaves_before_the_end(at):
    visit = at.book()
    yield
    visit.reservations.filter(resource__kind="clinician").update(
        period=(NINE, NINE + minutes(44))
    )


@spoils("needs", "phase Procedure room needs 1 × procedure_room and has 0")
def a_room_without_the_time_to_clean_it(at):
    visit = at.book(visit_type="bmc-ultrasound")
    yield
    visit.reservations.filter(resource__kind="procedure_room").update(
        period=(NINE + minutes(40), NINE + minutes(105))
    )


@spoils("needs", "phase Harvest needs 1 × ultrasound and has 0")
def a_guided_harvest_without_imaging(at):
    visit = at.book(visit_type="bmc-ultrasound")
    yield
    Appointment.objects.filter(pk=visit.pk).update(
        variation={"image_guided_harvest": True}
    )


@spoils("needs", "needs 1 × clinician and has 0")
def a_clinician_without_the_capability(at):
    able = NeedSpec(("clinician",), capabilities=("c_arm",))
    make.visit_type(at.clinic, PhaseSpec("Visit", 0, 30, (able,)))
    clinician = at.one("clinician")
    clinician.capabilities = ["c_arm"]
    clinician.save()
    at.book(visit_type="visit")
    yield
    clinician.capabilities = []
    clinician.save()


@spoils("same resources", "have 0 of 1")
def another_clinician_injects(at):
    visit = at.book(visit_type="bmc-ultrasound")
    yield
    [_, injection] = visit.reservations.filter(resource__kind="clinician").order_by(
        "starts_at"
    )
    others = [r for r in at.by_kind["clinician"] if r.pk != injection.resource_id]
    injection.resource = others[0]
    injection.save()


@spoils("double duty", "2 × nurse at once in phase Visit, and only 1 there")
def one_nurse_for_two(at):
    make.visit_type(at.clinic, ONE_BY_ONE)
    visit = at.book(visit_type="visit")
    yield
    visit.reservations.filter(pk=visit.reservations.first().pk).delete()


@spoils("surplus", "longer than it needs it")
def a_room_for_too_long(at):
    visit = at.book()
    yield
    visit.reservations.filter(resource__kind="consult_room").update(
        period=(NINE, NINE + minutes(50))
    )


@spoils("surplus", "longer than it needs it")
def a_nurse_nobody_asked_for(at):
    visit = at.book()
    yield
    Reservation.objects.create(
        resource=at.one("nurse"), appointment=visit, period=(NINE, NINE + minutes(45))
    )


@spoils("too many", "has 1 reserved")
def a_second_clinician(at):
    visit = at.book()
    claim = visit.reservations.get(resource__kind="clinician")
    [other] = [r for r in at.by_kind["clinician"] if r.pk != claim.resource_id]
    yield
    Reservation.objects.create(
        resource=other, appointment=visit, period=claim.period, need=claim.need
    )


@spoils("too many", "has 1 reserved")
def another_clinician_who_stays_for_the_injection(at):
    visit = at.book(visit_type="bmc-ultrasound")
    claim = visit.reservations.filter(resource__kind="clinician").latest("starts_at")
    [other] = [r for r in at.by_kind["clinician"] if r.pk != claim.resource_id]
    yield
    Reservation.objects.create(
        resource=other, appointment=visit, period=claim.period, need=claim.need
    )


@spoils("phases", "but its phases until")
def phases_longer_than_the_visit(at):
    visit = at.book()
    yield
    visit.phases.update(duration_minutes=50)


@spoils("phases", "does not have each phase of its type once")
def a_phase_forgotten(at):
    visit = at.book(visit_type="bmc-ultrasound")
    yield
    visit.phases.filter(name="Harvest").delete()


@spoils("phases", "lasts 500 minutes; its type allows")
def a_phase_longer_than_its_type_allows(at):
    visit = at.book()
    yield
    visit.phases.update(duration_minutes=500)


@spoils("patients", "two visits in person at a time", ONE_PLACE)
def a_patient_in_two_places(at):
    patient = at.patient()
    at.book(patient=patient)
    second = at.book(patient=patient, start=NINE + minutes(60))
    yield
    Appointment.objects.filter(pk=second.pk).update(
        during=(NINE + minutes(30), NINE + minutes(75))
    )


@spoils("time zones", "Clinic")
def a_clinic_in_no_time_zone(at):
    yield
    Clinic.objects.filter(pk=at.clinic.pk).update(time_zone="Nowhere/City")


@spoils("time zones", "Visit")
def a_visit_in_no_time_zone(at):
    at.book()
    yield
    Appointment.objects.update(time_zone="Nowhere/City")


@spoils("time zones", "Hold")
def a_hold_in_no_time_zone(at):
    hold(at)
    yield
    Hold.objects.update(time_zone="Nowhere/City")


@spoils("local time", "Visit")
def a_visit_at_another_local_time(at):
    at.book()
    yield
    Appointment.objects.update(local_time="08:00")


@spoils("local time", "Hold")
def a_hold_at_another_local_time(at):
    hold(at)
    yield
    Hold.objects.update(local_time="08:00")


@spoils("moves", "where no move ended")
def a_move_from_nowhere(at):
    moves = moved_twice(at)
    yield
    AppointmentMove.objects.filter(pk=moves[1].pk).update(
        from_during=(NINE + minutes(15), NINE + minutes(60))
    )


@spoils("moves", "is not where its last move, 3, put it")
def a_move_to_nowhere(at):
    moves = moved_twice(at)
    yield
    AppointmentMove.objects.filter(pk=moves[1].pk).update(
        to_during=(NINE + minutes(15), NINE + minutes(60))
    )


@spoils("moves", "made a version the visit never had")
def a_move_of_the_future(at):
    moves = moved_twice(at)
    yield
    AppointmentMove.objects.filter(pk=moves[1].pk).update(version=9)


@spoils("moves", "was moved 2 times and is at revision 1")
def a_move_that_did_not_count(at):
    moved_twice(at)
    yield
    Appointment.objects.update(revision=1)


@spoils("phase records", "is for no phase of it")
def a_record_of_a_foreign_phase(at):
    record = recorded(at)
    yield
    record.position = 7
    record.save()


@spoils("phase records", "was planned outside it")
def a_record_planned_after_the_visit(at):
    record = recorded(at)
    yield
    record.planned_end = NINE + minutes(46)
    record.save()


@spoils("phase records", "which is cancelled")
def a_record_of_a_cancelled_visit(at):
    record = recorded(at)
    yield
    Reservation.objects.update(released_at=NOW)
    Appointment.objects.filter(pk=record.appointment_id).update(status="cancelled")


def moved_twice(at):
    first = moved(at.book(), NINE + minutes(60))
    return [first, moved(first.appointment, NINE + minutes(120))]


def recorded(at):
    """The only phase of a visit that has begun, recorded."""
    visit = at.book()
    visit = book.check_in(appointment_id=visit.pk, by=BY, now=NINE)
    record, _ = PhaseRecord.objects.get_or_create(
        appointment=visit,
        position=0,
        defaults={
            "phase": visit.phases.get().phase,
            "planned_start": visit.start,
            "planned_end": visit.end,
            "started_at": NINE + minutes(5),
            "recorded_by": str(BY),
        },
    )
    return record
