"""Rows as plain documents."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model


def many(rows: Iterable[Model]) -> list[dict[str, Any]]:
    return [columns(row) for row in rows]


def columns(row: Model) -> dict[str, Any]:
    """Every column of a row by name; foreign keys by id."""
    fields = row._meta.concrete_fields
    return {field.name: getattr(row, field.attname) for field in fields}
