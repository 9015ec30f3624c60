"""Rows of records that count: not corrected, and not entered in error."""

from typing import TypeVar

from django.db.models import Manager, Model, QuerySet

Row = TypeVar("Row", bound=Model)


def current_rows(rows: "QuerySet[Row] | Manager[Row]") -> "QuerySet[Row]":
    """The rows that no other row took the place of and nobody struck."""
    return rows.filter(superseded_at=None)
