"""A clinic made for measuring: resources, hours, and years of taken time."""

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import uuid4

import psycopg

from clinics.services import clinics
from core.actor import Actor, job
from patients.services import patients
from scheduling.services import setup

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
        name=f"Bench {number}", time_zone="America/Chicago", by=BY, now=NOW
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


def owner() -> "psycopg.Connection[tuple[object, ...]]":
    """A connection that may load and VACUUM."""
    return psycopg.connect(os.environ["MIGRATION_DATABASE_URL"], autocommit=True)


def fill(world: World, *, days_ahead: int, total: int) -> None:
    """Take `total` stretches of time: evenly over `days_ahead`, the rest long ago."""
    chance = random.Random(20260302)  # the same data at every run
    with owner() as connection:
        absences = _absences(connection, world)
        with connection.cursor().copy(
            "COPY scheduling_reservation (resource_id, absence_id, period) FROM STDIN"
        ) as copy:
            for row in _rows(world, absences, chance, days_ahead, total):
                copy.write_row(row)
        connection.execute("VACUUM ANALYZE")


def _absences(
    connection: "psycopg.Connection[tuple[object, ...]]", world: World
) -> dict[int, str]:
    # Each reservation needs one owner; an absence needs the least around it.
    made = {resource_id: str(uuid4()) for resource_id in world.resource_ids}
    for resource_id, absence_id in made.items():
        connection.execute(
            "INSERT INTO scheduling_absence"
            " (id, resource_id, period, reason, made_by, created_at)"
            " VALUES (%s, %s, tstzrange(%s, %s), 'bench', 'job:bench', %s)",
            [absence_id, resource_id, NOW, NOW + timedelta(hours=1), NOW],
        )
    return made


def _rows(
    world: World,
    absences: dict[int, str],
    chance: random.Random,
    days_ahead: int,
    total: int,
) -> Iterator[tuple[int, str, str]]:
    written = 0
    for day in (*range(days_ahead), *range(-1, -100_000, -1)):
        for resource_id in world.resource_ids:
            for start, end in _taken(chance, TODAY + timedelta(days=day)):
                yield resource_id, absences[resource_id], f"[{start},{end})"
                written += 1
                if written == total:
                    return


def _taken(chance: random.Random, day: date) -> Iterator[tuple[datetime, datetime]]:
    """A few stretches of a day's 11 hours, apart, on the grid of five minutes."""
    visits = int(VISITS_PER_DAY) + (chance.random() < VISITS_PER_DAY % 1)
    opening = datetime.combine(day, time(13), UTC)
    share = 11 * 12 // visits
    for place in range(visits):
        length = chance.randrange(4, 9)
        start = place * share + chance.randrange(share - length)
        yield (
            opening + timedelta(minutes=5 * start),
            opening + timedelta(minutes=5 * (start + length)),
        )
