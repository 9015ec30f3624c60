"""Finding openings: the whole way against fetching the same rows as bare numbers."""

import itertools
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import openings_http, openings_naive, world
from bench.figures import Figure, median_ms
from bench.world import NOW, TODAY, World
from scheduling.openings.candidates import Opening
from scheduling.openings.search import ANY_TIME, Wishes, find_openings

DAYS = 90
FEW, MANY = 100_000, 1_000_000
ROUNDS = 15
QUERIES = 8
# The ratio allowed for each number of resources.
TARGETS = {10: 5.0, 50: 2.2, 200: 1.8}
PAGE = 50
# From few welcome starts to many: with some of these a page takes all the window to
# fill, so that as much is read as the floor reads.
RARE = [
    Wishes(time(9), time(hour), frozenset(range(days)), step)
    for step in (60, 30, 15, 5)
    for hour in (9, 10, 11, 12, 14)
    for days in (4, 5, 6, 7)
]
LATE = timedelta(days=63)  # then comes the last piece the search reads

# What any search must read: busy time as cells, straight from the index. date_part is
# the quickest way there; extract would make the floor, and our ratios, look better.
FLOOR = """
SELECT resource_id,
       ((date_part('epoch', starts_at)::bigint - %s) / 300)::int,
       ((date_part('epoch', ends_at)::bigint - %s) / 300)::int
  FROM scheduling_reservation
 WHERE resource_id = ANY(%s::bigint[]) AND released_at IS NULL
   AND starts_at > %s::timestamptz - interval '24 hours' AND starts_at < %s
"""


def figures() -> Iterator[Figure]:
    """All figures of `openings`, each over a world made for it."""
    with world.in_bulk():
        made = {size: (_world(size, FEW), _world(size, MANY)) for size in TARGETS}
        at_a_desk = openings_http.made()
        world.settle()
        for size, (few, many) in made.items():
            yield from _measure(few, many, size)
        yield _first_page(made[200][1])
        yield from openings_naive.figures(made[50][0], DAYS)
        yield from openings_http.figures(at_a_desk)


def _world(size: int, total: int) -> World:
    made = world.clinic(list(itertools.islice(itertools.cycle(world.KINDS), size)))
    world.fill(made, days_ahead=DAYS, total=total)
    return made


def _measure(few: World, many: World, size: int) -> Iterator[Figure]:
    """The same future with a short and with a long history, in turns."""
    wishes = _wishes(few)
    floor, value, long_floor, long_value = median_ms(
        lambda: _fetch(few),
        lambda: _search(few, wishes),
        lambda: _fetch(many),
        lambda: _search(many, wishes),
        rounds=ROUNDS,
    )
    name, most = f"{size}x{DAYS}", TARGETS[size]
    yield Figure(f"openings.ratio.{name}.100k", value, "ms", most, "at most", floor)
    yield Figure(
        f"openings.ratio.{name}.1m", long_value, "ms", most, "at most", long_floor
    )
    yield Figure(f"openings.history.{name}", long_value, "ms", 1.2, "at most", value)
    with CaptureQueriesContext(connection) as queries:
        _search(many, wishes)
    yield Figure(
        f"openings.queries.{name}", len(queries), "statements", QUERIES, "at most"
    )


def _wishes(made: World) -> Wishes:
    """Such that the page fills up, but not before the last piece of the window."""
    for wishes in RARE:
        found = _search(made, wishes)
        if len(found) == PAGE and found[-1].start.date() > TODAY + LATE:
            return wishes
    raise AssertionError("too much or too little is free")


def _first_page(made: World) -> Figure:
    assert len(_search(made, ANY_TIME, days=7, limit=5)) == 5
    floor, value = median_ms(
        lambda: _fetch(made, days=7),
        lambda: _search(made, ANY_TIME, days=7, limit=5),
        rounds=2 * ROUNDS,
    )
    return Figure("openings.first_page", value, "ms", 3, "at most", floor)


def _search(
    made: World, wishes: Wishes, days: int = DAYS, limit: int = PAGE
) -> list[Opening]:
    return find_openings(
        clinic_id=made.clinic_id,
        visit_type="bmc-ultrasound",
        from_on=TODAY,
        to_on=TODAY + timedelta(days=days - 1),
        now=NOW,
        wishes=wishes,
        limit=limit,
    )


def _fetch(made: World, days: int = DAYS) -> None:
    assert fetch(made, TODAY, days)


def fetch(made: World, from_on: date, days: int) -> list[tuple[int, int, int]]:
    """(resource, first cell, cell after the last) of all time taken on these days."""
    first = datetime.combine(from_on, time(), NOW.tzinfo)
    epoch = int(first.timestamp())
    connection.ensure_connection()
    assert connection.connection is not None
    # Django's own cursors bind on the client's side and cannot answer in binary.
    with psycopg.Cursor(connection.connection) as cursor:
        ids, end = list(made.resource_ids), first + timedelta(days=days)
        cursor.execute(FLOOR, [epoch, epoch, ids, first, end], binary=True)
        return cursor.fetchall()
