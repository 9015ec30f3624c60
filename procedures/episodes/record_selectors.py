"""Records of an episode as pages show and name them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from procedures.corrections.records import rows_of
from procedures.corrections.table import KINDS
from procedures.models import (
    DecisionRule,
    Disposition,
    EnteredInError,
    Episode,
    Processing,
    Record,
    TargetFinding,
    VitalsSet,
)
from procedures.records import current_rows

# Kinds whose entry may be later than what they tell; the others are parts of these.
TOLD = (
    "evaluation",
    "decision",
    "override",
    "consent",
    "check_in",
    "time_out",
    "harvest",
    "hand_off",
    "processing",
    "release",
    "injection",
    "not_done",
    "discharge",
    "adverse_event",
    "response",
)


def shown(episode: Episode, rows: str, struck: Collection[UUID]) -> list[Any]:
    """The current records of one kind and those entered in error, in their order."""
    found = getattr(episode, rows).filter(Q(superseded_at=None) | Q(pk__in=struck))
    return list(found.order_by("occurred_at", "recorded_at"))


def struck(episode: Episode) -> dict[UUID, EnteredInError]:
    """Entries in error of the episode, by the id of the record they strike."""
    return {error.record_id: error for error in episode.errors.all()}


def struck_rows(episode: Episode, kind: str, ids: Collection[UUID]) -> list[Record]:
    """The records of that kind among those ids."""
    return list(rows_of(episode, kind).filter(pk__in=ids))


def late_entries(episode: Episode) -> dict[datetime, str]:
    """Reasons for late entries, by the instant of the entry."""
    return dict(episode.late_entries.values_list("recorded_at", "reason"))


def entered_at(episode: Episode) -> dict[datetime, datetime]:
    """The instant of entry of each first record, by the instant it tells of."""
    found: dict[datetime, datetime] = {}
    for kind in TOLD:
        rows = rows_of(episode, kind).filter(corrects=None)
        found |= dict(rows.values_list("occurred_at", "recorded_at"))
    return found


def nameable(episode: Episode, act: str) -> list[tuple[str, Record]]:
    """(kind, row) of each current record that `act` can name to put right or strike."""
    return [
        (kind.code, row)
        for kind in KINDS.values()
        if kind.values or act == "enter_in_error"
        for row in current_rows(rows_of(episode, kind.code)).order_by("occurred_at")
    ]


def findings(evaluation: Any) -> list["TargetFinding"]:
    """The findings of an evaluation with their targets, in the order of the plan."""
    rows = evaluation.target_findings.select_related("target")
    return list(rows.order_by("target__position"))


def fired_rules(decision: Any) -> list[DecisionRule]:
    """The rules that fired when it was decided, as they were worded then."""
    return list(decision.rules.select_related("rule"))


def covered_targets(consent: Any) -> list[Any]:
    """The targets that a consent covers."""
    return [one.target for one in consent.targets.select_related("target")]


def vital_signs(episode: Episode, purpose: str) -> QuerySet[VitalsSet]:
    """The current vital signs of "check_in" or "recovery", the earliest first."""
    rows = current_rows(episode.vitalssets).filter(purpose=purpose)
    return rows.order_by("occurred_at")


def sample_ml(processing: Processing) -> Any:
    """Millilitres of the concentrate that are kept as its quality sample; 0 if none."""
    rows: QuerySet[Disposition] = current_rows(processing.concentrate.dispositions)
    kept = rows.filter(kind="qc_retained")
    return sum(kept.values_list("volume_ml", flat=True), 0)
