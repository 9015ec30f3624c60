"""Spoilt absences, conflicts, plans, offers, entries and freed openings."""

from datetime import timedelta

from scheduling.booking import holds
from scheduling.models import (
    Absence,
    Appointment,
    Conflict,
    Hold,
    Offer,
    RepairLine,
    RepairPlan,
    Reservation,
    WaitlistEntry,
)
from tests.factories import scheduling as make
from tests.factories import waitlist as waiting
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.checker.spoiling import hold, moved, spoils

# --- repair -----------------------------------------------------------------------


@spoils("absences", "free or taken by others")
def an_absence_that_blocks_nothing(at):
    absent(at)
    yield
    Reservation.objects.filter(absence__isnull=False).update(released_at=NOW)


@spoils("absences", "free or taken by others")
def an_absence_in_the_way_without_a_conflict(at):
    absence, _ = in_the_way(at)
    yield
    absence.conflicts.all().delete()


@spoils("absences", "free or taken by others")
def an_absence_over_a_hold(at):
    absence = absent(at)
    held = hold(at)
    yield
    claim = held.reservations.get(resource__kind="clinician")
    absence.reservations.update(
        resource=claim.resource, period=(NINE + minutes(45), NINE + minutes(480))
    )
    absence.resource = claim.resource
    absence.save()


@spoils("reserved outside the absence", "is not within its absence")
def an_absence_that_blocks_too_much(at):
    absence = absent(at)
    yield
    absence.reservations.update(period=(NINE, NINE + minutes(481)))


@spoils("reserved outside the absence", "but its absence")
def an_absence_called_off_that_still_blocks(at):
    absent(at)
    yield
    Absence.objects.update(ended_at=NOW)


@spoils("conflicts", "but its visit")
def a_conflict_of_a_cancelled_visit(at):
    _, visit = in_the_way(at)
    yield
    Appointment.objects.filter(pk=visit.pk).update(status="cancelled")


@spoils("conflicts", "but its absence")
def a_conflict_with_an_absence_called_off(at):
    in_the_way(at)
    yield
    Absence.objects.update(ended_at=NOW)


@spoils("conflicts", "takes no time of the absence")
def a_conflict_of_a_visit_that_is_elsewhere(at):
    _, visit = in_the_way(at)
    yield
    visit.reservations.update(released_at=NOW)


@spoils("conflicts", "belongs to no absence")
def a_conflict_without_its_absence(at):
    absence, _ = in_the_way(at)
    yield
    absence.conflicts.update(absence=None)


@spoils("plans", "another visit or absence than its conflict")
def a_line_for_another_visit(at):
    line = planned(at)
    other = at.book(start=NINE + minutes(60))
    yield
    line.appointment = other
    line.save()


@spoils("plans", "is done, but nothing says when")
def a_line_done_without_a_move(at):
    line = planned(at)
    yield
    line.state = "done"
    line.save()


@spoils("plans", "a move of another visit")
def a_line_with_another_visits_move(at):
    line = planned(at)
    other = at.book(start=NINE + minutes(60))
    move = moved(other, NINE + minutes(120))
    yield
    line.move = move
    line.save()


@spoils("plans", "is applied, but its line 0 is only proposed")
def a_plan_applied_in_part(at):
    line = planned(at)
    yield
    RepairPlan.objects.filter(pk=line.plan_id).update(state="applied")


@spoils("plans", "was called off")
def a_plan_for_an_absence_called_off(at):
    planned(at)
    yield
    Absence.objects.update(ended_at=NOW)


# --- waiting list -----------------------------------------------------------------


@spoils("offers", "was accepted 2 times", "DROP INDEX offer_batch_won_once")
def a_batch_won_twice(at):
    first, second = accepted(at), offered(at)
    yield
    second.appointment = first.appointment
    second.state = "accepted"
    second.hold = first.hold
    second.save()


@spoils("offers", "has no visit")
def an_accepted_offer_without_a_visit(at):
    offer = accepted(at)
    yield
    offer.appointment = None
    offer.save()


@spoils("offers", "booked for another")
def an_offer_booked_for_another(at):
    offer = accepted(at)
    yield
    WaitlistEntry.objects.filter(pk=offer.entry_id).update(patient=at.patient())


@spoils("offers", "is accepted, but its hold")
def an_accepted_offer_whose_hold_ran_out(at):
    accepted(at)
    yield
    Hold.objects.update(ended_as="expired")


@spoils("offers", "waits for an answer")
def an_offer_left_hanging(at):
    offer = offered(at)
    yield
    holds.release(hold_id=offer.hold_id, by=BY, now=NOW - minutes(61))


@spoils("offers", "waits for an answer")
def an_offer_nobody_let_expire(at):
    offer = offered(at)
    yield
    offer.expires_at = NOW - minutes(61)
    offer.save()


@spoils("offers", "another clinic")
def an_offer_from_another_clinic(at):
    offer = offered(at)
    yield
    foreign = make.practice({"clinician": 1})
    WaitlistEntry.objects.filter(pk=offer.entry_id).update(clinic=foreign.clinic)


@spoils("offers", "is booked with")
def an_offer_accepted_for_another_kind_of_visit(at):
    offer = accepted(at)
    yield
    WaitlistEntry.objects.filter(pk=offer.entry_id).update(
        variation={"image_guided_harvest": True}
    )


@spoils("waiting list", "still waits")
def an_entry_that_waits_after_its_yes(at):
    offer = accepted(at)
    yield
    WaitlistEntry.objects.filter(pk=offer.entry_id).update(closed_at=None, closed_as="")


@spoils("waiting list", "no offer to it was accepted")
def an_entry_booked_without_a_yes(at):
    offer = offered(at)
    yield
    WaitlistEntry.objects.filter(pk=offer.entry_id).update(
        closed_at=NOW, closed_as="booked"
    )


@spoils("waiting list", "which is another patient's")
def an_entry_for_another_patients_visit(at):
    visit = at.book()
    entry = waits(at, patient=visit.patient, appointment=visit)
    yield
    entry.patient = at.patient()
    entry.save()


@spoils("waiting list", "which is another clinic's")
def an_entry_for_a_visit_of_another_clinic(at):
    visit = at.book()
    entry = waits(at, patient=visit.patient, appointment=visit)
    yield
    entry.clinic = make.practice({"clinician": 1}).clinic
    entry.save()


@spoils("waiting list", "waits 2 times for consultation")
def a_patient_who_waits_twice(at):
    one, other = waits(at), waits(at)
    yield
    other.patient = one.patient
    other.save()


@spoils("freed openings", "but never offered")
def an_opening_handled_as_offered_without_an_offer(at):
    freed = waiting.freed(at)
    yield
    freed.handled_at, freed.handled_as = NOW, "offered"
    freed.save()


@spoils("freed openings", "of another clinic")
def an_opening_freed_at_another_clinic(at):
    freed = waiting.freed(at)
    yield
    freed.clinic = make.practice({"clinician": 1}).clinic
    freed.save()


def absent(at, **fields):
    """A clinician away all day, whose time is blocked."""
    fields = {"period": (NINE, NINE + minutes(480)), **fields}
    absence = Absence.objects.create(
        resource=at.by_kind["clinician"][-1],
        kind="ill",
        made_by=str(BY),
        created_at=NOW,
        **fields,
    )
    Reservation.objects.create(
        resource=absence.resource, period=fields["period"], absence=absence
    )
    return absence


def in_the_way(at):
    """An absence with a conflict: all of its day but the visit's time is blocked."""
    visit = at.book()
    claim = visit.reservations.get(resource__kind="clinician")
    absence = Absence.objects.create(
        resource=claim.resource,
        kind="ill",
        period=(NINE, NINE + minutes(480)),
        made_by=str(BY),
        created_at=NOW,
    )
    Reservation.objects.create(
        resource=claim.resource,
        period=(claim.period.upper, NINE + minutes(480)),
        absence=absence,
    )
    Conflict.objects.create(
        appointment=visit,
        absence=absence,
        resource=claim.resource,
        cause="absence",
        opened_at=NOW,
    )
    return absence, visit


def planned(at):
    absence, visit = in_the_way(at)
    plan = RepairPlan.objects.create(
        clinic=at.clinic,
        absence=absence,
        method="exact",
        made_by=str(BY),
        created_at=NOW,
    )
    return RepairLine.objects.create(
        plan=plan,
        conflict=absence.conflicts.get(),
        appointment=visit,
        appointment_version=visit.version,
        position=0,
        way="first-opening",
        start=NINE + minutes(60),
    )


def waits(at, patient=None, **fields):
    return WaitlistEntry.objects.create(
        clinic=at.clinic,
        patient=patient or at.patient(),
        visit_type=at.clinic.visit_types.get(slug="consultation"),
        valid_from_on=NOW.date(),
        valid_to_on=NOW.date() + timedelta(days=30),
        created_at=NOW,
        **fields,
    )


def offered(at):
    entry = waits(at)
    held = hold(at, start=NINE + minutes(60 * Hold.objects.count()))
    return Offer.objects.create(
        entry=entry, hold=held, offered_at=NOW, expires_at=NOW + timedelta(days=1)
    )


def accepted(at):
    offer = offered(at)
    visit = at.book(offer.entry.patient, hold_id=offer.hold_id, start=None)
    offer.state, offer.appointment = "accepted", visit
    offer.save()
    WaitlistEntry.objects.filter(pk=offer.entry_id).update(
        closed_at=NOW, closed_as="booked"
    )
    return offer
