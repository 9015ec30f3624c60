"""Events on an episode's path; ids and codes only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeAdvanced(Event):
    """The episode stands at another stage now."""

    episode_id: UUID
    patient_id: UUID
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationLinked(Event):
    """A visit is the episode's consultation: its questions can be asked before."""

    appointment_id: UUID
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRecorded(Event):
    """The questions of the time before the treatment are answered."""

    episode_id: UUID
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpsPlanned(Event):
    """The contacts after the injection are on the calendar."""

    episode_id: UUID
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactVisitChanged(Event):
    """A visit for a contact was booked, moved, called off or missed."""

    episode_id: UUID
    patient_id: UUID
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRecorded(Event):
    """A contact was answered."""

    follow_up_id: UUID
    episode_id: UUID
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEnteredInError(Event):
    """The answers of a contact were none: it is open again."""

    follow_up_id: UUID
    episode_id: UUID
    patient_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlagRaised(Event):
    """An answer needs a clinician now: tier 1 is an emergency, 2 the same day."""

    task_id: UUID
    patient_id: UUID
    follow_up_id: UUID
    tier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayActDone(Event):
    """An act that begins or ends phases of the visit; `act` also says which of its
    kind ("time_out_1", "hand_off_H2"), `at` when it was."""

    episode_id: UUID
    patient_id: UUID
    act: str
    at: datetime
