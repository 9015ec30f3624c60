"""The episode that an appointment belongs to."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from procedures.facts.selectors import decision, decision_fact
from procedures.models import Episode, EpisodeVisit
from procedures.pathway import TERMINAL
from procedures.visits.approval import EXPECTS, Candidate, episode_id


def open_episodes(patient_id: UUID) -> QuerySet[Episode]:
    """The patient's episodes that are not over, oldest first."""
    rows = Episode.objects.filter(patient_id=patient_id)
    return rows.exclude(stage__in=list(TERMINAL)).order_by("opened_at")


def candidates(patient_id: UUID) -> list[Candidate]:
    """The open episodes as the booking rule sees them."""
    return [
        Candidate(
            id=str(episode.pk),
            stage=episode.stage,
            decision=decision_fact(decision(episode)),
        )
        for episode in open_episodes(patient_id)
    ]


def episode_for(patient_id: UUID, subject: str, purpose: str) -> Episode | None:
    """The episode a visit is for: the one named, else the only one that expects it."""
    return episode_among(open_episodes(patient_id), subject, purpose)


def episode_among(
    episodes: Iterable[Episode], subject: str, purpose: str
) -> Episode | None:
    """The same among the patient's open episodes."""
    if named := episode_id(subject):
        return next((e for e in episodes if str(e.pk) == named), None)
    found = [e for e in episodes if e.stage in EXPECTS[purpose]]
    return found[0] if len(found) == 1 else None


def procedure_visit(episode: Episode) -> EpisodeVisit | None:
    """The live procedure visit."""
    return episode.visits.filter(purpose="procedure", released_at=None).first()
