"""Reading what stands in the way, each thing for itself; four statements."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from clinics import selectors as clinics
from scheduling.explain.obstacles import Cause
from scheduling.explain.window import Busy
from scheduling.models import Resource, ScheduleException
from scheduling.openings.calendars import Awaited
from scheduling.timegrid.grid import Grid

# As `calendars.taken` counts, but row by row, and with whose time it is. Holds that
# are over, the one being booked, and the visit being moved take no time.
_BUSY = """
SELECT r.resource_id,
       ((floor(extract(epoch FROM r.starts_at))::bigint - %(epoch)s) / 300)::int,
       ((ceil(extract(epoch FROM r.ends_at))::bigint - %(epoch)s + 299) / 300)::int,
       r.id, r.appointment_id IS NOT NULL, r.absence_id::text, a.kind,
       extract(epoch FROM upper(a.period))::bigint
  FROM scheduling_reservation r
  LEFT JOIN scheduling_hold h ON h.id = r.hold_id
  LEFT JOIN scheduling_absence a ON a.id = r.absence_id
 WHERE r.resource_id = ANY(%(resources)s) AND r.released_at IS NULL
   AND r.starts_at > %(start)s - interval '24 hours' AND r.starts_at < %(end)s
   AND r.ends_at > %(start)s
   AND (r.hold_id IS NULL OR h.ended_at IS NOT NULL OR h.expires_at > %(now)s)
   AND (r.appointment_id IS NULL
        OR r.appointment_id IS DISTINCT FROM %(appointment)s::uuid)
   AND (r.hold_id IS NULL OR r.hold_id IS DISTINCT FROM %(hold)s::uuid)
 ORDER BY r.starts_at, r.id
"""

_PATIENT = """
SELECT ((floor(extract(epoch FROM lower(during)))::bigint - %(epoch)s) / 300)::int,
       ((ceil(extract(epoch FROM upper(during)))::bigint - %(epoch)s + 299) / 300)::int
  FROM scheduling_appointment
 WHERE patient_id = %(patient)s AND in_person
   AND status IN ('booked', 'arrived', 'checked-in')
   AND id IS DISTINCT FROM %(appointment)s::uuid
   AND during && tstzrange(%(start)s, %(end)s)
"""

Notes = Mapping[tuple[int | None, date], str]


def busy(
    resource_ids: Iterable[int],
    grid: Grid,
    *,
    now: datetime,
    moving_id: UUID | None = None,
    hold_id: UUID | None = None,
) -> list[Busy]:
    """All that takes time of these resources on the grid, by start."""
    but = {"appointment": moving_id, "hold": hold_id}
    rows = _rows(_BUSY, grid, resources=list(resource_ids), now=now, **but)
    return [_busy(row) for row in rows]


def _busy(row: tuple[Any, ...]) -> Busy:
    resource_id, start, end, reservation_id, is_visit, absence_id, kind, until = row
    if absence_id:
        ends = datetime.fromtimestamp(until, UTC) if until else None
        return Busy(resource_id, start, end, Cause.ABSENCE, absence_id, kind, ends)
    cause = Cause.BOOKING if is_visit else Cause.HOLD
    return Busy(resource_id, start, end, cause, str(reservation_id))


def with_awaited(
    busy: Iterable[Busy], awaited: Iterable[Awaited], grid: Grid
) -> list[Busy]:
    """The same, as if absences had what they wait for already."""
    rows = [
        Busy(
            one.resource_id,
            grid.floor(one.start),
            grid.ceil(one.end),
            Cause.ABSENCE,
            one.absence_id,
            one.kind,
            one.until,
        )
        for one in awaited
        if one.start < grid.end and grid.first < one.end
    ]
    return sorted([*busy, *rows], key=lambda row: row.start)


def patient_busy(
    patient_id: UUID, grid: Grid, *, moving_id: UUID | None = None
) -> list[tuple[int, int]]:
    """The cells of the patient's other visits in person."""
    return _rows(_PATIENT, grid, patient=patient_id, appointment=moving_id)


def _rows(query: str, grid: Grid, **values: Any) -> list[Any]:
    values |= {
        "epoch": int(grid.first.timestamp()),
        "start": grid.first,
        "end": grid.end,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[Any] = cursor.fetchall()
    return rows


def notes(clinic_id: int, grid: Grid, zone: ZoneInfo) -> Notes:
    """The reasons of exceptions, by resource (None: the clinic's) and date.

    Holidays are exceptions of the clinic's, too.
    """
    first, last = (at.astimezone(zone).date() for at in (grid.first, grid.end))
    calendar = clinics.clinic(clinic_id).holiday_calendar
    found: dict[tuple[int | None, date], str] = {
        (None, on): name
        for on, name in clinics.holiday_names(calendar, first, last).items()
    }
    rows = ScheduleException.objects.filter(
        clinic_id=clinic_id, applies_on__range=(first, last), kind="closed"
    ).exclude(reason="")
    for owner, on, reason in rows.values_list("resource_id", "applies_on", "reason"):
        found[owner, on] = reason
    return found


def retired(clinic_id: int, kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Kind and name of what the clinic no longer uses."""
    rows = Resource.objects.filter(
        clinic_id=clinic_id, active=False, kind__in=sorted(kinds)
    )
    return list(rows.order_by("name").values_list("kind", "name"))
