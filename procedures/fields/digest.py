"""Digest of a form's questions, on which a signer's answers rest."""

import hashlib

from procedures.fields.schema import ActSchema, Field


def digest(schema: ActSchema) -> str:
    """Return 16 hexadecimal digits over the fields and the meaning signed."""
    lines = [schema.signature or "", *(_told(field) for field in schema.fields)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _told(field: Field) -> str:
    choices = ",".join(value for value, _ in field.choices)
    within = ";".join(_told(one) for one in field.fields)
    return (
        f"{field.name}|{field.kind}|{field.label}|{field.unit}|{field.required}"
        f"|{choices}|{within}"
    )
