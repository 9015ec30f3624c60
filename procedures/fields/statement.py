"""The words a signer signs: every answer of an act, spelled out."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from procedures.fields.schema import ActSchema, Field


def statement(schema: ActSchema, data: Mapping[str, Any]) -> str:
    """One line per answer, in the schema's order, units included."""
    return "\n".join([f"{schema.label} (form {schema.version})", *_lines(schema, data)])


def field_list(schema: ActSchema) -> list[str]:
    """The names of the fields that the statement covers."""
    return [asked.name for asked in schema.fields]


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _lines(schema: ActSchema, data: Mapping[str, Any]) -> Iterator[str]:
    yield from _of(schema.fields, data, "")


def _of(fields: Sequence[Field], data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for asked in fields:
        value = data.get(asked.name)
        if asked.kind == "group":
            for number, row in enumerate(value or (), start=1):
                yield f"{indent}{asked.label} {number}:"
                yield from _of(asked.fields, row, indent + "  ")
        else:
            yield f"{indent}{asked.label}: {_spelled(asked, value)}"


def _spelled(asked: Field, value: Any) -> str:
    if value is None or value == "" or value == ():
        return "not answered"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {item}" for key, item in value.items())
    label = dict(asked.choices).get(str(value), str(value))
    return f"{label} {asked.unit}".strip()
