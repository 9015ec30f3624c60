"""The answers before treatment, kept as scores like every later contact's."""

from collections.abc import Sequence
from datetime import datetime

from core import events
from procedures.context import Context
from procedures.events import BaselineRecorded
from procedures.fields.schema import FieldError, InvalidData
from procedures.follow_up import score_selectors as reading
from procedures.follow_up import scores
from procedures.models import Episode, Evaluation


def record(context: Context, evaluation: Evaluation) -> None:
    """Keep the evaluation's pain and questionnaire as the baseline.

    The questionnaire's items are in its own order. Raises InvalidData when there are
    more answers than items, or one lies outside its range.
    """
    if evaluation.nrs is not None:
        keep(context, "nrs", [evaluation.nrs])
    if evaluation.baseline_instrument and evaluation.baseline_items:
        keep(context, evaluation.baseline_instrument, evaluation.baseline_items)
    announce(context.episode, context.now)


def announce(episode: Episode, now: datetime) -> None:
    """Nobody asks any more for what is answered."""
    events.publish(
        BaselineRecorded(
            episode_id=episode.pk, patient_id=episode.patient_id, occurred_at=now
        )
    )


def keep(context: Context, key: str, items: Sequence[int]) -> None:
    """One questionnaire at the baseline, answers in the order of its items."""
    keys = [item.key for item in reading.instrument(key).items]
    if len(items) > len(keys):
        text = f"{key} has {len(keys)} items"
        raise InvalidData([FieldError("/prom_items", text)])
    scores.keep(
        context,
        occasion=scores.BASELINE,
        key=key,
        answers=dict(zip(keys, items, strict=False)),
        pointer="/prom_items",
    )
