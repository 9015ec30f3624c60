"""Pairs of acts that can meet: each arranges a day, and names the two acts on it."""

from functools import partial

from scheduling.services import (
    absences,
    answering,
    booking,
    holds,
    setup,
    waitlist,
)
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, minutes


def move(visit, start, now=NOW):
    return partial(
        booking.move,
        appointment_id=visit.pk,
        start=start,
        version=visit.version,
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


def two_moves_that_swap(day):
    one, other = day.book(), day.book(start=day.ten)
    return move(one, day.ten), move(other, day.nine)


def two_moves_of_one_visit(day):
    visit = day.book()
    return move(visit, day.ten), move(visit, day.ten + minutes(60))


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
        booking.cancel, appointment_id=visit.pk, version=visit.version, by=BY, now=NOW
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
    withdraw = partial(waitlist.withdraw, entry_id=entry.pk, by=BY, now=NOW)
    return withdraw, accept(offer)


def own_entry(day, visit):
    return day.entry(patient=visit.patient, appointment_id=visit.pk)


def accept(offer, now=NOW):
    return partial(answering.accept, offer_id=offer.pk, by=BY, now=now)


PAIRS = [
    two_bookings,
    two_bookings_of_one_patient,
    a_booking_and_a_move_to_its_time,
    a_booking_and_a_move_from_its_time,
    two_moves_to_one_time,
    two_moves_that_swap,
    two_moves_of_one_visit,
    a_hold_confirmed_and_expired,
    a_hold_confirmed_and_its_time_booked_when_it_ran_out,
    two_confirmations_of_one_hold,
    an_absence_and_a_booking,
    an_absence_and_a_confirmed_hold,
    an_absence_and_a_move_into_it,
    an_absence_and_a_move_out_of_it,
    an_absence_and_a_cancellation_in_it,
    a_closed_day_and_a_booking,
    two_acceptances_of_one_opening,
    an_offer_that_ran_out_made_anew_and_accepted,
    an_offer_taken_back_and_accepted,
    an_absence_and_an_acceptance_in_it,
    a_cancelled_visit_and_an_acceptance_that_moves_it,
    a_moved_visit_and_an_acceptance_that_moves_it,
    an_entry_withdrawn_and_its_offer_accepted,
]
