"""The day board: who and what is taken when, for one local day; few statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from scheduling.domain.grid import Grid
from scheduling.domain.schedule import NO_RULES, open_cells
from scheduling.models import AppointmentPhase, Conflict, Reservation, Resource
from scheduling.selectors.calendars import Rules, rules


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of a resource's day. [start, end) is the phase, [taken_start,
    taken_end) includes the buffers. `phase` is empty for blocked time, and
    `appointment_id` is None for blocked time and holds."""

    kind: str  # "appointment", "hold" or "absence"
    resource_id: int
    phase: str
    start: datetime
    end: datetime
    taken_start: datetime
    taken_end: datetime
    appointment_id: UUID | None = None
    hold_id: UUID | None = None
    patient_id: UUID | None = None
    visit_type: str = ""
    visit_type_slug: str = ""
    subject: str = ""
    status: str = ""
    confirmed: bool = False
    version: int = 0
    reason: str = ""
    absence_kind: str = ""
    conflict: bool = False  # something made the visit impossible
    position: int | None = None  # the phase's in its visit


@dataclass(frozen=True, slots=True)
class Part:
    """A phase as its visit has it: [start, end)."""

    position: int
    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class BoardVisit:
    """A visit on the board, with all of its phases in their order."""

    id: UUID
    patient_id: UUID
    status: str
    status_at: datetime
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A resource with its open stretches and its blocks, by start."""

    id: int
    kind: str
    name: str
    open: tuple[tuple[datetime, datetime], ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class DayBoard:
    """[start, end) is the local day as instants."""

    date: date
    zone: ZoneInfo
    start: datetime
    end: datetime
    columns: tuple[Column, ...]
    visits: tuple[BoardVisit, ...] = ()

    @property
    def patient_ids(self) -> frozenset[UUID]:
        blocks = (block for column in self.columns for block in column.blocks)
        return frozenset(b.patient_id for b in blocks if b.patient_id)


def day_board(clinic_id: int, date: date, now: datetime | None = None) -> DayBoard:
    """The board of one local day, columns by kind and name; four statements.

    With `now`, holds that have expired by then are left out.
    """
    found = Resource.objects.filter(clinic_id=clinic_id, active=True)
    members = list(found.select_related("clinic").order_by("kind", "name"))
    zone = ZoneInfo(members[0].clinic.time_zone if members else "UTC")
    start, end = _midnight(date, zone), _midnight(date + timedelta(days=1), zone)
    hours = rules(clinic_id, [m.pk for m in members], date, date)
    taken = _taken([m.pk for m in members], start, end, now)
    stamped = _stamped({row.appointment_id for row in taken if row.appointment_id})
    blocks = [_block(row, stamped) for row in taken]
    columns = (
        Column(
            id=member.pk,
            kind=member.kind,
            name=member.name,
            open=_open(member.pk, hours, Grid.over(start, end), zone),
            blocks=tuple(b for b in blocks if b.resource_id == member.pk),
        )
        for member in members
    )
    visits = _visits(taken, stamped)
    return DayBoard(date, zone, start, end, tuple(columns), tuple(visits))


day = day_board


def _taken(
    resource_ids: Iterable[int], start: datetime, end: datetime, now: datetime | None
) -> list[Reservation]:
    rows = Reservation.objects.filter(
        resource__in=list(resource_ids),
        released_at=None,
        starts_at__gt=start - timedelta(hours=24),
        starts_at__lt=end,
        ends_at__gt=start,
    )
    if now is not None:
        rows = rows.exclude(Q(hold__ended_at=None) & Q(hold__expires_at__lte=now))
    related = ("need__phase", "appointment__visit_type", "hold__visit_type", "absence")
    opened = Conflict.objects.filter(
        appointment=OuterRef("appointment"), resolved_at=None
    )
    rows = rows.annotate(in_conflict=Exists(opened))
    return list(rows.select_related(*related).order_by("starts_at", "pk"))


Stamped = Mapping[tuple[UUID, int], AppointmentPhase]


def _stamped(appointment_ids: Iterable[UUID]) -> Stamped:
    rows = AppointmentPhase.objects.filter(appointment__in=list(appointment_ids))
    return {(row.appointment_id, row.phase_id): row for row in rows}


def _visits(taken: Iterable[Reservation], stamped: Stamped) -> Iterator[BoardVisit]:
    parts: dict[UUID, list[AppointmentPhase]] = defaultdict(list)
    for (appointment_id, _), row in stamped.items():
        parts[appointment_id].append(row)
    visits = {row.appointment_id: row.appointment for row in taken}
    for visit in visits.values():
        if visit is not None:
            yield BoardVisit(
                visit.pk,
                visit.patient_id,
                visit.status,
                visit.status_at,
                tuple(_part(visit.start, row) for row in parts[visit.pk]),
            )


def _part(arrival: datetime, row: AppointmentPhase) -> Part:
    start = arrival + timedelta(minutes=row.offset_minutes)
    end = start + timedelta(minutes=row.duration_minutes)
    return Part(row.position, row.name, start, end)


def _block(row: Reservation, stamped: Stamped) -> Block:
    if row.absence is not None:
        return Block(
            kind="absence",
            resource_id=row.resource_id,
            phase="",
            start=row.period.lower,
            end=row.period.upper,
            taken_start=row.period.lower,
            taken_end=row.period.upper,
            reason=row.absence.reason,
            absence_kind=row.absence.kind,
        )
    owner = row.appointment or row.hold
    assert owner is not None, "a reservation has one owner"
    position, phase, start, end = _phase(row, stamped)
    return Block(
        kind="appointment" if row.appointment else "hold",
        resource_id=row.resource_id,
        phase=phase,
        start=start,
        end=end,
        taken_start=row.period.lower,
        taken_end=row.period.upper,
        appointment_id=row.appointment_id,
        hold_id=row.hold_id,
        patient_id=owner.patient_id,
        visit_type=owner.visit_type.name,
        visit_type_slug=owner.visit_type.slug,
        subject=owner.subject,
        status=row.appointment.status if row.appointment else "held",
        confirmed=bool(row.appointment and row.appointment.confirmed_at),
        version=row.appointment.version if row.appointment else 0,
        conflict=bool(getattr(row, "in_conflict", False)),
        position=position,
    )


def _phase(
    row: Reservation, stamped: Stamped
) -> tuple[int | None, str, datetime, datetime]:
    """The phase and its part of the reserved time, without buffers."""
    need = row.need
    if need is None:
        return None, "", row.period.lower, row.period.upper
    position, name = None, need.phase.name
    if row.appointment_id and (row.appointment_id, need.phase_id) in stamped:
        own = stamped[row.appointment_id, need.phase_id]
        position, name = own.position, own.name
    return (
        position,
        name,
        row.period.lower + timedelta(minutes=need.buffer_before_minutes),
        row.period.upper - timedelta(minutes=need.buffer_after_minutes),
    )


def _open(
    resource_id: int, hours: Rules, grid: Grid, zone: ZoneInfo
) -> tuple[tuple[datetime, datetime], ...]:
    own = hours.own.get(resource_id, NO_RULES)
    cells = open_cells(hours.clinic, own, grid, zone)
    stretches = []
    start = None
    for cell in range(grid.cells + 1):
        if cells >> cell & 1 and start is None:
            start = cell
        elif not cells >> cell & 1 and start is not None:
            stretches.append((grid.instant(start), grid.instant(cell)))
            start = None
    return tuple(stretches)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
