"""Corrections: a whole new signed row in place of the one it names."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from clinics import selectors as clinics
from core.refusal import Refused
from procedures.acts.evaluate import handle as evaluations
from procedures.acts.schemas import of_record
from procedures.context import Context
from procedures.corrections import second_looks
from procedures.fields.schema import FieldError, InvalidData, parse
from procedures.models import Evaluation, Record


def parsed(context: Context, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The corrected answers by the record's own schema; pointers lead into /values."""
    zone = ZoneInfo(clinics.clinic(context.episode.clinic_id).time_zone)
    try:
        return parse(of_record(kind), values, zone)
    except InvalidData as wrong:
        raise InvalidData(
            [FieldError(f"/values{e.pointer}", e.text) for e in wrong.errors]
        ) from None


def supersede(context: Context, model: type[Record], record_id: str) -> dict[str, Any]:
    """Mark the record as replaced; the columns its successor needs.

    Raises InvalidData unless it is a current record of this episode.
    """
    key = _uuid(record_id)
    rows = model._default_manager.filter(episode=context.episode, superseded_at=None)
    rows = rows.filter(pk=key) if key else rows.none()
    row = rows.first()
    if row is None:
        text = "is not a current record of this episode"
        raise InvalidData([FieldError("/record_id", text)])
    rows.update(superseded_at=context.now)
    # What it tells happened then; only its entry is new.
    context.occurred_at = row.occurred_at
    return {"corrects": row, "correction_reason": context.data["reason"]}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def evaluation(
    context: Context, record_id: str, values: Mapping[str, Any]
) -> Refused | None:
    """A corrected evaluation; a hard rule that fires now stops the path. A clinician
    looks again at what was decided on the evaluation before."""
    data = parsed(context, "evaluation", values)
    links = supersede(context, Evaluation, record_id)
    made = evaluations.insert(context, data, **links)
    evaluations.stop_on_hard_rule(context)
    second_looks.after_evaluation(context, links["corrects"], made)
    return None
