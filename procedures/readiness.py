"""Readiness items, and the stage they lead to by themselves."""

from datetime import datetime

from core.actor import Actor
from procedures import stages
from procedures.facts.selectors import consent_facts
from procedures.guards import shared
from procedures.models import Episode, ReadinessItem
from procedures.pathway import Stage
from procedures.vocabulary import READINESS_ITEMS

KINDS = tuple(kind for kind, _ in READINESS_ITEMS)


def settle(episode: Episode, *, by: Actor, now: datetime) -> None:
    """Make a scheduled episode ready once nothing is open, and the other way round."""
    if episode.stage not in (Stage.SCHEDULED, Stage.READY):
        return
    is_ready = not episode.readiness_items.filter(state="open").exists()
    if is_ready and episode.stage == Stage.SCHEDULED:
        stages.advance(
            episode, ["become_ready"], name="episode.became_ready", by=by, now=now
        )
    if not is_ready and episode.stage == Stage.READY:
        stages.advance(
            episode, ["become_unready"], name="episode.became_unready", by=by, now=now
        )


def begin(episode: Episode, *, by: Actor, now: datetime) -> None:
    """Open every item that does not exist yet; a consent given before counts."""
    have = set(episode.readiness_items.values_list("kind", flat=True))
    for kind in KINDS:
        if kind not in have:
            ReadinessItem.objects.create(
                episode=episode, kind=kind, **_mark("open", "", by, now)
            )
    check_consent(episode, by=by, now=now)


def check_consent(episode: Episode, *, by: Actor, now: datetime) -> None:
    """The consent item is done while a consent covers the plan, open otherwise."""
    missing = list(shared.consent(consent_facts(episode, now)))
    put(episode, "consent", "open" if missing else "done", by=by, now=now)


def void(episode: Episode, *, by: Actor, now: datetime) -> None:
    """Everything has to be arranged anew."""
    for kind in KINDS:
        put(episode, kind, "open", by=by, now=now)


def put(
    episode: Episode,
    kind: str,
    state: str,
    *,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Set one item's state; nothing happens before items exist."""
    rows = episode.readiness_items.filter(kind=kind)
    rows.update(**_mark(state, reason, by, now))


def _mark(state: str, reason: str, by: Actor, now: datetime) -> dict[str, object]:
    return {
        "state": state,
        "reason": reason,
        "changed_at": now,
        "changed_by": str(by),
        "changed_by_name": by.name,
    }
