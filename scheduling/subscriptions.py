"""Reactions of scheduling to events, of its own visits and of other apps.

Its visits are booked, moved, checked in and closed; a clinic keeps other holidays;
a patient departs or returns.
"""

from clinics.events import HolidayCalendarChanged
from core.actor import Actor, job
from core.events import Event, Subscriber
from patients.events import PatientDeparted, PatientReturned
from scheduling.absences import closures
from scheduling.booking import selectors
from scheduling.day import phase_records
from scheduling.events import (
    AppointmentBooked,
    AppointmentCheckedIn,
    AppointmentEnded,
    AppointmentEvent,
    AppointmentFulfilled,
    AppointmentMoved,
)
from scheduling.waitlist import booked_otherwise, departures


def begin_first_phase(event: AppointmentCheckedIn) -> None:
    phase_records.begin_first(
        appointment_id=event.appointment_id,
        by=_by(event, "check_in"),
        now=event.occurred_at,
    )


def end_open_phases(event: AppointmentFulfilled | AppointmentEnded) -> None:
    phase_records.end_open(
        appointment_id=event.appointment_id,
        by=_by(event, "closing"),
        now=event.occurred_at,
    )


def end_wait(event: AppointmentBooked) -> None:
    booked_otherwise.booked(
        appointment_id=event.appointment_id,
        patient_id=event.patient_id,
        now=event.occurred_at,
    )


def ask_who_waits(event: AppointmentMoved) -> None:
    booked_otherwise.moved(appointment_id=event.appointment_id, now=event.occurred_at)


def follow_holidays(event: HolidayCalendarChanged) -> None:
    closures.follow_holidays(
        clinic_id=event.clinic_id,
        before=event.before,
        after=event.after,
        by=job("holidays", clinic_id=event.clinic_id),
        now=event.occurred_at,
    )


def stop_bookings(event: PatientDeparted) -> None:
    departures.stop(patient_id=event.patient_id, kind=event.kind, now=event.occurred_at)


def resume_bookings(event: PatientReturned) -> None:
    departures.resume(patient_id=event.patient_id, now=event.occurred_at)


def _by(event: AppointmentEvent, name: str) -> Actor:
    visit = selectors.appointment(event.appointment_id)
    assert visit is not None, "an event names an appointment that exists"
    return job(name, clinic_id=visit.clinic_id)


SUBSCRIPTIONS: list[tuple[type[Event], Subscriber]] = [
    (AppointmentBooked, end_wait),
    (AppointmentMoved, ask_who_waits),
    (AppointmentCheckedIn, begin_first_phase),
    (AppointmentFulfilled, end_open_phases),
    (AppointmentEnded, end_open_phases),
    (HolidayCalendarChanged, follow_holidays),
    (PatientDeparted, stop_bookings),
    (PatientReturned, resume_bookings),
]
