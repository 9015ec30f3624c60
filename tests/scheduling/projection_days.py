"""Small days from a seed, and how they go by a naive clock, minute by minute."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from scheduling.day.projection import PlannedClaim, PlannedPhase, PlannedVisit, Went

EIGHT = datetime(2026, 9, 2, 13, tzinfo=UTC)
FOREVER = 3000
BAY, ROOM, DOCTOR, SPIN = 1, 2, 3, 4


def at(minute):
    return EIGHT + timedelta(minutes=minute)


def minute(instant):
    return (instant - EIGHT) // timedelta(minutes=1)


# Phases from arrival: offset, length; and claims: resource, buffers, phases.
PROCEDURE = (
    [(0, 40), (40, 65), (40, 25), (60, 30), (85, 20), (105, 30)],
    [
        (BAY, 0, 0, 0, 0),
        (ROOM, 0, 15, 1, 1),
        (DOCTOR, 0, 0, 2, 2),
        (SPIN, 0, 10, 3, 3),
        (DOCTOR, 0, 0, 4, 4),
    ],
)
TALK = ([(0, 20)], [(DOCTOR, 5, 5, 0, 0)])
# One claim over two phases, with a pause, a stay around both and a stay in a stay.
ODD = (
    [(0, 60), (0, 10), (15, 20), (20, 10), (60, 15)],
    [(ROOM, 0, 5, 0, 0), (DOCTOR, 0, 5, 1, 2), (BAY, 0, 0, 4, 4)],
)
KINDS = (PROCEDURE, TALK, ODD)


def visit(number, kind, start):
    """A visit of this kind that arrives `start` minutes after eight."""
    spans, claims = kind
    phases = tuple(
        PlannedPhase(n, f"phase {n}", at(start + a), at(start + a + length))
        for n, (a, length) in enumerate(spans)
    )
    return PlannedVisit(
        UUID(int=number),
        phases,
        tuple(
            PlannedClaim(
                resource,
                phases[first].start - timedelta(minutes=before),
                phases[last].end + timedelta(minutes=after),
                first,
                last,
            )
            for resource, before, after, first, last in claims
        ),
    )


def clash(one, other):
    return any(
        a.resource_id == b.resource_id and a.start < b.end and b.start < a.end
        for a in one.claims
        for b in other.claims
    )


def small_day(chance):
    """Up to four visits, none of which is in another's way by plan."""
    planned = []
    for number in range(chance.randrange(1, 5)):
        kind, start = chance.choice(KINDS), chance.randrange(0, 120)
        while any(clash(visit(number, kind, start), other) for other in planned):
            start += chance.choice([1, 5, 20])
        planned.append(visit(number, kind, start))
    return planned


@dataclass
class Run:
    """How a phase goes: begun and over, in minutes after eight."""

    visit: PlannedVisit
    phase: PlannedPhase
    length: int
    dawdle: int = 0
    ready: int | None = None
    begun: int | None = None
    over: int | None = None

    @property
    def own_end(self):
        return self.begun + self.length


class Simulation:
    """Every minute: end what can end, begin what can begin; until nothing is left."""

    def __init__(self, visits, chance=None, worst=30):
        self.runs = [
            Run(v, p, minute(p.end) - minute(p.start)) for v in visits for p in v.phases
        ]
        for run in self.runs if chance else []:
            run.dawdle = chance.choice([0, 0, chance.randrange(worst)])
            run.length = max(1, run.length + chance.randrange(-10, worst))

    def until(self, now):
        """Let it go as it really goes, before `now`."""
        for tick in range(-60, now):
            self._tick(tick)
        return self

    def went(self, planned):
        """What would be on record of a visit."""
        return {
            run.phase.position: Went(
                at(run.begun), None if run.over is None else at(run.over)
            )
            for run in self.runs
            if run.visit.id == planned.id and run.begun is not None
        }

    def rest(self, now):
        """From `now` on nobody dawdles, and everything takes as long as planned."""
        for run in self.runs:
            run.dawdle = 0
            if run.over is None:
                usual = minute(run.phase.end) - minute(run.phase.start)
                run.length = usual
                if run.begun is not None:
                    run.length = max(usual, now - run.begun)
        for tick in range(now, FOREVER):
            self._tick(tick)
        return {
            (run.visit.id, run.phase.position): (at(run.begun), at(run.over))
            for run in self.runs
        }

    def _tick(self, tick):
        changed = True
        while changed:
            changed = False
            for run in self.runs:
                if run.begun is None and self._may_begin(run, tick):
                    run.begun = tick
                    changed = True
                elif self._may_end(run, tick):
                    run.over = tick
                    changed = True

    def _may_end(self, run, tick):
        under_way = run.begun is not None and run.over is None
        return under_way and tick >= run.own_end and not self._inside(run)

    def _inside(self, outer):
        return [
            run
            for run in self.runs
            if run.visit.id == outer.visit.id
            and run is not outer
            and outer.phase.start <= run.phase.start
            and run.phase.end <= outer.phase.end
            and run.over is None
        ]

    def _may_begin(self, run, tick):
        able = (
            at(tick) >= run.phase.start
            and all(self._follows(run, other, tick) for other in self._earlier(run))
            and all(self._is_free(run, claim, tick) for claim in run.visit.claims)
        )
        if not able:
            return False
        if run.ready is None:
            run.ready = tick
        return tick >= run.ready + run.dawdle

    def _earlier(self, run):
        mine = [r for r in self.runs if r.visit.id == run.visit.id and r is not run]
        return [
            r
            for r in mine
            if (r.phase.start, -minute(r.phase.end))
            < (run.phase.start, -minute(run.phase.end))
        ]

    def _follows(self, run, other, tick):
        if other.phase.end <= run.phase.start:
            return other.over is not None
        if other.begun is None:
            return False
        if run.phase.end <= other.phase.end:
            apart = minute(run.phase.start) - minute(other.phase.start)
            return tick >= other.begun + apart
        shared = minute(other.phase.end) - minute(run.phase.start)
        end = other.own_end if other.over is None else other.over
        return tick >= end - shared

    def _is_free(self, run, claim, tick):
        if claim.first != run.phase.position:
            return True
        lead = minute(run.phase.start) - minute(claim.start)
        for other in self.runs:
            for held in other.visit.claims:
                if (
                    held.last == other.phase.position
                    and held.resource_id == claim.resource_id
                    and held.start < claim.start
                ):
                    after = minute(held.end) - minute(other.phase.end)
                    if other.over is None or tick - lead < other.over + after:
                        return False
        return True


def so_far(seed, now, worst=30):
    """A day from a seed as it is on record at `now`, and its simulation."""
    chance = random.Random(seed)
    visits = small_day(chance)
    going = Simulation(visits, chance, worst).until(now)
    return [replace(v, went=going.went(v)) for v in visits], going
