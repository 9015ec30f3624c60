"""Expected rest of a day, from the board and what is on record."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from scheduling.day.board import BoardVisit, DayBoard, Part, day_board
from scheduling.day.overruns import ABSENCE, HOLD, Kept, RunsInto, runs_into
from scheduling.day.projection import (
    Affected,
    Cause,
    Expected,
    ExpectedVisit,
    PlannedClaim,
    PlannedPhase,
    PlannedVisit,
    Projection,
    Went,
    project,
)
from scheduling.models import Appointment

_HERE = frozenset({Appointment.Status.ARRIVED, Appointment.Status.CHECKED_IN})


@dataclass(frozen=True)
class DayProjection:
    """A day as expected at `now`; nothing of it is booked."""

    board: DayBoard
    now: datetime
    projection: Projection
    runs_into: tuple[RunsInto, ...] = ()

    @property
    def visits(self) -> tuple[ExpectedVisit, ...]:
        return self.projection.visits

    @property
    def affected(self) -> tuple[Affected, ...]:
        return self.projection.affected

    def of(self, visit_id: UUID) -> Mapping[int, Expected]:
        """A visit's phases by position; empty for one that is not on the board."""
        return self._by_visit.get(visit_id, {})

    @cached_property
    def _by_visit(self) -> Mapping[UUID, Mapping[int, Expected]]:
        return {
            visit.id: {phase.planned.position: phase for phase in visit.phases}
            for visit in self.visits
        }

    def resource_of(self, cause: Cause | Kept) -> str:
        """The name of what a cause waits for, or of what is kept."""
        names = {column.id: column.name for column in self.board.columns}
        return names.get(cause.resource_id or 0, "")


def day_projection(clinic_id: int, date: date, now: datetime) -> DayProjection:
    """One local day; as many statements as its board."""
    return projected(day_board(clinic_id, date, now), now)


def projected(board: DayBoard, now: datetime) -> DayProjection:
    """Return the projection of a board that has been read.

    Only whole minutes count, so that what is told does not change in between.
    """
    now = now.replace(second=0, microsecond=0)
    visits = list(_visits(board))
    found = project(visits, now)
    return DayProjection(board, now, found, runs_into(visits, found, _kept(board)))


def _visits(board: DayBoard) -> Iterator[PlannedVisit]:
    claims = _claims(board)
    for visit in board.visits:
        if visit.parts:
            yield PlannedVisit(
                id=visit.id,
                phases=tuple(
                    PlannedPhase(part.position, part.name, part.start, part.end)
                    for part in visit.parts
                ),
                claims=tuple(claims[visit.id]),
                went=_went(visit.parts),
                over_at=_over_at(visit),
                is_here=visit.status in _HERE,
                comes_at=_comes_at(visit),
            )


def _comes_at(visit: BoardVisit) -> datetime | None:
    if not visit.late_minutes or visit.status != Appointment.Status.BOOKED:
        return None
    start = min(part.start for part in visit.parts)
    return start + timedelta(minutes=visit.late_minutes)


def _over_at(visit: BoardVisit) -> datetime | None:
    over = visit.status == Appointment.Status.FULFILLED
    return visit.status_at if over else None


def _went(parts: Iterable[Part]) -> Mapping[int, Went]:
    return {
        part.position: Went(part.started_at, part.ended_at)
        for part in parts
        if part.started_at is not None
    }


def _claims(board: DayBoard) -> Mapping[UUID, list[PlannedClaim]]:
    parts = {visit.id: visit.parts for visit in board.visits}
    claims: dict[UUID, list[PlannedClaim]] = defaultdict(list)
    for column in board.columns:
        for block in column.blocks:
            if block.appointment_id is None or block.position is None:
                continue
            last = _last(parts[block.appointment_id], block.position, block.end)
            claims[block.appointment_id].append(
                PlannedClaim(
                    block.resource_id,
                    block.taken_start,
                    block.taken_end,
                    block.position,
                    last,
                )
            )
    return claims


def _kept(board: DayBoard) -> Iterator[Kept]:
    for column in board.columns:
        for block in column.blocks:
            if block.kind in {ABSENCE, HOLD}:
                yield Kept(block.kind, column.id, block.taken_start, block.taken_end)


def _last(parts: Iterable[Part], first: int, end: datetime) -> int:
    """The last phase of a claim that serves several phases in a row."""
    by_position = {part.position: part for part in parts}
    own = by_position[first]
    if own.end >= end:
        return first
    within = [p for p in by_position.values() if own.start <= p.start and p.end <= end]
    return max(within, key=lambda part: part.end).position
