"""Visits and holds whose phases no longer lie in the open hours of their resources."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from scheduling.booking.plans import plans_of
from scheduling.booking.status import Status
from scheduling.models import Appointment, Hold, Reservation
from scheduling.openings.calendars import rules
from scheduling.timegrid.bitset import span
from scheduling.timegrid.grid import Grid
from scheduling.timegrid.opening_hours import NO_RULES, Schedule, open_cells
from scheduling.visit_types.plan import NeedPlan, Plan

_CAN_MOVE = [Status.BOOKED.value, Status.ARRIVED.value]
_ONE_DAY = timedelta(days=1)
Misfit = tuple[UUID, int]  # appointment, resource
Use = tuple[Appointment, Reservation]
Stretch = tuple[datetime, datetime]


def reserved(clinic_id: int, resource_id: int | None, now: datetime) -> set[Misfit]:
    """Return (visit id, resource id) of what visits to come or just arrived have.

    Only resources of the clinic count, or only the one resource.
    """
    uses = _uses(clinic_id, resource_id, now)
    return {(visit.pk, row.resource_id) for visit, row in uses}


def misfits(clinic_id: int, resource_id: int | None, now: datetime) -> set[Misfit]:
    """Return those of `reserved` outside the hours as they are in the tables now."""
    uses = _uses(clinic_id, resource_id, now)
    if not uses:
        return set()
    hours = _Hours(clinic_id, [row for _, row in uses])
    plans = plans_of({visit for visit, _ in uses})
    return {
        (visit.pk, row.resource_id)
        for visit, row in uses
        if hours.are_left(_phases(visit, row, plans[visit.pk]), row)
    }


def is_in_hours(hold: Hold | Appointment, plan: Plan) -> bool:
    """True if all that the hold or visit keeps is open then, as the tables are now."""
    live = hold.reservations.filter(released_at=None)
    rows = list(live.select_related("resource__clinic"))
    hours = _Hours(hold.clinic_id, rows)
    return not any(hours.are_left(_phases(hold, row, plan), row) for row in rows)


class _Hours:
    """Open hours of the resources of these reservations (one at least), around them."""

    def __init__(self, clinic_id: int, rows: Sequence[Reservation]) -> None:
        zone = ZoneInfo(rows[0].resource.clinic.time_zone)
        self._grid = Grid.over(
            min(row.starts_at for row in rows) - _ONE_DAY,
            max(row.ends_at for row in rows) + _ONE_DAY,
        )
        ids = {row.resource_id for row in rows}
        self._opened = _opened(clinic_id, ids, self._grid, zone)

    def are_left(self, phases: Iterable[Stretch], row: Reservation) -> bool:
        """True if any of the phases lies partly outside."""
        closed, grid = ~self._opened[row.resource_id], self._grid
        return any(
            span(grid.floor(begin), grid.ceil(end)) & closed for begin, end in phases
        )


def _uses(clinic_id: int, resource_id: int | None, now: datetime) -> Sequence[Use]:
    which = Q(resource=resource_id) if resource_id is not None else Q()
    rows = Reservation.objects.filter(
        which,
        resource__clinic_id=clinic_id,
        released_at=None,
        ends_at__gt=now,
        appointment__status__in=_CAN_MOVE,
    )
    related = rows.select_related("resource__clinic", "appointment")
    return [(row.appointment, row) for row in related if row.appointment]


def _opened(
    clinic_id: int, ids: Collection[int], grid: Grid, zone: ZoneInfo
) -> dict[int, int]:
    first, last = grid.first.astimezone(zone).date(), grid.end.astimezone(zone).date()
    hours = rules(clinic_id, ids, first, last)
    known: dict[Schedule, int] = {}
    for own in {hours.own.get(pk, NO_RULES) for pk in ids}:
        known[own] = open_cells(hours.clinic, own, grid, zone)
    return {pk: known[hours.own.get(pk, NO_RULES)] for pk in ids}


def _phases(
    visit: Appointment | Hold, row: Reservation, plan: Plan
) -> Iterator[Stretch]:
    """The phases this reservation is for, without the buffers that may pass closing."""
    for need in _needs(visit, row, plan):
        begin = visit.start + timedelta(minutes=need.phase.offset_minutes)
        yield begin, visit.start + timedelta(minutes=need.phase.end_minutes)


def _needs(
    visit: Appointment | Hold, row: Reservation, plan: Plan
) -> Iterator[NeedPlan]:
    first = next((need for need in plan.needs if need.id == row.need_id), None)
    for need in plan.needs:
        if first is None or need.group != first.group:
            continue
        begin, end = (timedelta(minutes=m) for m in need.occupied_minutes)
        if row.period.lower <= visit.start + begin and visit.start + end <= (
            row.period.upper
        ):
            yield need
