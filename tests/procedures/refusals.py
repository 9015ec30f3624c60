"""What tests ask of a refusal and of the database's own."""

import json
import uuid
from typing import Any

from django.db import connection

from core.journal import entries
from core.refusal import Refused


def codes(outcome: object) -> list[str]:
    """The reason codes of an act that must have been refused."""
    assert isinstance(outcome, Refused), outcome
    return [reason.code for reason in outcome.reasons]


def journal_names(day: Any) -> list[str]:
    """What the episode's journal tells, oldest first."""
    stream = f"episode:{day.episode.pk}"
    return list(entries(stream).values_list("name", flat=True))


def copy(table: str, pk: Any, **changes: Any) -> None:
    """Insert a row like that one, in raw SQL as the app's role."""
    with connection.cursor() as cursor:
        changes = {"id": str(uuid.uuid4()), **changes}
        if "signature_id" in _columns(table):
            own = _signature(table, pk, changes)
            changes.setdefault("signature_id", str(own))
        cursor.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table},"
            f" to_jsonb(t) || %s::jsonb)).* FROM {table} t WHERE id = %s",
            [json.dumps(changes, default=str), pk],
        )


def _signature(table: str, pk: Any, changes: dict[str, Any]) -> uuid.UUID:
    """The same signature again, of the row that is to be."""
    key = uuid.uuid4()
    new = {"id": str(key), "subject": f"copy:{changes['id']}"}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procedures_signature SELECT (jsonb_populate_record("
            "NULL::procedures_signature, to_jsonb(s) || %s::jsonb)).*"
            f" FROM procedures_signature s JOIN {table} t ON t.signature_id = s.id"
            " WHERE t.id = %s",
            [json.dumps(new), pk],
        )
    return key


def _columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        description = connection.introspection.get_table_description(cursor, table)
    return {column.name for column in description}
