"""Topological order of a plan's lines, and the lines that depend on each other.

A line that takes time which another line's visit still has comes after it; lines that
wait for each other have no such order, and keep their own. Lines are named by their
positions.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.booking.claims import spans_in
from scheduling.models import RepairLine, RepairPlan, Reservation
from scheduling.repair import selectors
from scheduling.repair.waits import in_turn
from scheduling.timegrid.bitset import positions

Span = tuple[object, datetime, datetime]  # of a resource, or of a patient


def put_in_order(plan: RepairPlan) -> None:
    """Give each line its turn, and say after which others it comes."""
    lines = list(selectors.lines(plan))
    waits = _waits(lines)
    for turn, at in enumerate(in_turn(waits), 1):
        lines[at].turn = turn
        lines[at].after = [lines[i].position for i in positions(waits[at])]
    RepairLine.objects.bulk_update(lines, ["turn", "after"])


def needed_by(lines: Iterable[RepairLine], line: RepairLine) -> set[int]:
    """The lines that it comes after, and all that these do."""
    after = {one.position: one.after for one in lines}
    found, new = set[int](), set(line.after)
    while new:
        found |= new
        new = {pk for one in new for pk in after.get(one, ())} - found
    return found


def waiting_for(lines: Collection[RepairLine], line: RepairLine) -> set[int]:
    """The lines that come after it, directly or through others."""
    return {one.position for one in lines if line.position in needed_by(lines, one)}


def _waits(lines: Sequence[RepairLine]) -> list[int]:
    """For each line the set of those it waits for, as bits."""
    has = _held(lines)
    return [
        sum(
            1 << i
            for i, other in enumerate(lines)
            if other is not line and _meet(_wanted(line), has[other.appointment_id])
        )
        for line in lines
    ]


def _held(lines: Iterable[RepairLine]) -> dict[UUID, list[Span]]:
    """Return the time that each visit has now, of resources and patient.

    One statement.
    """
    has = {
        line.appointment_id: _of_patient(
            line, line.appointment.start, line.appointment.end
        )
        for line in lines
    }
    rows = Reservation.objects.filter(appointment__in=has, released_at=None)
    for visit, *span in rows.values_list(
        "appointment", "resource", "starts_at", "ends_at"
    ):
        has[visit].append((span[0], span[1], span[2]))
    return has


def _wanted(line: RepairLine) -> list[Span]:
    if line.start is None:
        return []
    visit = line.appointment
    there = _of_patient(line, line.start, line.start + (visit.end - visit.start))
    return [*spans_in(line.claims), *there]


def _of_patient(line: RepairLine, start: datetime, end: datetime) -> list[Span]:
    visit = line.appointment
    return [(visit.patient_id, start, end)] if visit.in_person else []


def _meet(some: Iterable[Span], others: Collection[Span]) -> bool:
    return any(
        whose == another and start < until and begin < end
        for whose, start, end in some
        for another, begin, until in others
    )
