"""What a patient would be told about a change, before anybody makes it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.problems import NotFound
from notifications.domain import catalogue
from notifications.domain.plan import Wanted, plan
from notifications.models import Message
from notifications.selectors import reviews, situations
from notifications.selectors.situations import Situation
from notifications.services import wording
from scheduling import selectors as scheduling

NOTICES = frozenset({catalogue.CONFIRMATION, catalogue.MOVED})


@dataclass(frozen=True, slots=True)
class Notice:
    """One message as it would be: its link is shown as `/v/•••/`."""

    kind: str
    channel: str
    language: str
    title: str
    body: str
    leaves_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """The notices, and why a telephone call takes their place ("" if none does)."""

    notices: tuple[Notice, ...] = ()
    call: str = ""


def of_move(*, appointment_id: UUID, start: datetime, now: datetime) -> Told:
    """What the patient would be told if the visit moved to `start` now; only reads.

    Raises core.problems.NotFound.
    """
    situation = situations.load(f"appointment:{appointment_id}")
    visit = scheduling.appointment(appointment_id)
    if visit is None:
        raise NotFound("There is no such visit.")
    visit.during = DateTimeTZRange(start, start + (visit.end - visit.start))
    visit.revision += 1
    visit.status, visit.status_at = "booked", now
    moved = situations.visit_of(visit, situation.rows)
    situation = replace(situation, snapshot=moved)
    wanted = plan(moved, reach=situation.reach, now=now)
    return Told(
        tuple(_notice(m, situation) for m in wanted.messages if m.kind in NOTICES),
        next((call.reason for call in wanted.calls), ""),
    )


def _notice(wanted: Wanted, situation: Situation) -> Notice:
    patient = situation.patient
    assert patient is not None, "a visit has a patient"
    language = reviews.language_for(situation.clinic.pk, patient.language)
    message = Message(
        kind=wanted.kind,
        channel=wanted.channel,
        language=language,
        told_start=wanted.told_start,
        was_start=wanted.was_start,
    )
    words = wording.masked(message, situation)
    return Notice(
        kind=wanted.kind,
        channel=wanted.channel,
        language=language,
        title=words.title,
        body=words.body,
        leaves_at=wanted.next_at,
    )
