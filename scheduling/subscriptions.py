"""What scheduling does when its own visits are checked in and closed."""

from core.actor import Actor, job
from core.events import Event, Subscriber
from scheduling import selectors
from scheduling.events import (
    AppointmentCheckedIn,
    AppointmentEnded,
    AppointmentEvent,
    AppointmentFulfilled,
)
from scheduling.services import phase_records


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


def _by(event: AppointmentEvent, name: str) -> Actor:
    visit = selectors.appointment(event.appointment_id)
    assert visit is not None, "an event names an appointment that exists"
    return job(name, clinic_id=visit.clinic_id)


SUBSCRIPTIONS: list[tuple[type[Event], Subscriber]] = [
    (AppointmentCheckedIn, begin_first_phase),
    (AppointmentFulfilled, end_open_phases),
    (AppointmentEnded, end_open_phases),
]
