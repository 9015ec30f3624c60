"""Planned contacts, for pages and for what is told to patients."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from procedures.models import Episode, FollowUp


def follow_up(follow_up_id: UUID) -> FollowUp | None:
    """One planned contact with its episode, or None."""
    rows = FollowUp.objects.select_related("episode", "episode__patient")
    return rows.filter(pk=follow_up_id).first()


def follow_ups_by_id(follow_up_ids: Collection[UUID]) -> dict[UUID, FollowUp]:
    """These planned contacts, each with its episode."""
    return FollowUp.objects.select_related("episode").in_bulk(follow_up_ids)


def of_episode(episode: Episode) -> QuerySet[FollowUp]:
    """The contacts of an episode in order."""
    return episode.follow_ups.order_by("position")


def planned(patient_id: UUID) -> QuerySet[FollowUp]:
    """The contacts of a patient that wait for an answer, in order."""
    rows = FollowUp.objects.filter(episode__patient_id=patient_id, state="planned")
    return rows.select_related("episode").order_by("target_on", "position")


def due(clinic_id: int, today: date) -> QuerySet[FollowUp]:
    """The contacts of a clinic whose window is open on that clinic-local day."""
    rows = FollowUp.objects.filter(
        episode__clinic_id=clinic_id,
        state="planned",
        window_from__lte=today,
        window_to__gte=today,
    )
    return rows.select_related("episode", "episode__patient").order_by("target_on")


def tier_of(follow_up: FollowUp) -> int | None:
    """How urgent the answers in force are, 1 the most; None if there are none."""
    rows = follow_up.responses.filter(superseded_at=None)
    return rows.values_list("tier", flat=True).first()
