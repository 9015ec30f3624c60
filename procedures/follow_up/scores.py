"""Questionnaires: raw answers kept with their version, scored when complete."""

from collections.abc import Mapping
from typing import Any

from procedures.context import Context
from procedures.fields.schema import FieldError, InvalidData
from procedures.follow_up import instruments
from procedures.follow_up.instruments import Instrument
from procedures.models import FollowUp, InstrumentResponse, InstrumentVersion
from procedures.records import current_rows

BASELINE = "baseline"


def keep(
    context: Context,
    *,
    occasion: str,
    key: str,
    answers: Mapping[str, Any],
    follow_up: FollowUp | None = None,
    pointer: str = "/instruments",
) -> InstrumentResponse:
    """Keep one questionnaire's answers at `occasion`, with the score they make.

    A newer answer at the same occasion takes the place of the one before (which
    stays on record). Raises InvalidData for an unknown questionnaire or answer.
    """
    version, instrument = _current(key, pointer)
    try:
        instruments.check_answers(instrument, answers)
    except instruments.InvalidAnswer as wrong:
        raise InvalidData([FieldError(f"{pointer}/{key}", str(wrong))]) from None
    made = instruments.score(instrument, answers)
    current_rows(InstrumentResponse.objects).filter(
        episode=context.episode, occasion=occasion, instrument__key=key
    ).update(superseded_at=context.now)
    return InstrumentResponse.objects.create(
        occasion=occasion,
        follow_up=follow_up,
        instrument=version,
        answers=dict(answers),
        raw_score=made.raw if made else None,
        score=made.value if made else None,
        **context.record_fields(),
    )


def _current(key: str, pointer: str) -> tuple[InstrumentVersion, Instrument]:
    row = InstrumentVersion.objects.filter(key=key).order_by("pk").last()
    if row is None:
        raise InvalidData([FieldError(f"{pointer}/{key}", "is not a questionnaire")])
    return row, instruments.from_data(row.definition)
