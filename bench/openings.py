"""Searching 90 days: the whole way against fetching the same rows as bare numbers."""

import itertools
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import world
from bench.figures import Figure, median_ms
from bench.world import NOW, TODAY, World
from scheduling.selectors.openings import Wishes, find_openings

DAYS = 90
RESERVATIONS = 100_000
ROUNDS = 15
QUERIES = 8
# The ratio allowed for each number of resources.
TARGETS = {10: 5.0, 50: 2.2}
# One start a day, so that no page fills up before the last day was searched.
ONE_A_DAY = Wishes(earliest=time(9), latest=time(9))

# What any search must read: busy time as cells, straight from the index.
FLOOR = """
SELECT resource_id,
       ((extract(epoch FROM starts_at)::bigint - %s) / 300)::int,
       ((extract(epoch FROM ends_at)::bigint - %s) / 300)::int
  FROM scheduling_reservation
 WHERE resource_id = ANY(%s::bigint[]) AND released_at IS NULL
   AND starts_at > %s::timestamptz - interval '24 hours' AND starts_at < %s
"""


def figures() -> Iterator[Figure]:
    """The ratio for each size of clinic, and the statements of one search."""
    for size, target in TARGETS.items():
        made = world.clinic(list(itertools.islice(itertools.cycle(world.KINDS), size)))
        world.fill(made, days_ahead=DAYS, total=RESERVATIONS)
        yield from _measure(made, size, target)


def _measure(made: World, size: int, target: float) -> Iterator[Figure]:
    _search(made)  # warm: plans, types and caches
    floor, value = median_ms(lambda: _fetch(made), lambda: _search(made), rounds=ROUNDS)
    name = f"{size}x{DAYS}"
    yield Figure(f"openings.ratio.{name}", value, "ms", target, "at most", floor)
    with CaptureQueriesContext(connection) as queries:
        _search(made)
    yield Figure(
        f"openings.queries.{name}", len(queries), "statements", QUERIES, "at most"
    )


def _search(made: World) -> None:
    found = find_openings(
        clinic_id=made.clinic_id,
        visit_type="bmc-ultrasound",
        from_on=TODAY,
        to_on=TODAY + timedelta(days=DAYS - 1),
        now=NOW,
        wishes=ONE_A_DAY,
        limit=50,
    )
    assert found, "nothing found: this measures no search"


def _fetch(made: World) -> None:
    first = datetime.combine(TODAY, time(), NOW.tzinfo)
    epoch = int(first.timestamp())
    connection.ensure_connection()
    assert connection.connection is not None
    # Django's own cursors bind on the client's side and cannot answer in binary.
    with psycopg.Cursor(connection.connection) as cursor:
        ids, end = list(made.resource_ids), first + timedelta(days=DAYS)
        cursor.execute(FLOOR, [epoch, epoch, ids, first, end], binary=True)
        assert cursor.fetchall()
