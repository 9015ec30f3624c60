"""Tables of scheduling: what there is, what a visit needs, who has which time."""

from scheduling.models.appointments import (
    Appointment,
    AppointmentMove,
    AppointmentPhase,
    Hold,
    PhaseRecord,
)
from scheduling.models.calendar import OpeningHours, Resource, ScheduleException
from scheduling.models.repair import RepairLine, RepairPlan
from scheduling.models.reservations import Absence, Conflict, Reservation
from scheduling.models.visit_types import Need, Phase, VisitType
from scheduling.models.waitlist import FreedOpening, Offer, WaitlistEntry

__all__ = [
    "Absence",
    "Appointment",
    "AppointmentMove",
    "AppointmentPhase",
    "Conflict",
    "FreedOpening",
    "Hold",
    "Need",
    "Offer",
    "OpeningHours",
    "Phase",
    "PhaseRecord",
    "RepairLine",
    "RepairPlan",
    "Reservation",
    "Resource",
    "ScheduleException",
    "VisitType",
    "WaitlistEntry",
]
