"""Words for the episodes behind the visits of a schedule: joint, stage, gaps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from pages.kit.words import sentence
from procedures.episodes import selectors as episodes
from procedures.pathway import Stage

if TYPE_CHECKING:
    from procedures.models import Episode

# From check-in on, what is missing is the run sheet's business.
_BEFORE_THE_DAY = frozenset({Stage.APPROVED, Stage.SCHEDULED, Stage.READY})
GAPS = {
    "consent": "Consent missing",
    "medication_plan": "Medication plan open",
    "estimate": "Estimate open",
    "labs": "Labs open",
}


@dataclass(frozen=True, slots=True)
class EpisodeGap:
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class About:
    """The episode of a visit; `joint` as "knee right"."""

    episode_id: UUID
    joint: str
    stage: str
    gaps: tuple[EpisodeGap, ...]


def about(clinic_id: int, appointment_ids: Iterable[UUID]) -> dict[UUID, About]:
    """By appointment; visits without an episode are left out. Four statements."""
    ids = set(appointment_ids)
    found: dict[UUID, About] = {}
    for episode in episodes.of_appointments(clinic_id, ids):
        of_episode = _about(episode)
        for visit in episode.visits.all():
            if visit.appointment_id in ids:
                found[visit.appointment_id] = of_episode
    return found


def joints(appointment_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The joint of each visit's episode, "knee right"; one statement."""
    found = episodes.targets_of_visits(appointment_ids)
    return {visit: _places(targets) for visit, targets in found.items()}


def _about(episode: "Episode") -> About:
    return About(
        episode_id=episode.pk,
        joint=joint(episode),
        stage=sentence(episode.stage),
        gaps=tuple(_gaps(episode)),
    )


def joint(episode: "Episode") -> str:
    """ "knee right"; several joined by " + "."""
    return _places((t.joint, t.laterality) for t in episode.targets.all())


def _places(targets: Iterable[tuple[str, str]]) -> str:
    return " + ".join(dict.fromkeys(" ".join(target) for target in targets))


def _gaps(episode: "Episode") -> Iterable[EpisodeGap]:
    if episode.stage not in _BEFORE_THE_DAY:
        return
    for item in episode.readiness_items.all():
        if item.state == "open":
            yield EpisodeGap(
                GAPS.get(item.kind, f"{sentence(item.kind)} open"), "warning"
            )
