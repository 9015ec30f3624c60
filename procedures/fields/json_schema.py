"""The acts' questions as JSON Schema, for the description of the REST interface."""

from collections.abc import Sequence
from typing import Any

from procedures.fields.schema import ActSchema, Field

SCALARS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "choice": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "object": {"type": "object"},
}
SIGNATURE = {
    "type": "object",
    "properties": {
        "password": {"type": "string"},
        "totp": {"type": "string"},
        "meaning": {"type": "string"},
    },
    "required": ["password"],
}
SECOND_PERSON = {
    "type": "object",
    "properties": {"api_key": {"type": "string"}},
    "required": ["api_key"],
}


def body(schema: ActSchema) -> dict[str, Any]:
    """Return the JSON Schema of the body that does the act."""
    answers = _object(schema.fields)
    answers["title"] = schema.label
    answers["properties"] |= {
        "version": {"type": "integer"},
        "occurred_at": SCALARS["datetime"],
        "late_reason": SCALARS["text"],
        "signature": SIGNATURE,
        "second_person": SECOND_PERSON,
    }
    asked = {"signature": schema.signature, "second_person": schema.second_person}
    answers["required"] += ["version", *(name for name, on in asked.items() if on)]
    return answers


def _object(fields: Sequence[Field]) -> dict[str, Any]:
    needed = [f.name for f in fields if f.required and f.default is None]
    excused = {f.name for f in fields if f.required_unless}
    return {
        "type": "object",
        "properties": {f.name: _field(f) for f in fields},
        "required": [name for name in needed if name not in excused],
    }


def _field(asked: Field) -> dict[str, Any]:
    if asked.kind == "group":
        return {"type": "array", "items": _object(asked.fields)}
    if asked.kind == "list":
        return {"type": "array", "items": {"type": "number"}}
    one = dict(SCALARS.get(asked.kind, SCALARS["choice"]))
    if asked.choices:
        one["enum"] = [value for value, _ in asked.choices]
    if asked.kind == "multichoice":
        return {"type": "array", "items": one}
    return one | {"description": " ".join(filter(None, (asked.label, asked.unit)))}
