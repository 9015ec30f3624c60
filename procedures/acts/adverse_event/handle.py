"""Adverse events: written down at once, a serious one reviewed within a day."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from patients.services import tasks
from procedures.acts.adverse_event.schema import ADVERSE_EVENT
from procedures.context import Context, plain_answers
from procedures.models import AdverseEvent

REVIEW_WITHIN = timedelta(hours=24)


def adverse_event(context: Context) -> None:
    """Keep what happened; seriousness is not severity."""
    insert(context, context.data)


def insert(context: Context, data: Mapping[str, Any], **more: Any) -> None:
    """One adverse event; a serious one asks for the medical director's review."""
    serious = list(data["serious_because"])
    row = AdverseEvent.objects.create(
        serious_because=serious,
        **plain_answers(ADVERSE_EVENT, AdverseEvent, data, but=("serious_because",)),
        **{**context.record_fields(), **more},
    )
    context.payload |= {"adverse_event": row.pk, "grade": str(row.grade)}
    if serious:
        _ask_for_review(context, row)


def _ask_for_review(context: Context, row: AdverseEvent) -> None:
    tasks.open(
        clinic_id=context.episode.clinic_id,
        kind="adverse-event",
        text="Review a serious adverse event.",
        owner_role="medical_director",
        patient_id=context.episode.patient_id,
        subject=f"adverse_event:{row.pk}",
        due_at=context.now + REVIEW_WITHIN,
        by=context.by,
        now=context.now,
    )
