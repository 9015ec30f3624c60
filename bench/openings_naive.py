"""The engine against loops over intervals: the same answers, sooner."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db import connection

from bench import naive
from bench.figures import Figure, median_ms
from bench.world import TODAY, WORKDAYS, World
from scheduling.openings.engine import Calendar, candidates, possible_starts
from scheduling.openings.search import World as Searched
from scheduling.openings.search import world_of
from scheduling.timegrid.bitset import positions, span
from scheduling.timegrid.grid import Grid
from scheduling.timegrid.opening_hours import NO_RULES, open_cells
from scheduling.timegrid.packed import span_of, to_cells, unpack
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import visit_kind

ROUNDS = 9
_PACKED = """
SELECT resource_id, string_agg(
         int4send((floor(date_part('epoch', starts_at) / 300)::int - %(first)s) * 511
                  + (ceil(date_part('epoch', ends_at) / 300)::int - %(first)s)), ''
         ORDER BY starts_at)
  FROM scheduling_reservation
 WHERE resource_id = ANY(%(resources)s) AND released_at IS NULL
   AND starts_at < %(end)s AND ends_at > %(start)s
 GROUP BY resource_id
"""


def figures(made: World, days: int) -> Iterator[Figure]:
    """Both ways over the same busy time, which is fetched before."""
    kind = visit_kind(clinic_id=made.clinic_id, visit_type="bmc-ultrasound")
    last = TODAY + timedelta(days=days - 1)
    searched = world_of(kind, kind.plan, TODAY, last)
    grid = Grid.over(_midnight(searched, 0), _midnight(searched, days))
    packed = _packed(made, grid)
    things, opened = _things(searched, packed), _opened(searched, grid, days)
    built = _build(searched, packed, grid)
    expected = naive.starts(kind.plan, things, opened)
    assert expected == _search(kind.plan, built, grid), "the answers differ"
    assert len(expected) > days
    fresh = iter([_fresh(built) for _ in range(ROUNDS)])
    # The search in its place: right after a build, as it always is.
    slow, both, search = median_ms(
        lambda: naive.starts(kind.plan, things, opened),
        lambda: _search(kind.plan, _build(searched, packed, grid), grid),
        lambda: _search(kind.plan, next(fresh), grid),
        rounds=ROUNDS,
    )
    name = "openings.vs_naive"
    yield Figure(f"{name}.search", slow, "ms", 200, "at least", search)
    yield Figure(f"{name}.build_and_search", slow, "ms", 25, "at least", both)


def _midnight(searched: Searched, days: int) -> datetime:
    day = TODAY + timedelta(days=days)
    return datetime.combine(day, time(), searched.zone)


def _packed(made: World, grid: Grid) -> dict[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            _PACKED,
            {
                "resources": list(made.resource_ids),
                "first": int(grid.first.timestamp()) // 300,
                "start": grid.first,
                "end": grid.end,
            },
        )
        return dict(cursor.fetchall())


def _things(searched: Searched, packed: dict[int, bytes]) -> list[naive.Thing]:
    found = []
    for unit in searched.members:
        spans = map(span_of, unpack(packed[unit.ref.id]))
        begins, ends = zip(*spans, strict=True)
        found.append(naive.Thing(unit.ref.kind, begins, ends))
    return found


def _opened(searched: Searched, grid: Grid, days: int) -> list[naive.Span]:
    found = []
    for number in range(days):
        day = TODAY + timedelta(days=number)
        for start, end in WORKDAYS[day.weekday()]:
            times = (datetime.combine(day, at, searched.zone) for at in (start, end))
            begin, finish = (grid.floor(at) for at in times)
            found.append((begin, finish))
    return found


def _build(searched: Searched, packed: dict[int, bytes], grid: Grid) -> list[Calendar]:
    opened = open_cells(searched.hours.clinic, NO_RULES, grid, searched.zone)
    return [
        Calendar(
            unit.ref.id,
            unit.ref.kind,
            unit.capabilities,
            grid.full & ~to_cells(unpack(packed[unit.ref.id]), grid.cells),
            opened,
        )
        for unit in searched.members
    ]


def _fresh(built: list[Calendar]) -> list[Calendar]:
    """The same calendars, with nothing remembered of an earlier search."""
    return [
        Calendar(c.resource_id, c.kind, c.capabilities, c.clear, c.open) for c in built
    ]


def _search(plan: Plan, built: list[Calendar], grid: Grid) -> list[int]:
    found = candidates(plan, built)
    return list(positions(possible_starts(plan, found, span(0, grid.cells))))
