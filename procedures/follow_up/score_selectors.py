"""Questionnaires and the scores of an episode."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from procedures.follow_up import instruments
from procedures.follow_up.instruments import Instrument
from procedures.models import Episode, InstrumentVersion
from procedures.records import current_rows

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Scored:
    """One questionnaire at one occasion; `score` is None while it is incomplete."""

    instrument: str
    version: str
    occasion: str
    answered_at: datetime
    raw: int | None
    score: Decimal | None
    change: Decimal | None


def instrument(key: str) -> Instrument:
    """The newest version of a questionnaire. Raises InstrumentVersion.DoesNotExist."""
    row = InstrumentVersion.objects.filter(key=key).latest("pk")
    return instruments.from_data(row.definition)


def history(episode: Episode, key: str = "") -> list[Scored]:
    """The scores in time, of one questionnaire or of all; `change` is from the
    baseline, of the same questionnaire and version only."""
    rows = current_rows(episode.instrumentresponses).select_related("instrument")
    if key:
        rows = rows.filter(instrument__key=key)
    rows = rows.order_by("instrument__key", "occurred_at")
    base = {row.instrument_id: row.score for row in rows if row.occasion == BASELINE}
    return [
        Scored(
            instrument=row.instrument.key,
            version=row.instrument.version,
            occasion=row.occasion,
            answered_at=row.occurred_at,
            raw=row.raw_score,
            score=row.score,
            change=_change(row.score, base.get(row.instrument_id)),
        )
        for row in rows
    ]


def _change(score: Decimal | None, base: Decimal | None) -> Decimal | None:
    if score is None or base is None:
        return None
    return score - base
