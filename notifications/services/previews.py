"""Previews of the messages about a change, before anybody makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from notifications.domain import catalogue
from notifications.domain.plan import plan
from notifications.domain.templates import usable_language
from notifications.domain.wanted import Wanted
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
class PreviewedNotices:
    """The notices, and why a telephone call takes their place ("" if none does)."""

    notices: tuple[Notice, ...] = ()
    call: str = ""


def of_moves(
    *, starts: Mapping[UUID, datetime], now: datetime
) -> dict[UUID, PreviewedNotices]:
    """Preview the messages to patients if these visits moved to these starts now.

    Only reads: as many statements for one visit as for all of a clinic's.
    """
    visits = list(scheduling.appointments(starts.keys()))
    reviewed = {
        clinic_id: reviews.reviewed(clinic_id)
        for clinic_id in {visit.clinic_id for visit in visits}
    }
    for visit in visits:
        start = starts[visit.pk]
        visit.during = DateTimeTZRange(start, start + (visit.end - visit.start))
        visit.revision += 1
        visit.status, visit.status_at = "booked", now
    found = situations.of_visits(visits)
    return {
        visit.pk: _of_move(found[visit.pk], reviewed[visit.clinic_id], now)
        for visit in visits
    }


def _of_move(
    situation: Situation, reviewed: frozenset[str], now: datetime
) -> PreviewedNotices:
    wanted = plan(situation.snapshot, reach=situation.reach, now=now)
    return PreviewedNotices(
        tuple(
            _notice(message, situation, reviewed, now)
            for message in wanted.messages
            if message.kind in NOTICES
        ),
        next((c.reason for c in wanted.calls if c.kind in NOTICES), ""),
    )


def _notice(
    wanted: Wanted, situation: Situation, reviewed: frozenset[str], now: datetime
) -> Notice:
    patient = situation.patient
    assert patient is not None, "a visit has a patient"
    language = usable_language(patient.language, reviewed)
    message = Message(
        kind=wanted.kind,
        channel=wanted.channel,
        language=language,
        told_start=wanted.told_start,
        was_start=wanted.was_start,
    )
    words = wording.masked(message, situation, now)
    return Notice(
        kind=wanted.kind,
        channel=wanted.channel,
        language=language,
        title=words.title,
        body=words.body,
        leaves_at=wanted.next_at,
    )
