"""Stops of a patient, as the guards and the pages see them."""

from uuid import UUID

from django.db.models import Q, QuerySet

from procedures.models import Episode, Stop
from procedures.rules.stops import PATIENT, StopFact


def concerning(episode: Episode) -> QuerySet[Stop]:
    """Those of this episode, and those of the patient found in any other."""
    rows = Stop.objects.filter(patient_id=episode.patient_id)
    rows = rows.filter(Q(scope=PATIENT) | Q(episode=episode))
    return rows.select_related("lift").order_by("found_at", "recorded_at")


def open_of_patient(patient_id: UUID) -> QuerySet[Stop]:
    """Every stop of the patient that nobody has lifted."""
    rows = Stop.objects.filter(patient_id=patient_id, lift=None)
    return rows.order_by("found_at")


def stop_facts(episode: Episode) -> tuple[StopFact, ...]:
    """The stops that concern the episode, lifted ones too, oldest first."""
    rows = concerning(episode).prefetch_related("contradictions")
    return tuple(stop_fact(row) for row in rows)


def stop_fact(row: Stop) -> StopFact:
    lift = getattr(row, "lift", None)
    return StopFact(
        id=str(row.pk),
        rule=row.rule,
        scope=row.scope,
        level=row.level,
        text=row.text,
        question=row.question,
        found_at=row.found_at,
        details=row.details,
        lifted_at=lift.lifted_at if lift else None,
        how=lift.how if lift else "",
        is_contradicted=bool(row.contradictions.all()),
    )


def open_with_contradictions(episode: Episode) -> list[Stop]:
    """The stops that stand in the episode's way, with what was said against each."""
    rows = concerning(episode).filter(lift=None)
    return list(rows.prefetch_related("contradictions"))
