"""From the flat names of an HTML form to the nested answers a schema reads.

A field is named as it is; a row's field "findings-0-icd10". Rows are numbered as the
form numbers them and may have gaps; rows nobody filled in are left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from procedures.domain.schema import ActSchema, Field

# Of the number of a row. Python reads no number of thousands of digits.
DIGITS = 9
Posted = Mapping[str, Sequence[str]]


def answers(schema: ActSchema, posted: Posted) -> dict[str, Any]:
    """What was posted for `schema`, for `schema.parse`; other names are ignored."""
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
            _of(asked.fields, posted, f"{name}-{n}-") for n in _numbers(posted, name)
        )
        return [row for row in rows if row]
    values = [value for value in posted.get(name, ()) if value != ""]
    if asked.kind == "multichoice":
        return values
    return values[-1] if values else ""


def _numbers(posted: Posted, name: str) -> list[int]:
    start = f"{name}-"
    rests = (key.removeprefix(start) for key in posted if key.startswith(start))
    heads = {rest.partition("-")[0] for rest in rests}
    return sorted(
        int(head) for head in heads if len(head) <= DIGITS and head.isdecimal()
    )


def flat(pointer: str) -> str:
    """The form's name of the field a JSON pointer names: "/findings/0/icd10"."""
    return pointer.lstrip("/").replace("/", "-")
