"""The day board: who and what is taken when, for one local day; few statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, Subquery

from scheduling.models import (
    AppointmentPhase,
    Conflict,
    PhaseRecord,
    Reservation,
    Resource,
)
from scheduling.openings.calendars import Rules, rules
from scheduling.timegrid.grid import Grid
from scheduling.timegrid.opening_hours import NO_RULES, open_cells


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of a resource's day.

    [start, end) is the phase, [taken_start, taken_end) includes the buffers. `phase`
    is empty for blocked time, and `appointment_id` is None for blocked time and holds.
    """

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
    """A phase as its visit has it: [start, end), and as it went so far."""

    position: int
    name: str
    start: datetime
    end: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """The patient of a visit, as a list shows them."""

    id: UUID
    given_name: str
    family_name: str
    birth_date: date
    mrn: str

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class BoardVisit:
    """A visit on the board, with all of its phases in their order."""

    id: UUID
    patient: Who
    status: str
    status_at: datetime
    parts: tuple[Part, ...]
    late_minutes: int = 0  # the patient says so
    answer: str = ""  # the patient's last, "yes", "other" or "no"


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


Row = Mapping[str, Any]
# A visit's phases as they are stamped on it, by the id of the type's phase.
Stamped = dict[UUID, dict[int, Row]]

_OF_ROW = (
    "resource_id",
    "period",
    "absence_id",
    "absence__kind",
    "absence__reason",
    "need_id",
    "need__phase_id",
    "need__phase__name",
    "need__buffer_before_minutes",
    "need__buffer_after_minutes",
    "appointment_id",
    "appointment__during",
    "appointment__status",
    "appointment__status_at",
    "appointment__confirmed_at",
    "appointment__late_minutes",
    "appointment__answer",
    "appointment__version",
    "appointment__subject",
    "appointment__visit_type__name",
    "appointment__visit_type__slug",
    "appointment__patient_id",
    "appointment__patient__given_name",
    "appointment__patient__family_name",
    "appointment__patient__birth_date",
    "appointment__patient__mrn",
    "hold_id",
    "hold__patient_id",
    "hold__subject",
    "hold__visit_type__name",
    "hold__visit_type__slug",
)
_OF_PHASE = (
    "appointment_id",
    "phase_id",
    "position",
    "name",
    "offset_minutes",
    "duration_minutes",
    "started_at",
    "ended_at",
)


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
    stamped = _stamped(taken)
    blocks = defaultdict(list)
    for row in taken:
        blocks[row["resource_id"]].append(_block(row, stamped))
    columns = (
        Column(
            id=member.pk,
            kind=member.kind,
            name=member.name,
            open=_open(member.pk, hours, Grid.over(start, end), zone),
            blocks=tuple(blocks[member.pk]),
        )
        for member in members
    )
    visits = _visits(taken, stamped)
    return DayBoard(date, zone, start, end, tuple(columns), tuple(visits))


day = day_board


def _taken(
    resource_ids: Iterable[int], start: datetime, end: datetime, now: datetime | None
) -> list[Row]:
    rows = Reservation.objects.filter(
        resource__in=list(resource_ids),
        released_at=None,
        starts_at__gt=start - timedelta(hours=24),
        starts_at__lt=end,
        ends_at__gt=start,
    )
    if now is not None:
        rows = rows.exclude(Q(hold__ended_at=None) & Q(hold__expires_at__lte=now))
    opened = Conflict.objects.filter(
        appointment=OuterRef("appointment"), resolved_at=None
    )
    rows = rows.annotate(in_conflict=Exists(opened))
    # Plain values: whole rows of five tables take several times as long.
    return list(rows.order_by("starts_at", "pk").values(*_OF_ROW, "in_conflict"))


def _stamped(taken: Iterable[Row]) -> Stamped:
    """Each visit's own phases with how they went, by the type's phase."""
    ids = {row["appointment_id"] for row in taken if row["appointment_id"]}
    went = PhaseRecord.objects.filter(
        appointment=OuterRef("appointment"), position=OuterRef("position")
    )
    rows = AppointmentPhase.objects.filter(appointment__in=ids).annotate(
        started_at=Subquery(went.values("started_at")),
        ended_at=Subquery(went.values("ended_at")),
    )
    stamped: Stamped = defaultdict(dict)
    for row in rows.order_by("position").values(*_OF_PHASE):
        stamped[row["appointment_id"]][row["phase_id"]] = row
    return stamped


def _visits(taken: Iterable[Row], stamped: Stamped) -> Iterator[BoardVisit]:
    visits = {row["appointment_id"]: row for row in taken if row["appointment_id"]}
    for visit_id, row in visits.items():
        arrival = row["appointment__during"].lower
        yield BoardVisit(
            id=visit_id,
            patient=_who(row),
            status=row["appointment__status"],
            status_at=row["appointment__status_at"],
            parts=tuple(_part(arrival, part) for part in stamped[visit_id].values()),
            late_minutes=row["appointment__late_minutes"],
            answer=row["appointment__answer"],
        )


def _who(row: Row) -> Who:
    return Who(
        row["appointment__patient_id"],
        row["appointment__patient__given_name"],
        row["appointment__patient__family_name"],
        row["appointment__patient__birth_date"],
        row["appointment__patient__mrn"],
    )


def _part(arrival: datetime, row: Row) -> Part:
    start = arrival + timedelta(minutes=row["offset_minutes"])
    end = start + timedelta(minutes=row["duration_minutes"])
    return Part(
        row["position"], row["name"], start, end, row["started_at"], row["ended_at"]
    )


def _block(row: Row, stamped: Stamped) -> Block:
    period = row["period"]
    if row["absence_id"] is not None:
        return Block(
            kind="absence",
            resource_id=row["resource_id"],
            phase="",
            start=period.lower,
            end=period.upper,
            taken_start=period.lower,
            taken_end=period.upper,
            reason=row["absence__reason"],
            absence_kind=row["absence__kind"],
        )
    kind = "appointment" if row["appointment_id"] else "hold"
    position, phase, start, end = _phase(row, stamped)
    return Block(
        kind=kind,
        resource_id=row["resource_id"],
        phase=phase,
        start=start,
        end=end,
        taken_start=period.lower,
        taken_end=period.upper,
        appointment_id=row["appointment_id"],
        hold_id=row["hold_id"],
        patient_id=row[f"{kind}__patient_id"],
        visit_type=row[f"{kind}__visit_type__name"],
        visit_type_slug=row[f"{kind}__visit_type__slug"],
        subject=row[f"{kind}__subject"],
        status=row["appointment__status"] or "held",
        confirmed=row["appointment__confirmed_at"] is not None,
        version=row["appointment__version"] or 0,
        conflict=row["in_conflict"],
        position=position,
    )


def _phase(row: Row, stamped: Stamped) -> tuple[int | None, str, datetime, datetime]:
    """The phase and its part of the reserved time, without buffers."""
    period = row["period"]
    if row["need_id"] is None:
        return None, "", period.lower, period.upper
    position, name = None, row["need__phase__name"]
    own = stamped.get(row["appointment_id"], {}).get(row["need__phase_id"])
    if own is not None:
        position, name = own["position"], own["name"]
    return (
        position,
        name,
        period.lower + timedelta(minutes=row["need__buffer_before_minutes"]),
        period.upper - timedelta(minutes=row["need__buffer_after_minutes"]),
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
