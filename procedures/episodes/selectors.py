"""Reading episodes: which there are, what may be done next, what was done."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from clinics.domain import policy
from core import journal
from core.actor import Actor
from core.models import JournalEntry
from procedures.acts.guards import reasons_against
from procedures.acts.registry import SCHEMAS
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.facts.selectors import facts
from procedures.fields.schema import ActSchema
from procedures.models import Episode, EpisodeVisit, ReadinessItem, Target
from procedures.pathway import allows

# What a journal entry may show to somebody who sees no clinical content.
# `reasons` are those of a refused booking, which its answer told them anyway.
PLANNING_KEYS = frozenset({"from", "to", "version", "act", "item", "state", "reasons"})


@dataclass(frozen=True, slots=True)
class NextAct:
    """An act this actor may do in this stage, and what stands against it now."""

    schema: ActSchema
    reasons: tuple[GuardReason, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done. `at` is when it happened, `recorded_at` its entry."""

    at: datetime
    recorded_at: datetime
    name: str
    actor: str
    actor_name: str
    actor_role: str
    details: dict[str, Any]


def episode(episode_id: UUID, clinic_id: int) -> Episode | None:
    """The episode, if it is this clinic's."""
    return of_clinic(clinic_id).filter(pk=episode_id).first()


def targets_of_visits(
    appointment_ids: Iterable[UUID],
) -> dict[UUID, list[tuple[str, str]]]:
    """(joint, laterality) of each target, by the appointments of its episode; one
    statement."""
    found: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    rows = Target.objects.filter(episode__visits__appointment__in=list(appointment_ids))
    columns = ("episode__visits__appointment_id", "joint", "laterality")
    for visit, joint, laterality in rows.order_by("position").values_list(*columns):
        found[visit].append((joint, laterality))
    return found


def of_clinic(
    clinic_id: int, *, patient_id: UUID | str | None = None, stage: str = ""
) -> QuerySet[Episode]:
    """A clinic's episodes with their patients, latest change of stage first."""
    rows = Episode.objects.filter(clinic_id=clinic_id).select_related("patient")
    if patient_id:
        rows = rows.filter(patient_id=patient_id)
    if stage:
        rows = rows.filter(stage=stage)
    return rows.prefetch_related("targets").order_by("-stage_at")


def sees_clinical(role: str) -> bool:
    return policy.may(role, "episode.read_clinical").allowed


def next_acts(episode: Episode, actor: Actor, now: datetime) -> list[NextAct]:
    """The acts this stage knows and this role may do, with the reasons against each.

    The same reasons, in the same words, refuse the act itself.
    """
    known = facts(episode, now)
    return [
        NextAct(schema, reasons_against(known, act))
        for act, schema in SCHEMAS.items()
        if _concerns(known, act, actor)
    ]


def _concerns(known: Facts, act: str, actor: Actor) -> bool:
    allowed = policy.may(actor.role, f"episode.{act}").allowed
    return allowed and allows(known.stage, act)


def timeline(episode: Episode, *, clinical: bool = True) -> list[Entry]:
    """Return what was done, oldest first; without `clinical`, stages only."""
    rows = journal.entries(f"episode:{episode.pk}")
    return [_entry(row, clinical) for row in rows]


def _entry(row: JournalEntry, clinical: bool) -> Entry:
    details = json.loads(row.payload)
    if isinstance(details.get("reasons"), str):  # as refusals were kept before
        details["reasons"] = details["reasons"].split(",")
    if not clinical:
        details = {k: v for k, v in details.items() if k in PLANNING_KEYS}
    return Entry(
        at=row.occurred_at,
        recorded_at=row.recorded_at or row.occurred_at,
        name=row.name,
        actor=row.actor,
        actor_name=row.actor_name,
        actor_role=row.actor_role,
        details=details,
    )


def readiness_items(episode: Episode) -> list[ReadinessItem]:
    """Readiness items of the episode, in a fixed order."""
    return list(episode.readiness_items.order_by("kind"))


def visits(episode: Episode) -> list[EpisodeVisit]:
    """The visits of the episode, the earliest first."""
    return list(episode.visits.order_by("starts_at"))


def at_stages(clinic_id: int, stages: Iterable[str]) -> QuerySet[Episode]:
    """Episodes at these stages with readiness and contacts, longest there first."""
    rows = of_clinic(clinic_id).filter(stage__in=list(stages))
    rows = rows.prefetch_related("readiness_items", "follow_ups")
    return rows.order_by("stage_at", "pk")


def stage_counts(clinic_id: int) -> dict[str, int]:
    """The number of the clinic's episodes by stage; stages without one are missing."""
    rows = of_clinic(clinic_id).order_by().values_list("stage")
    return dict(rows.annotate(number=Count("pk")))


def of_appointments(clinic_id: int, ids: Iterable[UUID]) -> list[Episode]:
    """Episodes that these appointments belong to, with readiness and visits."""
    rows = of_clinic(clinic_id).filter(visits__appointment__in=list(ids)).distinct()
    return list(rows.prefetch_related("readiness_items", "visits"))
