"""Correction of an evaluation."""

from collections.abc import Mapping
from typing import Any

from core.refusal import Refused
from procedures.acts.evaluate import handle as evaluations
from procedures.acts.evaluate.schema import EVALUATE
from procedures.context import Context
from procedures.corrections import second_looks
from procedures.corrections.supersession import (
    parsed,
    supersede,
)
from procedures.models import Evaluation


def evaluation(
    context: Context, record_id: str, values: Mapping[str, Any]
) -> Refused | None:
    """A corrected evaluation; a hard rule that fires now stops the path. A clinician
    looks again at what was decided on the evaluation before."""
    data = parsed(context, EVALUATE, values)
    links = supersede(context, Evaluation, record_id)
    made = evaluations.insert(context, data, **links)
    evaluations.stop_on_hard_rule(context)
    second_looks.after_evaluation(context, links["corrects"], made)
    return None
