"""The input of a repair plan: starts and resources each affected visit could have."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from patients import selectors as patients
from scheduling.booking.plans import plans_of
from scheduling.models import Absence, Appointment, Reservation
from scheduling.openings.calendars import (
    Awaited,
    Rules,
    Unit,
    awaited_cells,
    calendars,
    less,
    rules,
    taken,
    units,
)
from scheduling.openings.engine import Calendar, candidates
from scheduling.repair.problem import Affected
from scheduling.timegrid.bitset import erode, from_spans, span
from scheduling.timegrid.grid import Grid, ceil_cells
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import VisitKind, visit_kind_of

HORIZON = timedelta(weeks=4)
# Sooner than this nobody can be asked to come, or told to stay at home, by message.
NOTICE = timedelta(hours=2)
_ONE_DAY = timedelta(days=1)

ARRIVED = "The patient is at the clinic already."
SOON = "The visit starts within two hours."
BEGUN = "The visit's time has begun."
UNREACHABLE = "There is no phone number for texts and no e-mail address."


@dataclass(frozen=True, slots=True)
class Fixed:
    """A line that stands: nobody else gets its time, nor its patient, if they come for
    it in person, another visit at that `time`. Claims are [start, end). Without a time
    the patient is called. What the visit has now is free for others if it `leaves`."""

    appointment_id: UUID
    patient_id: UUID
    in_person: bool
    leaves: bool
    time: tuple[datetime, datetime] | None
    claims: tuple[tuple[int, datetime, datetime], ...]
    disturbs: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A visit in the way; `call_first` says why its patient must be telephoned."""

    visit: Appointment
    kind: VisitKind
    plan: Plan
    affected: Affected
    call_first: str


@dataclass(frozen=True, slots=True)
class RepairWorld:
    """Starts are each five minutes of `grid`, from `NOTICE` on (and the type's lead),
    for four weeks; earlier than agreed only on the same day."""

    grid: Grid
    zone: ZoneInfo
    cases: tuple[Case, ...]


def call_first(visit: Appointment, reachable: bool, now: datetime) -> str:
    """Return why no message does for this patient, "" if one does.

    `reachable` says whether any address of theirs is known.
    """
    if visit.status == Appointment.Status.ARRIVED:
        return ARRIVED
    if visit.start <= now:
        return BEGUN
    if visit.start < now + NOTICE:
        return SOON
    return "" if reachable else UNREACHABLE


def repair_world(
    absence: Absence,
    visits: Sequence[Appointment],
    *,
    fixed: Iterable[Fixed] = (),
    hand: bool = False,
    now: datetime,
) -> RepairWorld:
    """Visits of patients who must be called first do not change their start, unless
    somebody chooses by hand. `visits` is not empty."""
    zone = ZoneInfo(absence.resource.clinic.time_zone)
    grid = _grid(visits, now, zone)
    plans = plans_of(visits)
    kinds = {pk: visit_kind_of(pk) for pk in {v.visit_type_id for v in visits}}
    wanted = {kind for plan in plans.values() for kind in plan.kinds}
    members = units(absence.resource.clinic_id, wanted)
    ids = [unit.ref.id for unit in members]
    dates = grid.first.astimezone(zone).date(), grid.end.astimezone(zone).date()
    fixed = tuple(fixed)
    leaving = [visit.pk for visit in visits]
    reading = _Reading(
        absence=absence,
        leaving=[*leaving, *(line.appointment_id for line in fixed if line.leaves)],
        grid=grid,
        zone=zone,
        members=members,
        hours=rules(absence.resource.clinic_id, ids, *dates),
        lost=awaited_cells([*_away(ids, grid), *_claimed(fixed)], grid),
        contacts=patients.contacts_of([visit.patient for visit in visits]),
        fixed=fixed,
        hand=hand,
        now=now,
    )
    return RepairWorld(
        grid,
        zone,
        tuple(
            reading.case(visit, kinds[visit.visit_type_id], plans[visit.pk])
            for visit in visits
        ),
    )


def _grid(visits: Iterable[Appointment], now: datetime, zone: ZoneInfo) -> Grid:
    starts = [visit.start for visit in visits]
    first = min([now, *starts]).astimezone(zone).date() - _ONE_DAY
    midnight = datetime.combine(first, time(), tzinfo=zone)
    return Grid.over(midnight, max(starts) + HORIZON + _ONE_DAY)


def _away(ids: Collection[int], grid: Grid) -> list[Awaited]:
    """Time of standing absences, also what visits in the way still keep."""
    standing = Absence.objects.filter(resource__in=ids, ended_at=None)
    return [
        Awaited(absence.resource_id, absence.period.lower, absence.period.upper)
        for absence in standing.filter(period__overlap=(grid.first, grid.end))
    ]


def _claimed(fixed: Iterable[Fixed]) -> list[Awaited]:
    return [Awaited(*claim) for line in fixed for claim in line.claims]


@dataclass(frozen=True, slots=True)
class _Reading:
    """Data that all cases of one world share."""

    absence: Absence
    leaving: Collection[UUID]
    grid: Grid
    zone: ZoneInfo
    members: Sequence[Unit]
    hours: Rules
    lost: Mapping[int, int]
    contacts: Mapping[UUID, Collection[object]]
    fixed: tuple[Fixed, ...]
    hand: bool
    now: datetime

    def case(self, visit: Appointment, kind: VisitKind, plan: Plan) -> Case:
        reason = call_first(visit, bool(self.contacts[visit.patient_id]), self.now)
        start = self.grid.floor(visit.start)
        known, patient = self._calendars(visit, kind)
        allowed = self._agreed_start(visit)
        if self.hand or not reason:
            allowed |= self._welcome(visit, kind)
        cells = ceil_cells(plan.length_minutes)
        held = self._held(visit)
        affected = Affected(
            plan,
            start,
            allowed & erode(self.grid.full & ~patient, cells),
            candidates(plan, known),
            patient=visit.patient_id,
            in_person=kind.in_person,
            disturbed=any(line.disturbs for line in self._lines_of(visit)),
            prefer=frozenset(held),
            held={pk: cells & ~self.lost.get(pk, 0) for pk, cells in held.items()},
        )
        return Case(visit, kind, plan, affected, reason)

    def _held(self, visit: Appointment) -> Mapping[int, int]:
        """The cells it has, by resource."""
        has = visit.reservations.filter(released_at=None)
        rows = has.values_list("resource_id", "starts_at", "ends_at")
        return awaited_cells((Awaited(*row) for row in rows), self.grid)

    def _agreed_start(self, visit: Appointment) -> int:
        return 1 << self.grid.floor(visit.start) if visit.start > self.now else 0

    def _welcome(self, visit: Appointment, kind: VisitKind) -> int:
        day = visit.start.astimezone(self.zone).date()
        midnight = datetime.combine(day, time(), tzinfo=self.zone)
        soonest = max(midnight, self.now + max(NOTICE, kind.minimum_lead))
        last = visit.start + HORIZON
        return span(self.grid.ceil(soonest), self.grid.ceil(last))

    def _calendars(
        self, visit: Appointment, kind: VisitKind
    ) -> tuple[list[Calendar], int]:
        """Return the calendars of who may serve, and when the patient is elsewhere."""
        members = self._members(visit)
        busy = taken(
            [unit.ref.id for unit in members],
            self.grid,
            now=self.now,
            patient_id=visit.patient_id if kind.in_person else None,
            leaving=self.leaving,
        )
        known = calendars(members, self.hours, busy, self.grid, self.zone)
        return less(known, self.lost), busy.patient | self._fixed_of(visit)

    def _members(self, visit: Appointment) -> list[Unit]:
        """The clinician asked for is insisted on only while the visit has them; one
        that was ruled out never serves."""
        asked = visit.clinician_id
        has = Reservation.objects.filter(
            appointment=visit, resource=asked, released_at=None
        )
        members = [u for u in self.members if u.ref.id not in visit.not_clinicians]
        if asked is None or asked == self.absence.resource_id or not has.exists():
            return members
        return [
            unit
            for unit in members
            if unit.ref.kind != "clinician" or unit.ref.id == asked
        ]

    def _fixed_of(self, visit: Appointment) -> int:
        times = [
            line.time
            for line in self._lines_of(visit)
            if line.time and line.in_person and visit.in_person
        ]
        spans = [(self.grid.floor(begin), self.grid.ceil(end)) for begin, end in times]
        return from_spans(spans, self.grid.cells)

    def _lines_of(self, visit: Appointment) -> list[Fixed]:
        """Return the lines that stand for the same patient."""
        return [line for line in self.fixed if line.patient_id == visit.patient_id]
