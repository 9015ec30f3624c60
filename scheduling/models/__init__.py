"""Tables of scheduling: what there is, what a visit needs, who has which time."""

from scheduling.models.appointments import Appointment, AppointmentPhase, Hold
from scheduling.models.calendar import OpeningHours, Resource, ScheduleException
from scheduling.models.reservations import Absence, Conflict, Reservation
from scheduling.models.visit_types import Need, Phase, VisitType
from scheduling.models.waitlist import Offer, WaitlistEntry

__all__ = [
    "Absence",
    "Appointment",
    "AppointmentPhase",
    "Conflict",
    "Hold",
    "Need",
    "Offer",
    "OpeningHours",
    "Phase",
    "Reservation",
    "Resource",
    "ScheduleException",
    "VisitType",
    "WaitlistEntry",
]
