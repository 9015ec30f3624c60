"""Nested answers, as a schema reads them, of an HTML form's flat names.

A field is named as it is; a row's field "findings-0-icd10". Rows are numbered as the
form numbers them and may have gaps; rows nobody filled in are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from procedures.fields.schema import ActSchema, Field

# Counted first: Python reads no number of thousands of digits.
DIGITS = 9
Posted = Mapping[str, Sequence[str]]


def answers(schema: ActSchema, posted: Posted) -> dict[str, Any]:
    """Return what was posted for `schema`, for `schema.parse`; ignore other names."""
    return _of(schema.fields, posted, "")


def _of(fields: Sequence[Field], posted: Posted, within: str) -> dict[str, Any]:
    found = {}
    for asked in fields:
        value = _value(asked, posted, f"{within}{asked.name}")
        if value not in ("", [], None):
            found[asked.name] = value
    return found


def _value(asked: Field, posted: Posted, name: str) -> Any:
    if asked.kind == "group":
        rows = (
            _of(asked.fields, posted, f"{name}-{n}-") for n in row_numbers(name, posted)
        )
        return [row for row in rows if row]
    values = [value for value in posted.get(name, ()) if value != ""]
    if asked.kind == "multichoice":
        return values
    return values[-1] if values else ""


def row_numbers(group: str, posted: Iterable[str]) -> list[int]:
    """The numbers of the rows of a group that were in the form."""
    start = f"{group}-"
    rests = (key.removeprefix(start) for key in posted if key.startswith(start))
    heads = {rest.partition("-")[0] for rest in rests}
    return sorted({int(head) for head in heads if is_number(head)})


def is_number(text: str) -> bool:
    """Return True for a whole number that a form of ours can mean."""
    return len(text) <= DIGITS and text.isascii() and text.isdecimal()


def flat(pointer: str) -> str:
    """The form's name of the field a JSON pointer names: "/findings/0/icd10"."""
    return pointer.lstrip("/").replace("/", "-")
