"""Signed records of an episode in words: the same labels and units as the forms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from pages.kit.words import full_day, moment, sentence
from procedures.acts.registry import SCHEMAS
from procedures.fields.schema import Field


@dataclass(frozen=True, slots=True)
class Fact:
    """One answer; `before` is what a correction replaced."""

    label: str
    text: str
    before: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCard:
    """One record as a card: what it is, a digest, its facts and parts, who signed."""

    title: str
    at: datetime
    by: str
    digest: str = ""
    facts: list[Fact] = field(default_factory=list)
    parts: list[tuple[str, list[str]]] = field(default_factory=list)
    signed: str = ""
    why_corrected: str = ""
    why_late: str = ""
    struck: str = ""


@dataclass(frozen=True, slots=True)
class RecordWords:
    """Spells values out on the clocks of one clinic."""

    zone: tzinfo

    def facts(self, act: str, row: Any, without: Iterable[str] = ()) -> list[Fact]:
        """The row's answers by the act's schema, those not given left out."""
        left_out, old = set(without), getattr(row, "corrects", None)
        return [
            fact
            for asked in SCHEMAS[act].fields
            if asked.name not in left_out and _is_plain(asked, row)
            for fact in self._fact(asked, row, old)
        ]

    def _fact(self, asked: Field, row: Any, old: Any) -> Iterator[Fact]:
        text = self.value(asked, getattr(row, asked.name))
        before = self.value(asked, getattr(old, asked.name)) if old else text
        if text or before:
            changed = before if before != text else ""
            is_wide = len(text) > 60
            yield Fact(asked.label, text or "not given", changed, is_wide)

    def row(self, fields: Sequence[Field], row: Any) -> str:
        """A row of a group in one line."""
        parts = []
        for asked in fields:
            if not hasattr(row, asked.name):
                continue
            text = self.value(asked, getattr(row, asked.name))
            if text and text != "No":
                is_named = asked.kind in ("choice", "text")
                label = asked.label.removesuffix(", 0 to 10")
                parts.append(text if is_named else f"{label} {text}")
        return ", ".join(parts)

    def value(self, asked: Field, value: Any) -> str:
        if value is None or value == "" or value in ([], ()):
            return ""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, datetime):
            return moment(value, self.zone)
        if isinstance(value, date):
            return full_day(value)
        if isinstance(value, list | tuple):
            return ", ".join(self.value(asked, one) for one in value)
        labels: Mapping[str, str] = dict(asked.choices)
        text = labels.get(str(value), number(value))
        return f"{text} {asked.unit}".strip() if asked.unit else text


def _is_plain(asked: Field, row: Any) -> bool:
    # A group's rows are other records, shown as parts of this one.
    return asked.kind != "group" and hasattr(row, asked.name)


def number(value: Any) -> str:
    """A number without idle zeros: 7.50 becomes 7.5."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def fields_of(act: str, group: str) -> Sequence[Field]:
    return next(f for f in SCHEMAS[act].fields if f.name == group).fields


def signed(row: Any, zone: tzinfo) -> str:
    """ "Lena Alvarez, clinician, Thu, Sep 3, 9:05 AM"."""
    signature = getattr(row, "signature", None)
    if signature is None:
        return ""
    when = moment(signature.signed_at, zone)
    return f"{signature.printed_name}, {sentence(signature.role).lower()}, {when}"
