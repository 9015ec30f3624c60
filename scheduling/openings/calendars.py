"""Reading when resources are open and taken, as cells; never as datetimes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from clinics.selectors import public_holidays
from scheduling.openings.candidates import ResourceRef
from scheduling.openings.engine import Calendar
from scheduling.timegrid.bitset import from_spans
from scheduling.timegrid.grid import CELL_MINUTES, Grid, ceil_cells
from scheduling.timegrid.opening_hours import (
    DAY_MINUTES,
    NO_RULES,
    DayException,
    Hours,
    Schedule,
    open_cells,
)
from scheduling.timegrid.packed import to_cells, unpack


@dataclass(frozen=True, slots=True)
class Unit:
    """A bookable resource as the engine needs it.

    `shortest_cells` is the shortest stretch that any visit of its clinic takes a
    resource of this kind, buffers included.
    """

    ref: ResourceRef
    capabilities: frozenset[str]
    shortest_cells: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """The clinic's hours and exceptions, and those of resources that have some."""

    clinic: Schedule
    own: Mapping[int, Schedule]

    @property
    def are_usual(self) -> bool:
        """Return whether no date is an exception or a holiday."""
        all_of_them = (self.clinic, *self.own.values())
        return not any(one.exceptions or one.holidays for one in all_of_them)


@dataclass(frozen=True, slots=True)
class Taken:
    """Busy cells by resource id; `patient` are those of the patient asked about."""

    resources: Mapping[int, int]
    patient: int


@dataclass(frozen=True, slots=True)
class Awaited:
    """Time that somebody else gets, whether or not it is reserved now; where that is
    an absence, which, of what kind, and `until` when it is."""

    resource_id: int
    start: datetime
    end: datetime
    absence_id: str = ""
    kind: str = ""
    until: datetime | None = None


_UNITS = """
WITH shortest AS (
  SELECT k.kind, min(p.min_duration_minutes + n.buffer_before_minutes
                     + n.buffer_after_minutes) AS minutes
    FROM scheduling_visittype t
    JOIN scheduling_phase p ON p.visit_type_id = t.id
    JOIN scheduling_need n ON n.phase_id = p.id
   CROSS JOIN unnest(n.kinds) k(kind)
   WHERE t.clinic_id = %(clinic)s AND t.active
   GROUP BY k.kind)
SELECT r.id, r.kind, r.name, r.capabilities, coalesce(shortest.minutes, 1)
  FROM scheduling_resource r LEFT JOIN shortest ON shortest.kind = r.kind
 WHERE r.clinic_id = %(clinic)s AND r.active AND r.kind = ANY(%(kinds)s)
 ORDER BY r.id
"""


def units(clinic_id: int, kinds: Collection[str]) -> list[Unit]:
    """The clinic's active resources of these kinds, by id; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, {"clinic": clinic_id, "kinds": sorted(kinds)})
        return [
            Unit(ResourceRef(pk, kind, name), frozenset(skills), ceil_cells(minutes))
            for pk, kind, name, skills, minutes in cursor.fetchall()
        ]


_RULES = """
SELECT resource_id, 'hours', weekday, NULL::date, local_start, local_end,
       valid_from_on, valid_to_on, ''
  FROM scheduling_openinghours
 WHERE clinic_id = %(clinic)s
   AND (resource_id IS NULL OR resource_id = ANY(%(resources)s))
UNION ALL
SELECT resource_id, kind, NULL, applies_on, local_start, local_end, NULL, NULL, ''
  FROM scheduling_scheduleexception
 WHERE clinic_id = %(clinic)s AND applies_on BETWEEN %(first)s AND %(last)s
   AND (resource_id IS NULL OR resource_id = ANY(%(resources)s))
UNION ALL
SELECT NULL, 'holidays', NULL, NULL, NULL, NULL, NULL, NULL, holiday_calendar
  FROM clinics_clinic WHERE id = %(clinic)s AND holiday_calendar <> ''
"""


def rules(
    clinic_id: int, resource_ids: Iterable[int], first_on: date, last_on: date
) -> Rules:
    """All hours, and the exceptions and holidays of these dates; one statement."""
    values: dict[str, Any] = {
        "clinic": clinic_id,
        "resources": list(resource_ids),
        "first": first_on,
        "last": last_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RULES, values)
        rows = cursor.fetchall()
    owners = {row[0] for row in rows} - {None}
    observed = [row[8] for row in rows if row[1] == "holidays"]
    rows = [row for row in rows if row[1] != "holidays"]
    closed_on = (public_holidays(calendar, first_on, last_on) for calendar in observed)
    return Rules(
        clinic=replace(
            _schedule(None, rows), holidays=frozenset[date]().union(*closed_on)
        ),
        own={owner: _schedule(owner, rows) for owner in owners},
    )


# Time is sent packed (`scheduling.timegrid.packed`), one row per resource:
# start * 512 + (end - start), which is a step shorter written start * 511 + end. The
# index condition is bounded on both sides, as no reservation is over 24 hours; looked
# up resource by resource it is read from the index alone, however long the history.
_PACKED = """string_agg(
         int4send((floor(date_part('epoch', {0}) / 300)::int - %(first)s) * 511
                  + (ceil(date_part('epoch', {1}) / 300)::int - %(first)s)), '')"""
_BUSY = """
SELECT wanted.id, busy.packed
  FROM unnest(%(resources)s::bigint[]) wanted(id) CROSS JOIN LATERAL (
    SELECT {time}
      FROM scheduling_reservation r
     WHERE r.resource_id = wanted.id AND r.released_at IS NULL
       AND r.starts_at > %(start)s::timestamptz - interval '24 hours'
       AND r.starts_at < %(end)s AND r.ends_at > %(start)s) busy(packed)
 WHERE busy.packed IS NOT NULL"""
# What counts as free comes with the key -id: time of holds that are over, and of
# appointments that leave. The patient's own visits have the key 0.
_EXPIRED = """
SELECT -r.resource_id, {time}
  FROM scheduling_hold h JOIN scheduling_reservation r ON r.hold_id = h.id
 WHERE h.ended_at IS NULL AND h.expires_at <= %(now)s
   AND r.released_at IS NULL AND r.starts_at < %(end)s AND r.ends_at > %(start)s
 GROUP BY r.resource_id"""
_MOVING = """
SELECT -r.resource_id, {time}
  FROM scheduling_reservation r
 WHERE r.released_at IS NULL AND r.starts_at < %(end)s AND r.ends_at > %(start)s
   AND r.appointment_id = ANY(%(leaving)s)
 GROUP BY r.resource_id"""
_PATIENT = """
SELECT 0, {during}
  FROM scheduling_appointment a
 WHERE a.patient_id = %(patient)s AND a.in_person
   AND a.status IN ('booked', 'arrived', 'checked-in')
   AND a.id <> ALL(%(leaving)s)
   AND a.during && tstzrange(%(start)s, %(end)s)
HAVING count(*) > 0"""


def taken(
    resource_ids: Iterable[int],
    grid: Grid,
    *,
    now: datetime,
    patient_id: UUID | None = None,
    moving_id: UUID | None = None,
    leaving: Collection[UUID] = (),
) -> Taken:
    """Busy cells, off-grid time widened to the grid; one statement.

    Holds that have expired at `now` count as free, and so do the appointment
    `moving_id` and those `leaving`.
    """
    leaving = [*leaving, moving_id] if moving_id else list(leaving)
    parts = [_BUSY, _EXPIRED]
    parts += [_MOVING] if leaving else []
    parts += [_PATIENT] if patient_id else []
    query = " UNION ALL ".join(parts).format(
        time=_PACKED.format("r.starts_at", "r.ends_at"),
        during=_PACKED.format("lower(a.during)", "upper(a.during)"),
    )
    values: dict[str, Any] = {
        # As text: a list is quoted one by one.
        "resources": f"{{{','.join(map(str, resource_ids))}}}",
        "first": int(grid.first.timestamp()) // (60 * CELL_MINUTES),
        "start": grid.first,
        "end": grid.end,
        "now": now,
        "patient": patient_id,
        "leaving": leaving,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return _taken(cursor.fetchall(), grid)


def calendars(
    members: Iterable[Unit], hours: Rules, busy: Taken, grid: Grid, zone: ZoneInfo
) -> list[Calendar]:
    """The engine's view of these resources on this grid."""
    by_clinic = open_cells(hours.clinic, NO_RULES, grid, zone)
    opened: dict[Schedule, int] = {}

    def opening(own: Schedule | None) -> int:
        if own is None:
            return by_clinic
        if own not in opened:
            opened[own] = open_cells(hours.clinic, own, grid, zone)
        return opened[own]

    return [
        Calendar(
            resource_id=unit.ref.id,
            kind=unit.ref.kind,
            capabilities=unit.capabilities,
            clear=grid.full & ~busy.resources.get(unit.ref.id, 0),
            open=opening(hours.own.get(unit.ref.id)),
            shortest_cells=unit.shortest_cells,
        )
        for unit in members
    ]


def awaited_cells(awaited: Iterable[Awaited], grid: Grid) -> Mapping[int, int]:
    """By resource id, off-grid time widened to the grid."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for one in awaited:
        cells = grid.floor(one.start), grid.ceil(one.end)
        spans.setdefault(one.resource_id, []).append(cells)
    return {pk: from_spans(some, grid.cells) for pk, some in spans.items()}


def less(known: Iterable[Calendar], lost: Mapping[int, int]) -> list[Calendar]:
    """The same calendars, not clear of these cells any more."""
    return [
        replace(one, clear=one.clear & ~lost[one.resource_id])
        if one.resource_id in lost
        else one
        for one in known
    ]


def only(known: Iterable[Calendar], kept: Mapping[int, int]) -> list[Calendar]:
    """The same calendars, clear of nothing but these cells."""
    return [
        replace(one, clear=one.clear & kept.get(one.resource_id, 0)) for one in known
    ]


def _taken(rows: Iterable[tuple[int, bytes]], grid: Grid) -> Taken:
    busy: dict[int, Iterable[int]] = {}
    freed: dict[int, list[int]] = {}
    for key, packed in rows:
        if key < 0:
            freed.setdefault(-key, []).extend(unpack(packed))
        else:
            busy[key] = unpack(packed)
    for key in freed.keys() & busy.keys():
        busy[key] = _without(freed[key], busy[key])
    cells = {key: to_cells(some, grid.cells) for key, some in busy.items()}
    return Taken(resources=cells, patient=cells.pop(0, 0))


def _without(freed: Iterable[int], busy: Iterable[int]) -> list[int]:
    """Each freed stretch gone once: off the grid two may take the same cells."""
    left = list(busy)
    for stretch in freed:
        if stretch in left:
            left.remove(stretch)
    return left


def _schedule(owner: int | None, rows: Iterable[tuple[Any, ...]]) -> Schedule:
    mine = [row[1:] for row in rows if row[0] == owner]
    hours = tuple(_hours(row) for row in mine if row[0] == "hours")
    return Schedule(
        hours=hours,
        exceptions=tuple(_exception(row) for row in mine if row[0] != "hours"),
        always_open=owner is not None and not hours,
    )


def _hours(row: tuple[Any, ...]) -> Hours:
    _, weekday, _, start, end, valid_from, valid_to, _ = row
    return Hours(weekday, minute(start), minute_of_end(end), valid_from, valid_to)


def _exception(row: tuple[Any, ...]) -> DayException:
    kind, _, on, start, end, *_ = row
    if start is None:
        return DayException(on, closed=kind == "closed")
    return DayException(on, kind == "closed", minute(start), minute_of_end(end))


def minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def minute_of_end(clock: time) -> int:
    """Minute of the local day; 00:00 is its end."""
    return minute(clock) or DAY_MINUTES
