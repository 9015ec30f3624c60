"""The snapshots of visits: what was told of each, and what is beside it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from notifications.domain import states
from notifications.domain.subjects import Telling, Visit, last_told
from notifications.models import Message
from procedures.follow_up import questionnaire_selectors
from procedures.visits.approval import purpose
from scheduling import selectors as scheduling

if TYPE_CHECKING:
    from scheduling.models import Appointment

CONSULTATION = "consultation"
# Reminders are told up to 14 days before a visit, so no visit further away can share
# a day with one of this; the two days more are quiet hours and zones.
BESIDE = timedelta(days=16)


def visit_of(appointment: "Appointment", rows: Iterable[Message]) -> Visit:
    """Return the snapshot of an appointment and of what its own rows have told."""
    visit = Visit(
        id=str(appointment.pk),
        revision=appointment.revision,
        status=appointment.status,
        in_person=appointment.in_person,
        start=appointment.start,
        end=appointment.end,
        changed_at=appointment.status_at,
        purpose=_purpose(appointment),
        confirmed_at=appointment.confirmed_at,
        answer=appointment.answer,
        asked_by_text_at=(
            appointment.answered_at if appointment.answered_by_text else None
        ),
        delay_minutes=appointment.delay_minutes,
        delay_at=appointment.delay_told_at,
    )
    return _told(visit, _own_tellings(rows))


def with_others(
    visits: Mapping[UUID, Visit],
    appointments: "Collection[Appointment]",
    rows: Mapping[UUID, Collection[Message]],
) -> dict[UUID, Visit]:
    """Return the snapshots with what is beside them; one to three statements.

    That is the patient's other visits of those weeks, what their messages told of
    this one, and the questions that are open before a consultation.
    """
    beside = scheduling.visits_beside(appointments, BESIDE)
    others = {row.pk: row for known in beside.values() for row in known}
    known_as = {key: visit_of(row, ()) for key, row in others.items()} | dict(visits)
    asked = _asked_before(known_as)
    for key in asked:
        known_as[key] = replace(known_as[key], baseline_open=True)
    # Only who has visits beside each other is told of one in a text about another, and
    # a visit that was told so has a message of its own: its confirmation.
    named, tellings = _told_in_passing(
        {row.patient_id for row in appointments if beside[row.pk] or rows[row.pk]}
    )
    found = {}
    for row in appointments:
        visit = replace(
            known_as[row.pk],
            siblings=tuple(known_as[other.pk] for other in beside[row.pk]),
            named=frozenset(named[row.patient_id]),
        )
        passing = tellings[visit.subject]
        if passing:
            visit = _told(visit, [*_own_tellings(rows[row.pk]), *passing])
        found[row.pk] = visit
    return found


def _asked_before(visits: Mapping[UUID, Visit]) -> set[UUID]:
    consultations = [
        key for key, visit in visits.items() if visit.purpose == CONSULTATION
    ]
    return questionnaire_selectors.open_for(consultations) if consultations else set()


def _told(visit: Visit, tellings: Iterable[Telling]) -> Visit:
    told = last_told(tellings, revision=visit.revision, is_live=visit.is_live)
    return visit if told == visit.told else replace(visit, told=told)


def _purpose(appointment: "Appointment") -> str:
    kind = appointment.visit_type
    return purpose(kind.slug, kind.requires_decision)


def _own_tellings(rows: Iterable[Message]) -> list[Telling]:
    return [
        Telling(
            start=row.told_start,
            revision=row.revision,
            state=row.state,
            sent_at=row.sent_at,
        )
        for row in rows
        if row.told_start and row.misdirected_at is None
    ]


def _told_in_passing(
    patient_ids: Collection[UUID],
) -> tuple[dict[UUID, set[str]], dict[str, list[Telling]]]:
    """Reminders that another reminder's text told: keys by patient, starts by visit."""
    named: dict[UUID, set[str]] = defaultdict(set)
    tellings: dict[str, list[Telling]] = defaultdict(list)
    if not patient_ids:
        return named, tellings
    rows = Message.objects.filter(
        patient__any_of=patient_ids, sent_at__isnull=False, misdirected_at=None
    )
    for row in rows.exclude(also=[]).exclude(state=states.UNDELIVERED):
        assert row.patient_id is not None
        for said in row.also:
            named[row.patient_id].add(said["key"])
            if said["start"]:
                telling = Telling(
                    start=datetime.fromisoformat(said["start"]),
                    revision=said["revision"],
                    state=row.state,
                    sent_at=row.sent_at,
                )
                tellings[said["subject"]].append(telling)
    return named, tellings
