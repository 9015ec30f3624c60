"""The floor of booking: the rows of one booking written again in raw SQL, the quickest
way that never double-books: sorted rows, ON CONFLICT DO NOTHING, compare the count."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Literal, Placeholder
from psycopg.types.json import Jsonb
from psycopg.types.range import TimestamptzRange

Row = dict[str, Any]

# Table: its rows of one appointment. Written in this order.
TABLES = {
    "scheduling_appointment": "id = {id}",
    "scheduling_appointmentphase": "appointment_id = {id}",
    "scheduling_reservation": "appointment_id = {id}",
    "core_journalentry": "stream = 'appointment:' || {id}",
    "patients_patientlink": "subject = 'appointment:' || {id}",
    "notifications_message": "subject = 'appointment:' || {id}",
}
_GENERATED = (
    "SELECT column_name FROM information_schema.columns"
    " WHERE table_name = %s AND (is_generated = 'ALWAYS' OR is_identity = 'YES')"
)
_copies = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One booking's rows by table, without what the database fills in."""

    appointment_id: UUID
    rows: Mapping[str, Sequence[Row]]


def clone_of(appointment_id: UUID) -> Pattern:
    """Read the rows that booking this appointment wrote."""
    rows = {table: _rows(table, appointment_id) for table in TABLES}
    assert rows["scheduling_reservation"]
    assert rows["core_journalentry"]
    return Pattern(appointment_id, rows)


def _rows(table: str, appointment_id: UUID) -> list[Row]:
    connection.ensure_connection()
    assert connection.connection is not None
    condition = SQL(TABLES[table]).format(id=Literal(str(appointment_id)))
    with connection.connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_GENERATED, [table])
        filled = {row["column_name"] for row in cursor.fetchall()}
        statement = SQL("SELECT * FROM {} WHERE ").format(Identifier(table))
        cursor.execute(statement + condition)
        return [
            {name: _plain(value) for name, value in row.items() if name not in filled}
            for row in cursor.fetchall()
        ]


def _plain(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict | list) else value


class Clone:
    """Writes the pattern again for other patients, times and resources."""

    def __init__(self, pattern: Pattern, resource_ids: Sequence[int]) -> None:
        self._pattern = pattern
        self._resource_ids = sorted(resource_ids)

    def write(self, patient_id: UUID, start: datetime) -> None:
        """One booking; raises if its time was taken."""
        new_id = uuid4()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM patients_patient WHERE id = %s FOR NO KEY UPDATE",
                [patient_id],
            )
            for table, rows in self._pattern.rows.items():
                _insert(
                    cursor,
                    table,
                    [
                        self._fresh(table, place, row, patient_id, new_id, start)
                        for place, row in enumerate(rows)
                    ],
                )

    def _fresh(
        self,
        table: str,
        place: int,
        row: Row,
        patient_id: UUID,
        new_id: UUID,
        start: datetime,
    ) -> Row:
        """The row as another booking would have written it."""
        old, number = str(self._pattern.appointment_id), next(_copies)
        period = TimestamptzRange(start, start + timedelta(minutes=30))
        fresh = {
            name: value.replace(old, str(new_id)) if isinstance(value, str) else value
            for name, value in row.items()
        }
        if isinstance(row.get("id"), UUID):
            fresh["id"] = new_id if table == "scheduling_appointment" else uuid4()
        changed = {
            "patient_id": patient_id,
            "appointment_id": new_id,
            "during": period,
            "period": period,
        }
        fresh |= {name: value for name, value in changed.items() if name in row}
        if table == "scheduling_reservation":
            fresh["resource_id"] = self._resource_ids[place]
        if "dedupe_key" in fresh:
            fresh["dedupe_key"] += f":{number}"
        if "token_hash" in fresh:
            fresh["token_hash"] = uuid4().hex + uuid4().hex
        return fresh


def _insert(cursor: Any, table: str, rows: Sequence[Row]) -> None:
    """One statement; the rows come from one query and have the same columns."""
    if not rows:
        return
    names = list(rows[0])
    values = SQL("({})").format(SQL(", ").join([Placeholder()] * len(names)))
    statement = SQL("INSERT INTO {} ({}) VALUES {} ON CONFLICT DO NOTHING").format(
        Identifier(table),
        SQL(", ").join(map(Identifier, names)),
        SQL(", ").join([values] * len(rows)),
    )
    cursor.execute(statement, [row[name] for row in rows for name in names])
    assert cursor.rowcount == len(rows), f"{table}: taken"
