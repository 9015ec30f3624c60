"""Pairs of acts that can meet: each arranges a day, and names the two acts on it.

`PAIRS` says at which points the acts of a pair must be seen to stop, if nothing is in
their way: where a point is missed, its interleavings were never tried.
"""

from datetime import time
from functools import partial

from core.db import unit_of_work
from scheduling.absences import services as absences
from scheduling.booking import book, holds
from scheduling.models import RepairLine, RepairPlan
from scheduling.repair import execution
from scheduling.setup import services as setup
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from scheduling.waitlist import acceptance, entries
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, minutes


def move(visit, start, now=NOW):
    return partial(
        book.move,
        appointment_id=visit.pk,
        start=start,
        version=visit.version,
        reason="patient asked",
        by=BY,
        now=now,
    )


def two_bookings(day):
    one, other = day.at.patient(), day.at.patient()
    return partial(day.book, one), partial(day.book, other)


def two_bookings_of_one_patient(day):
    patient = day.at.patient()
    return partial(day.book, patient), partial(day.book, patient, start=day.ten)


def a_booking_and_a_move_to_its_time(day):
    visit, patient = day.book(start=day.ten), day.at.patient()
    return partial(day.book, patient), move(visit, day.nine)


def a_booking_and_a_move_from_its_time(day):
    visit, patient = day.book(), day.at.patient()
    return partial(day.book, patient), move(visit, day.ten)


def two_moves_to_one_time(day):
    eleven = day.ten + minutes(60)
    one, other = day.book(start=day.ten), day.book(start=eleven)
    return move(one, day.nine), move(other, day.nine)


def two_moves_into_the_time_between(day):
    """Either begins where the other has not been: both find an opening and lock."""
    one, other = day.book(), day.book(start=day.ten)
    return move(one, day.nine + minutes(15)), move(other, day.nine + minutes(30))


def two_moves_of_one_visit(day):
    visit = day.book()
    return move(visit, day.ten), move(visit, day.ten + minutes(60))


def a_hold_and_a_booking(day):
    return partial(day.hold, now=NOW), partial(day.book, day.at.patient())


def a_hold_and_a_move_to_its_time(day):
    visit = day.book(start=day.ten)
    return partial(day.hold, now=NOW), move(visit, day.nine)


def confirm(day, held):
    """A minute before the hold runs out."""
    return partial(
        day.book,
        day.at.patient(),
        hold_id=held.pk,
        start=None,
        now=NOW - minutes(1),
    )


def a_hold_confirmed_and_expired(day):
    held = day.hold()
    return (
        confirm(day, held),
        partial(holds._expire, held.pk, BY, NOW),
    )


def a_hold_confirmed_and_its_time_booked_when_it_ran_out(day):
    held, other = day.hold(), day.at.patient()
    return confirm(day, held), partial(day.book, other)


def two_confirmations_of_one_hold(day):
    held = day.hold()
    return confirm(day, held), confirm(day, held)


def an_absence_and_a_booking(day):
    return absence(day), partial(day.book, day.at.patient())


def an_absence_and_a_confirmed_hold(day):
    return absence(day), confirm(day, day.hold())


def an_absence_and_a_move_into_it(day):
    visit = day.book(start=day.nine - minutes(120))
    return absence(day), move(visit, day.nine)


def an_absence_and_a_move_out_of_it(day):
    return absence(day), move(day.book(), day.nine - minutes(120))


def an_absence_and_a_cancellation_in_it(day):
    return absence(day), cancel(day.book())


def absence(day):
    return partial(
        absences.open_absence,
        clinic_id=day.at.clinic.pk,
        resource_id=day.at.one("clinician").pk,
        start=day.nine - minutes(30),
        end=day.nine + minutes(240),
        kind="ill",
        by=BY,
        now=NOW,
    )


def cancel(visit):
    return partial(
        book.cancel,
        appointment_id=visit.pk,
        version=visit.version,
        reason="patient asked",
        by=BY,
        now=NOW,
    )


def a_closed_day_and_a_booking(day):
    close = partial(
        setup.add_exception,
        clinic_id=day.at.clinic.pk,
        kind="closed",
        applies_on=day.nine.date(),
        by=BY,
        now=NOW,
    )
    return close, partial(day.book, day.at.patient())


def shorter_hours_and_a_booking(day):
    afternoons = {weekday: [(time(12), time(0))] for weekday in range(7)}
    shorten = partial(
        setup.set_hours,
        clinic_id=day.at.clinic.pk,
        resource_id=day.at.one("clinician").pk,
        hours=afternoons,
        by=BY,
        now=NOW,
    )
    return shorten, partial(day.book, day.at.patient())


def a_retirement_and_a_booking(day):
    retire = partial(
        setup.retire_resource,
        clinic_id=day.at.clinic.pk,
        resource_id=day.at.one("clinician").pk,
        by=BY,
        now=NOW,
    )
    return retire, partial(day.book, day.at.patient())


def a_repair_and_a_booking_of_its_time(day):
    line = a_planned_line(day)
    apply = partial(execution._apply_line, line.pk, BY, NOW)
    return apply, partial(day.book, day.at.patient(), start=line.start)


def a_repair_undone_and_a_booking_of_the_time_it_restores(day):
    """The room's: the clinician's is the absence's meanwhile."""
    both = a_type_with(day, "clinician", "consult_room")
    line = a_line_to_undo(day, visit_type=both)
    room = a_type_with(day, "consult_room")
    return undo(line), partial(day.book, day.at.patient(), visit_type=room)


def a_repair_undone_and_its_absence_ended(day):
    line = a_line_to_undo(day)
    return undo(line), end(line.plan.absence)


def a_repair_and_the_end_of_its_absence(day):
    line = a_planned_line(day)
    apply = partial(execution._apply_line, line.pk, BY, NOW)
    return apply, end(line.plan.absence)


def a_call_asked_for_and_the_end_of_its_absence(day):
    line = a_planned_line(day)
    RepairLine.objects.filter(pk=line.pk).update(way="call", start=None)
    apply = partial(execution._apply_line, line.pk, BY, NOW)
    return apply, end(line.plan.absence)


def a_type_with(day, *kinds):
    slug = "-".join(["with", *kinds, str(day.number)])
    phase = PhaseSpec("Visit", 0, 30, tuple(NeedSpec((kind,)) for kind in kinds))
    return make.visit_type(day.at.clinic, phase, slug=slug).slug


def a_planned_line(day, **fields):
    """The plan has one line: the visit at nine, at another time."""
    day.book(**fields)
    away = unit_of_work(absence(day))
    plan = repair.propose(
        absence_id=away.pk, clinic_id=day.at.clinic.pk, by=BY, now=NOW
    )
    return plan.lines.get()


def a_line_to_undo(day, **fields):
    line = a_planned_line(day, **fields)
    unit_of_work(partial(execution._apply_line, line.pk, BY, NOW))
    RepairPlan.objects.filter(pk=line.plan_id).update(state="undoing")
    return line


def undo(line):
    return partial(execution._undo_line, line.pk, BY, NOW)


def end(away):
    return partial(
        absences.end_absence,
        absence_id=away.pk,
        clinic_id=away.resource.clinic_id,
        by=BY,
        now=NOW,
    )


def two_acceptances_of_one_opening(day):
    offered = day.offer(day.entry(), day.entry()).offers.order_by("pk")
    return [accept(offer) for offer in offered]


def an_offer_that_ran_out_made_anew_and_accepted(day):
    first, second = day.entry(), day.entry()
    old = day.offer(first, now=NOW - minutes(10), lasts=minutes(10)).offers.get()
    return partial(day.offer, second), accept(old, now=NOW - minutes(1))


def an_offer_taken_back_and_accepted(day):
    offer = day.offer(day.entry()).offers.get()
    back = partial(holds.release, hold_id=offer.hold_id, by=BY, now=NOW)
    return back, accept(offer)


def an_absence_and_an_acceptance_in_it(day):
    return absence(day), accept(day.offer(day.entry()).offers.get())


def a_cancelled_visit_and_an_acceptance_that_moves_it(day):
    visit = day.book(start=day.ten)
    offer = day.offer(own_entry(day, visit)).offers.get()
    return cancel(visit), accept(offer)


def a_moved_visit_and_an_acceptance_that_moves_it(day):
    visit = day.book(start=day.ten)
    offer = day.offer(own_entry(day, visit)).offers.get()
    return move(visit, day.ten + minutes(60)), accept(offer)


def an_entry_withdrawn_and_its_offer_accepted(day):
    entry = day.entry()
    offer = day.offer(entry).offers.get()
    withdraw = partial(entries.withdraw, entry_id=entry.pk, by=BY, now=NOW)
    return withdraw, accept(offer)


def own_entry(day, visit):
    return day.entry(patient=visit.patient, appointment_id=visit.pk)


def accept(offer, now=NOW):
    return partial(acceptance.accept, offer_id=offer.pk, by=BY, now=now)


PATIENT, RESOURCES = "lock patients_patient", "lock scheduling_resource"
ENTRIES, OFFERS = "lock scheduling_waitlistentry", "lock scheduling_offer"
FREED = "lock scheduling_freedopening"

BOOK = (PATIENT, RESOURCES, "reserve", "commit")
MOVE = (PATIENT, RESOURCES, "write", "reserve", "commit")
# Whoever comes sooner may have waited for that: their entries are looked at.
MOVE_SOONER = (PATIENT, RESOURCES, "write", "reserve", ENTRIES, "commit")
CONFIRM = CANCEL = (PATIENT, RESOURCES, "write", "commit")
HOLD = (RESOURCES, "reserve", "commit")
EXPIRE = SET_UP = (RESOURCES, "write", "commit")
ABSENCE = (RESOURCES, "write", "reserve", "commit")
CANCEL_IN_AN_ABSENCE = MOVE  # The absence reserves what the visit frees.
CALL = (PATIENT, "write", "commit")
UNDO = (PATIENT, RESOURCES, "write", FREED, "reserve", "commit")
END = (PATIENT, RESOURCES, "write", "commit")
OFFER = (RESOURCES, "reserve", ENTRIES, "commit")
ACCEPT = (PATIENT, RESOURCES, ENTRIES, OFFERS, "write", "commit")
WITHDRAW = (PATIENT, RESOURCES, ENTRIES, "write", OFFERS, "commit")

PAIRS = {
    two_bookings: (BOOK, BOOK),
    two_bookings_of_one_patient: (BOOK, BOOK),
    a_booking_and_a_move_to_its_time: (BOOK, MOVE_SOONER),
    a_booking_and_a_move_from_its_time: (BOOK, MOVE),
    two_moves_to_one_time: (MOVE_SOONER, MOVE_SOONER),
    two_moves_into_the_time_between: (MOVE, MOVE_SOONER),
    two_moves_of_one_visit: (MOVE, MOVE),
    a_hold_and_a_booking: (HOLD, BOOK),
    a_hold_and_a_move_to_its_time: (HOLD, MOVE_SOONER),
    a_hold_confirmed_and_expired: (CONFIRM, EXPIRE),
    a_hold_confirmed_and_its_time_booked_when_it_ran_out: (CONFIRM, BOOK),
    two_confirmations_of_one_hold: (CONFIRM, CONFIRM),
    an_absence_and_a_booking: (ABSENCE, BOOK),
    an_absence_and_a_confirmed_hold: (ABSENCE, CONFIRM),
    an_absence_and_a_move_into_it: (ABSENCE, MOVE),
    an_absence_and_a_move_out_of_it: (ABSENCE, MOVE_SOONER),
    an_absence_and_a_cancellation_in_it: (ABSENCE, CANCEL_IN_AN_ABSENCE),
    a_closed_day_and_a_booking: (SET_UP, BOOK),
    shorter_hours_and_a_booking: (SET_UP, BOOK),
    a_retirement_and_a_booking: (SET_UP, BOOK),
    a_repair_and_a_booking_of_its_time: (MOVE_SOONER, BOOK),
    a_repair_and_the_end_of_its_absence: (MOVE_SOONER, END),
    a_call_asked_for_and_the_end_of_its_absence: (CALL, END),
    a_repair_undone_and_a_booking_of_the_time_it_restores: (UNDO, BOOK),
    a_repair_undone_and_its_absence_ended: (UNDO, END),
    two_acceptances_of_one_opening: (ACCEPT, ACCEPT),
    an_offer_that_ran_out_made_anew_and_accepted: (OFFER, ACCEPT),
    an_offer_taken_back_and_accepted: (EXPIRE, ACCEPT),
    an_absence_and_an_acceptance_in_it: (ABSENCE, ACCEPT),
    a_cancelled_visit_and_an_acceptance_that_moves_it: (CANCEL, ACCEPT),
    a_moved_visit_and_an_acceptance_that_moves_it: (MOVE, ACCEPT),
    an_entry_withdrawn_and_its_offer_accepted: (WITHDRAW, ACCEPT),
}
