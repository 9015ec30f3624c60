"""What scheduling does when its own visits are checked in and closed."""

from core.actor import job
from core.events import Event, Subscriber
from scheduling.events import (
    AppointmentCheckedIn,
    AppointmentEnded,
    AppointmentFulfilled,
)
from scheduling.services import phase_records


def begin_first_phase(event: AppointmentCheckedIn) -> None:
    phase_records.begin_first(
        appointment_id=event.appointment_id, by=job("check_in"), now=event.occurred_at
    )


def end_open_phases(event: AppointmentFulfilled | AppointmentEnded) -> None:
    phase_records.end_open(
        appointment_id=event.appointment_id, by=job("closing"), now=event.occurred_at
    )


SUBSCRIPTIONS: list[tuple[type[Event], Subscriber]] = [
    (AppointmentCheckedIn, begin_first_phase),
    (AppointmentFulfilled, end_open_phases),
    (AppointmentEnded, end_open_phases),
]
