"""Unusual answers of an act: allowed, looked at again, kept on record."""

from collections.abc import Iterator, Mapping
from typing import Any

from procedures.acts.evaluate.handle import target_of
from procedures.fields.schema import ActSchema, FieldWarning, warnings
from procedures.models import Episode
from procedures.rules import body, icd10

Answers = Mapping[str, Any]


def found(
    episode: Episode, schema: ActSchema, data: Answers
) -> tuple[FieldWarning, ...]:
    """The remarks on parsed answers, for the page before signing and the journal."""
    return (*warnings(schema, data), *_of_evaluation(episode, data))


def _of_evaluation(episode: Episode, data: Answers) -> Iterator[FieldWarning]:
    """An evaluation, or the correction of one, is known by its answers."""
    if data.get("findings"):
        yield from _of_codes(episode, data["findings"])
    height, weight = data.get("height_cm"), data.get("weight_kg")
    if height and weight and (text := body.unusual(height, weight)):
        yield FieldWarning("/weight_kg", text)


def _of_codes(episode: Episode, rows: Any) -> Iterator[FieldWarning]:
    planned = list(episode.targets.all())
    for number, row in enumerate(rows):
        target = target_of(planned, number, row)
        if target is None:
            continue
        for text in of_codes(icd10.split(row["icd10"]), target.joint):
            yield FieldWarning(f"/findings/{number}/icd10", text)


def of_codes(codes: list[str], joint: str) -> Iterator[str]:
    """The remarks on codes that are readable; others are refused elsewhere."""
    for text in codes:
        try:
            yield from icd10.remarks(icd10.read(text), joint)
        except icd10.BadCode:
            continue
