"""Outcome questionnaires: which items they have and how their score is made.

The instruments are versioned data; a score keeps the version that made it. Raw
answers are kept whatever happens; a score exists only when every item is answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question, named by its short LOINC name."""

    key: str
    label: str
    loinc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One version of a questionnaire.

    `method` "single" scores the one answer as it is; "table" adds the answers up and
    looks the sum up in `table` (index = sum).
    """

    key: str
    version: str
    title: Mapping[str, str]
    items: tuple[Item, ...]
    lowest: int
    highest: int
    method: str
    table: tuple[Decimal, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    attribution: str = ""
    higher_is_better: bool = True
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class Score:
    """`raw` is the sum of the answers, `value` the published score."""

    raw: int
    value: Decimal


class InvalidAnswer(Exception):
    """An answer to an item the instrument lacks, or one outside its range."""


def from_data(data: Mapping[str, Any]) -> Instrument:
    """The instrument described by one entry of the data file."""
    low, high = data["answer_range"]
    return Instrument(
        key=data["key"],
        version=data["version"],
        title=dict(data["title"]),
        items=tuple(
            Item(key=item["key"], label=item["label"], loinc=item["loinc"])
            for item in data["items"]
        ),
        lowest=low,
        highest=high,
        method=data["method"],
        table=tuple(Decimal(value) for value in data["table"]),
        options=tuple((value, label) for value, label in data["options"]),
        attribution=data["attribution"],
        higher_is_better=data["higher_is_better"],
        languages=tuple(data["languages"]),
    )


def check_answers(instrument: Instrument, answers: Mapping[str, Any]) -> None:
    """Raise InvalidAnswer unless each answer fits an item; missing ones are fine."""
    known = {item.key for item in instrument.items}
    for key, answer in answers.items():
        if key not in known:
            raise InvalidAnswer(f"{instrument.key} has no item {key}")
        if not _fits(instrument, answer):
            low, high = instrument.lowest, instrument.highest
            raise InvalidAnswer(f"{key} must be a whole number from {low} to {high}")


def _fits(instrument: Instrument, answer: Any) -> bool:
    if isinstance(answer, bool) or not isinstance(answer, int):
        return False
    return instrument.lowest <= answer <= instrument.highest


def score(instrument: Instrument, answers: Mapping[str, int]) -> Score | None:
    """The score, or None while an item is unanswered. Answers must be checked."""
    if any(item.key not in answers for item in instrument.items):
        return None
    raw = sum(answers[item.key] for item in instrument.items)
    if instrument.method == "table":
        return Score(raw, instrument.table[raw])
    return Score(raw, Decimal(raw))


PROM_BY_JOINT = {"knee": "koos_jr", "hip": "hoos_jr"}


def prom_for(joint: str) -> str:
    """The key of the outcome questionnaire of a joint; SANE where none is specific."""
    return PROM_BY_JOINT.get(joint, "sane")
