"""A clinic made for measuring: resources, hours, and years of taken time."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from math import ceil
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.sql import SQL

from clinics.services import clinics
from core.actor import Actor, job
from patients.services import patients
from scheduling.setup import services as setup

# A Monday; nothing here depends on today.
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
BY: Actor = job("bench")
WORKDAYS = {weekday: [(time(7), time(18))] for weekday in range(7)}
# In the proportions of a clinic that does nothing but procedures.
KINDS = (
    *("clinician", "preop_bay", "procedure_room", "recovery_bay", "technician"),
    *("centrifuge", "ultrasound", "clinician", "procedure_room", "recovery_bay"),
)
VISITS_PER_DAY = 13 / 3

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class World:
    """A clinic with its resources' ids, by kind in the order they were asked for."""

    clinic_id: int
    resource_ids: tuple[int, ...]


def clinic(kinds: Sequence[str]) -> World:
    """A clinic open every day from 7 to 18 with one resource per kind given."""
    number = next(_numbers)
    made = clinics.create_clinic(
        name=f"Bench {number}",
        time_zone="America/Chicago",
        phone="+17135550100",
        address="1 Example Street",
        by=BY,
        now=NOW,
    )
    setup.ship_visit_types(clinic=made, by=BY, now=NOW)
    setup.set_hours(clinic_id=made.pk, hours=WORKDAYS, by=BY, now=NOW)
    ids = [
        setup.add_resource(
            clinic_id=made.pk, kind=kind, name=f"{kind} {place}", by=BY, now=NOW
        ).pk
        for place, kind in enumerate(kinds)
    ]
    return World(made.pk, tuple(ids))


def patient(clinic_id: int) -> object:
    """A new patient who wants text messages: their id."""
    number = next(_numbers)
    made = patients.register(
        clinic_id=clinic_id,
        given_name="Bench",
        family_name=f"Patient {number}",
        birth_date=date(1970, 1, 1) + timedelta(days=number % 9000),
        phone=f"+1713555{100 + number % 100:04}",
        sms_consent=True,
        by=BY,
        now=NOW,
    )
    return made.pk


def owner() -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection that may load and VACUUM."""
    return psycopg.connect(os.environ["MIGRATION_DATABASE_URL"], autocommit=True)


@contextmanager
def in_bulk() -> Iterator[None]:
    """Load millions of reservations in seconds; afterwards all of them are gone.

    Without the guards that every row is checked against: the time is made so that it
    overlaps nowhere, and no search reads them.
    """
    with owner() as connection:
        guards = connection.execute(_GUARDS).fetchall()
        for name, _ in guards:
            _alter(connection, f"DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            connection.execute("TRUNCATE scheduling_reservation")
            for name, definition in guards:
                _alter(connection, f"ADD CONSTRAINT {name} {definition}")


def fill(world: World, *, days_ahead: int, total: int, from_on: date = TODAY) -> None:
    """Take `total` stretches of time: evenly over `days_ahead`, the rest long ago.

    Every day of a resource has four or five, of 20 to 40 minutes, apart, between
    13:00 and midnight UTC; the same at every run and for clinics of one size.
    """
    days = ceil(total / VISITS_PER_DAY / len(world.resource_ids))
    with owner() as connection:
        connection.execute(
            _FILL,
            {
                "resources": list(world.resource_ids),
                "absences": _absences(connection, world),
                "from_on": from_on,
                "first": days_ahead - days,
                "last": days_ahead - 1,
            },
        )


def settle() -> None:
    """As autovacuum leaves tables that were not just loaded."""
    with owner() as connection:
        connection.execute("VACUUM ANALYZE")


def _alter(connection: "psycopg.Connection[tuple[Any, ...]]", change: str) -> None:
    connection.execute(SQL(f"ALTER TABLE scheduling_reservation {change}"))


_GUARDS = """
SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
 WHERE conrelid = 'scheduling_reservation'::regclass AND contype IN ('f', 'x')
"""
_FILL = """
INSERT INTO scheduling_reservation (resource_id, absence_id, period)
SELECT resource.id, resource.absence, tstzrange(begins, begins + length)
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) day
 CROSS JOIN unnest(%(resources)s::bigint[], %(absences)s::uuid[])
            WITH ORDINALITY resource(id, absence, place)
 CROSS JOIN LATERAL (SELECT 4 + ((day + place) %% 3 = 0)::int AS visits) today
 CROSS JOIN generate_series(0, today.visits - 1) visit
 CROSS JOIN LATERAL (
       SELECT hashint8(place * 1000003 + day * 1009 + visit)::bigint & 1048575) d(dice)
 CROSS JOIN LATERAL (
       SELECT %(from_on)s::date::timestamp AT TIME ZONE 'UTC' + interval '13 hours'
              + make_interval(days => day::int)
              + make_interval(mins => 5 * (132 / visits * visit + dice %% 18)::int)
       ) b(begins)
 CROSS JOIN LATERAL (
       SELECT make_interval(mins => 5 * (4 + (dice >> 8) %% 5)::int)) l(length)
"""


def _absences(
    connection: "psycopg.Connection[tuple[Any, ...]]", world: World
) -> list[str]:
    """Each reservation needs one owner; an absence needs the least around it."""
    made = [str(uuid4()) for _ in world.resource_ids]
    for resource_id, absence_id in zip(world.resource_ids, made, strict=True):
        connection.execute(
            "INSERT INTO scheduling_absence"
            " (id, resource_id, period, reason, made_by, created_at)"
            " VALUES (%s, %s, tstzrange(%s, %s), 'bench', 'job:bench', %s)",
            [absence_id, resource_id, NOW, NOW + timedelta(hours=1), NOW],
        )
    return made
