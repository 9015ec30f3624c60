"""Checks of a person's fields; each fault names the field and the remedy."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinics.domain.plain_text import composed
from patients.domain.birth_dates import FIRST_YEAR

NAME_LENGTH = 100
MRN_LENGTH = 32
TEXT_LENGTH = 1000
LANGUAGES = ("en", "es")
PREFERRED = ("", "sms", "email", "call")
SEXES = ("female", "male", "unknown")

# Line breaks and tabs belong to a message, not to a name.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """`field` is the argument's name; `detail` says what is wrong and the remedy."""

    field: str
    detail: str


def person_faults(fields: Mapping[str, Any], today: date) -> tuple[Fault, ...]:
    """Return the faults of the fields present, in a fixed order."""
    found = tuple(
        Fault(name, fault)
        for name, check in _CHECKS.items()
        if name in fields
        for fault in check(fields[name], today)
    )
    return (*found, *_without_a_name(fields))


def tidy(text: str) -> str:
    """`text` composed, without invisible marks, with single blanks inside."""
    return " ".join(composed(text).split())


def _without_a_name(fields: Mapping[str, Any]) -> Iterator[Fault]:
    """One name is enough: some people have one."""
    if {"given_name", "family_name"} <= fields.keys() and not any(
        map(str.isalpha, fields["given_name"] + fields["family_name"])
    ):
        yield Fault("given_name", "Give a name; one of the two is enough.")


def text_faults(text: str, longest: int = TEXT_LENGTH) -> Iterator[str]:
    """Yield the faults of free text of several lines."""
    if _CONTROL_IN_TEXT.search(text):
        yield "Leave out the control characters; type the text instead of pasting it."
    if len(text) > longest:
        yield f"Use at most {longest} characters; this has {len(text)}."


def _name_faults(what: str, name: str) -> Iterator[str]:
    if _CONTROL.search(name):
        yield f"The {what} holds control characters; type it instead of pasting it."
    elif len(name) > NAME_LENGTH:
        yield f"The {what} has {len(name)} characters; use at most {NAME_LENGTH}."
    elif name and not any(map(str.isalpha, name)):
        yield f"Give the {what}; it needs at least one letter."


def _birth_date_faults(birth_date: date, today: date) -> Iterator[str]:
    if birth_date > today:
        yield "The birth date is in the future; check the year."
    elif birth_date.year < FIRST_YEAR:
        yield f"The birth date is before {FIRST_YEAR}; check the year."


def _mrn_faults(mrn: str, _today: date) -> Iterator[str]:
    if mrn and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./-]*", mrn):
        yield "A medical record number holds letters, digits, dots, slashes, dashes."
    elif len(mrn) > MRN_LENGTH:
        yield f"A medical record number has at most {MRN_LENGTH} characters."


def _preferred_faults(channel: str, _today: date) -> Iterator[str]:
    if channel not in PREFERRED:
        yield "Choose sms, email or call, or leave it empty."


def _language_faults(language: str, _today: date) -> Iterator[str]:
    if language not in LANGUAGES:
        yield "Choose the language en (English) or es (Spanish)."


def _sex_faults(sex: str, _today: date) -> Iterator[str]:
    if sex not in SEXES:
        yield "Choose female, male or unknown."


def _disorder_faults(text: str, _today: date) -> Iterator[str]:
    if _CONTROL.search(text):
        yield "Leave out the control characters; type the text instead of pasting it."
    elif len(text) > 2 * NAME_LENGTH:
        yield f"Use at most {2 * NAME_LENGTH} characters; this has {len(text)}."


_CHECKS: dict[str, Any] = {
    "given_name": lambda name, _today: _name_faults("given name", name),
    "family_name": lambda name, _today: _name_faults("family name", name),
    "birth_date": _birth_date_faults,
    "mrn": _mrn_faults,
    "language": _language_faults,
    "preferred_channel": _preferred_faults,
    "biological_sex": _sex_faults,
    "sexual_development_disorder": _disorder_faults,
}
