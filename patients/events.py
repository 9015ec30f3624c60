"""Events of patients, their contacts and the clinic's tasks."""

from dataclasses import dataclass
from uuid import UUID

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRegistered(Event):
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientAmended(Event):
    """Name, birth date, language, zone or sex changed; contacts tell separately."""

    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(Event):
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged(Event):
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDeparted(Event):
    """The patient died ("deceased") or asked not to be contacted: nothing leaves."""

    patient_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientReturned(Event):
    """The departure was a slip: the patient may be told things again."""

    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryReceived(Event):
    """Somebody wrote by the public form; they are no patient yet."""

    enquiry_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryClosed(Event):
    """The enquiry was answered: a patient was made of it, or it leads to none."""

    enquiry_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOpened(Event):
    task_id: UUID
    patient_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAcknowledged(Event):
    task_id: UUID
    patient_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEscalated(Event):
    """Nobody acknowledged it in time: it is the medical director's now."""

    task_id: UUID
    patient_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskClosed(Event):
    task_id: UUID
    patient_id: UUID | None
