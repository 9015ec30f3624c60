"""A booked visit moves onto the time that a hold keeps aside; its old time is free."""

from datetime import datetime
from typing import Any

from core.actor import Actor
from core.refusal import Refused
from scheduling.booking.announcements import announce
from scheduling.booking.availability import check_patient_free
from scheduling.booking.book_hold import re_point, wanted_of
from scheduling.booking.claims import new_move
from scheduling.booking.refusals import refuse
from scheduling.booking.release import release
from scheduling.booking.status import Act
from scheduling.booking.transitions import reason_against
from scheduling.booking.wish_tasks import NOTHING_SAID, settle
from scheduling.events import AppointmentMoved
from scheduling.models import Appointment, Hold


def move_to_hold(
    appointment: Appointment, hold: Hold, *, by: Actor, now: datetime
) -> Appointment | Refused:
    """The hold stands, its visit type is the visit's, and rules have been asked.

    Patient and resources of both are locked already. Raises PatientBusy.
    """
    if against := reason_against(appointment, Act.MOVE, now):
        stream = f"appointment:{appointment.pk}"
        return refuse("appointment.move", (against,), stream=stream, by=by, now=now)
    wanted = wanted_of(hold, now)
    check_patient_free(
        appointment.patient_id, wanted.kind, wanted.plan, hold.start, but=appointment
    )
    _keep_move(appointment, hold, by, now)
    settle(appointment, "The visit was moved.", by, now)
    release(appointment, "moved", by=by, now=now)
    re_point(hold, appointment, now)
    _advance(appointment, hold, now)
    announce(
        "appointment.moved",
        AppointmentMoved,
        appointment,
        by=by,
        now=now,
        start=appointment.start,
        revision=str(appointment.revision),
        reason="offer accepted",
    )
    return appointment


def _keep_move(appointment: Appointment, hold: Hold, by: Actor, now: datetime) -> None:
    live = appointment.reservations.filter(released_at=None).order_by("starts_at", "pk")
    kept = new_move(
        appointment, live, hold.during, reason="offer accepted", by=by, now=now
    )
    kept.save(force_insert=True)


def _advance(appointment: Appointment, hold: Hold, now: datetime) -> None:
    changes: dict[str, Any] = {
        "local_on": hold.local_on,
        "local_time": hold.local_time,
        "time_zone": hold.time_zone,
        "fold": hold.fold,
        "during": hold.during,
        "status": Appointment.Status.BOOKED,
        "status_at": now,
        "confirmed_at": None,
        **NOTHING_SAID,
        "version": appointment.version + 1,
        "revision": appointment.revision + 1,
    }
    for name, value in changes.items():
        setattr(appointment, name, value)
    appointment.save(update_fields=list(changes))
