"""Opening an episode."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import journal
from core.actor import Actor
from patients.services import patients
from procedures.episodes.schema import OPEN
from procedures.fields.schema import FieldError, InvalidData, parse
from procedures.models import Episode, Target


@transaction.atomic
def open_episode(
    *,
    patient_id: UUID,
    clinic_id: int,
    targets: Sequence[Mapping[str, Any]],
    by: Actor,
    now: datetime,
) -> Episode:
    """Begin a treatment plan for one or more targets, at the stage enquiry.

    Each target is `{joint, structure, laterality}`. Raises InvalidData, and NotFound
    for a patient of another clinic.
    """
    data = parse(OPEN, {"targets": list(targets)})
    _check_different(data["targets"])
    patient = patients.lock(patient_id, clinic_id)
    if patient.is_deceased:
        fault = "is recorded as deceased; take that back first if it is a slip"
        raise InvalidData([FieldError("/patient", fault)])
    episode = Episode.objects.create(
        clinic_id=clinic_id, patient=patient, opened_at=now, stage_at=now
    )
    for position, target in enumerate(data["targets"], start=1):
        Target.objects.create(episode=episode, position=position, **target)
    journal.record(
        "episode.opened",
        subject=f"episode:{episode.pk}",
        by=by,
        at=now,
        payload={"patient": patient.pk, "targets": len(data["targets"])},
    )
    return episode


def _check_different(targets: Sequence[Mapping[str, Any]]) -> None:
    if len({tuple(target.values()) for target in targets}) != len(targets):
        raise InvalidData([FieldError("/targets", "names a target twice")])
