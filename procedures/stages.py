"""The one writer of an episode's stage."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core import events, journal
from core.actor import Actor
from procedures.events import EpisodeAdvanced
from procedures.models import Episode
from procedures.pathway import TERMINAL, next_stage

WRITTEN = ["stage", "stage_at", "closed_at", "closing_reason", "version"]


def advance(
    episode: Episode,
    steps: Iterable[str],
    *,
    name: str,
    by: Actor,
    now: datetime,
    at: datetime | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Take the steps, raise the version by one, write the journal, tell.

    `name` is the journal entry's ("episode.decided"); `at` when it happened. The
    patient's row is locked by the caller. KeyError for a step the table lacks.
    """
    before = episode.stage
    for step in steps:
        episode.stage = next_stage(episode.stage, step)
    _save(episode, before, now)
    details = {"from": before, "to": episode.stage, "version": episode.version}
    journal.record(
        name,
        subject=f"episode:{episode.pk}",
        by=by,
        at=at or now,
        payload={**details, **(payload or {})},
    )
    if episode.stage != before:
        tell(episode, now)


def tell(episode: Episode, now: datetime) -> None:
    """Publish where the episode stands."""
    events.publish(
        EpisodeAdvanced(
            occurred_at=now,
            episode_id=episode.pk,
            patient_id=episode.patient_id,
            stage=str(episode.stage),
        )
    )


def _save(episode: Episode, before: str, now: datetime) -> None:
    episode.version += 1
    if episode.stage != before:
        episode.stage_at = now
        if episode.stage in TERMINAL:
            episode.closed_at = now
    episode.save(update_fields=WRITTEN)
