"""Events in the life of a visit, published in the transaction that did them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentEvent(Event):
    """`subject` is what the visit is for, as its booker named it ("episode:<id>")."""

    appointment_id: UUID
    patient_id: UUID
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentBooked(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentMoved(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentReassigned(AppointmentEvent):
    """Other resources at the same start: nothing changes for the patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCancelled(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentConfirmed(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentAnswered(AppointmentEvent):
    """The patient needs another time, or cannot come; a yes is a confirmation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentDelayTold(AppointmentEvent):
    """The clinic runs late, and the patient is to hear of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentArrived(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentArrivalUndone(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCheckedIn(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFulfilled(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentNoShow(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentNoShowUndone(AppointmentEvent):
    """The patient came after all, and the visit has its time again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCheckInUndone(AppointmentEvent):
    """Somebody else was meant: the visit has not begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFulfilUndone(AppointmentEvent):
    """The visit is not over yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentEnded(AppointmentEvent):
    """The procedure was aborted after check-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEvent(Event):
    """About one patient's share in a batch of offers."""

    offer_id: UUID
    entry_id: UUID
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(OfferEvent):
    """The opening is kept aside, and this patient may take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferClosed(OfferEvent):
    """`how`: accepted, declined, expired, too-late or withdrawn."""

    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitChanged(Event):
    """A patient waits no longer, or waits again; their other offers say so."""

    entry_id: UUID
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceEvent(Event):
    absence_id: UUID
    resource_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceOpened(AbsenceEvent):
    """Somebody or something is away; the visits in the way have open conflicts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceEnded(AbsenceEvent):
    """An absence is over, or over earlier than was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEvent(AppointmentEvent):
    """`position` is the phase's in its visit, `at` when it really was."""

    position: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStarted(PhaseEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEnded(PhaseEvent):
    pass
