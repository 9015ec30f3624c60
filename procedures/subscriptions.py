"""Reactions of procedures to what scheduling tells."""

from core.events import Event, Subscriber
from patients.events import PatientDeparted, PatientReturned
from patients.services import patients
from procedures.events import DayActDone, ResponseRecorded
from procedures.follow_up import services as follow_ups
from procedures.visits import phase_times
from procedures.visits import services as visits
from scheduling.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEnded,
    AppointmentMoved,
    AppointmentNoShow,
    AppointmentNoShowUndone,
)


def link_visit(event: AppointmentBooked) -> None:
    visits.booked(
        appointment_id=event.appointment_id,
        patient_id=event.patient_id,
        now=event.occurred_at,
    )


def redate_visit(event: AppointmentMoved) -> None:
    visits.moved(appointment_id=event.appointment_id, now=event.occurred_at)


def free_visit(
    event: AppointmentCancelled | AppointmentNoShow | AppointmentEnded,
) -> None:
    visits.freed(appointment_id=event.appointment_id, now=event.occurred_at)


def restore_visit(event: AppointmentNoShowUndone) -> None:
    visits.restored(appointment_id=event.appointment_id, now=event.occurred_at)


def note_phases(event: DayActDone) -> None:
    phase_times.note(
        episode_id=event.episode_id, act=event.act, at=event.at, now=event.occurred_at
    )


def close_missed_call(event: ResponseRecorded) -> None:
    patients.lock(event.patient_id)
    follow_ups.note_answer(follow_up_id=event.follow_up_id, now=event.occurred_at)


def stop_contacts(event: PatientDeparted) -> None:
    patients.lock(event.patient_id)
    follow_ups.cancel(patient_id=event.patient_id, now=event.occurred_at)


def resume_contacts(event: PatientReturned) -> None:
    patients.lock(event.patient_id)
    follow_ups.plan_again(patient_id=event.patient_id, now=event.occurred_at)


SUBSCRIPTIONS: list[tuple[type[Event], Subscriber]] = [
    (AppointmentBooked, link_visit),
    (AppointmentMoved, redate_visit),
    (AppointmentCancelled, free_visit),
    (AppointmentNoShow, free_visit),
    (AppointmentNoShowUndone, restore_visit),
    (AppointmentEnded, free_visit),
    (DayActDone, note_phases),
    (ResponseRecorded, close_missed_call),
    (PatientDeparted, stop_contacts),
    (PatientReturned, resume_contacts),
]
