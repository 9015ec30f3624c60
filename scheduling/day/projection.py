"""Projection of the rest of a day, from its plan and what was recorded so far.

A projection is only told, never written: nothing is booked anew because of it. The
rules, in words:

* A phase begins no earlier than planned, and one that has not begun, not before now.
* A visit begins no earlier than its patient says they come.
* Within its visit it waits for the end of each phase planned to be over before it;
  it keeps its distance from the beginning of a stay around it; and it overlaps what
  it was planned to overlap by no more than planned.
* It waits until each of its resources is free: claims keep the order of the plan,
  and buffers count. Who holds a resource already is never sent away.
* A phase under way lasts as long as planned from when it began, or until now. A
  stay lasts until everything planned inside it is over.
* A phase without a record that a later one has overtaken is taken for done.
* A visit that should be over and of which nothing is on record is no longer expected,
  unless its patient is here, or it comes after a visit under way on a resource that
  this one still has or needs, or after one that waits so itself.

Holds and absences move nobody: `overruns.runs_into` tells who would
run into one.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from operator import attrgetter
from uuid import UUID

from scheduling.day.turns import awaited

NOTICEABLE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


class State(Enum):
    """State of a phase; PASSED is over without having been recorded."""

    TO_COME = "to-come"
    UNDER_WAY = "under-way"
    DONE = "done"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """[start, end) as booked."""

    position: int
    name: str
    start: datetime
    end: datetime

    def is_over_before(self, other: "PlannedPhase") -> bool:
        return self.end <= other.start

    def encloses(self, other: "PlannedPhase") -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class PlannedClaim:
    """[start, end) of one resource, buffers included, from phase `first` to `last`.

    Both are positions; they differ where one claim serves several phases in a row.
    """

    resource_id: int
    start: datetime
    end: datetime
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Went:
    """A phase as it was recorded; `ended` is None while it goes on."""

    started: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit of the day, and what is on record of its phases by position.

    `over_at` is when the visit was closed: nothing of it is to come. `is_here`: its
    patient has arrived. `comes_at`: when a patient who is late says they come.
    """

    id: UUID
    phases: tuple[PlannedPhase, ...]
    claims: tuple[PlannedClaim, ...] = ()
    went: Mapping[int, Went] = field(default_factory=dict)
    over_at: datetime | None = None
    is_here: bool = False
    comes_at: datetime | None = None

    @property
    def start(self) -> datetime:
        return min(phase.start for phase in self.phases)


@dataclass(frozen=True, slots=True)
class Cause:
    """Reason a phase is late.

    "waits": for `resource_id` until `until`. "late": `phase` of the same visit began
    late or takes longer, until `until`. "not-begun": `phase` should have begun.
    "patient-late": the patient says they come at `until`.
    """

    code: str
    phase: str
    until: datetime
    resource_id: int | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """A phase as it went or is expected to go: [start, end)."""

    planned: PlannedPhase
    state: State
    start: datetime
    end: datetime
    cause: Cause | None

    @property
    def delay(self) -> timedelta:
        """Time by which it begins later than planned; never negative."""
        return max(timedelta(0), self.start - self.planned.start)

    @property
    def overrun(self) -> timedelta:
        """Time by which it ends later than planned; never negative."""
        return max(timedelta(0), self.end - self.planned.end)

    @property
    def is_late_to_come(self) -> bool:
        """True if it has not begun, and will noticeably later than planned."""
        return self.state is State.TO_COME and self.delay >= NOTICEABLE

    @property
    def overruns(self) -> bool:
        """True if it goes on noticeably longer than planned."""
        return self.state is State.UNDER_WAY and self.overrun >= NOTICEABLE


@dataclass(frozen=True, slots=True)
class ExpectedVisit:
    id: UUID
    phases: tuple[Expected, ...]

    @property
    def delay(self) -> timedelta:
        """The most that what is left of the visit is late."""
        return max((_lateness(p) for p in self.phases), default=timedelta(0))


@dataclass(frozen=True, slots=True)
class Affected:
    """A visit that runs late from `expected.start` on (its end, if `ends`)."""

    visit_id: UUID
    expected: Expected
    delay: timedelta
    cause: Cause

    @property
    def ends(self) -> bool:
        """True if only the end of a phase under way is late."""
        return self.expected.state is State.UNDER_WAY


@dataclass(frozen=True, slots=True)
class Projection:
    """Every visit as expected, in the order given, and who is affected, by time."""

    visits: tuple[ExpectedVisit, ...]
    affected: tuple[Affected, ...]


def project(visits: Iterable[PlannedVisit], now: datetime) -> Projection:
    """The day as expected at `now`; all instants are aware."""
    day = _Day(list(visits), now)
    expected = tuple(day.expected())
    found = [late for visit in expected if (late := _affected(visit))]
    return Projection(expected, tuple(sorted(found, key=_when)))


def whole_minutes(length: timedelta) -> int:
    return length // MINUTE


def _lateness(phase: Expected) -> timedelta:
    if phase.state is State.TO_COME:
        return max(phase.delay, phase.overrun)
    return phase.overrun if phase.state is State.UNDER_WAY else timedelta(0)


def _affected(visit: ExpectedVisit) -> Affected | None:
    """Return how the visit is late; None if it is not, noticeably.

    The first phase to come that is late counts, else one under way that overruns.
    """
    for phase in visit.phases:
        if phase.is_late_to_come:
            assert phase.cause is not None, "what is late waits for something"
            return Affected(visit.id, phase, visit.delay, phase.cause)
    for phase in visit.phases:
        if phase.overruns:
            return Affected(visit.id, phase, visit.delay, _itself(phase))
    return None


def _itself(phase: Expected) -> Cause:
    return Cause("late", phase.planned.name, phase.end)


def _when(late: Affected) -> tuple[datetime, UUID]:
    return late.expected.planned.start, late.visit_id


@dataclass(slots=True)
class _Step:
    """One phase while the day is laid out; `end` is `own_end`, stretched."""

    visit: PlannedVisit
    phase: PlannedPhase
    state: State
    start: datetime
    own_end: datetime
    end: datetime
    cause: Cause | None = None


_BEGUN = frozenset({State.UNDER_WAY, State.DONE})
_OVER = frozenset({State.DONE, State.PASSED})
# The earliest an obstacle allows, and what it is.
_Bound = tuple[datetime, Cause]


class _Day:
    """Lays out the phases of a day in the order of the plan.

    That order is enough: whatever a phase waits for was planned to begin before it.
    """

    def __init__(self, visits: list[PlannedVisit], now: datetime) -> None:
        self.visits, self.now = visits, now
        self.steps: dict[UUID, dict[int, _Step]] = {
            visit.id: {p.position: self._known(visit, p) for p in _in_order(visit)}
            for visit in visits
        }
        self.claims: dict[int, list[tuple[datetime, _Step, _Step, PlannedClaim]]] = (
            defaultdict(list)
        )
        for visit in visits:
            self._note_claims(visit)
        for claims in self.claims.values():
            claims.sort(key=lambda claim: (claim[0], claim[1].visit.id))
        self._drop_missed()

    def expected(self) -> Iterator[ExpectedVisit]:
        steps = [s for of_visit in self.steps.values() for s in of_visit.values()]
        for step in sorted(steps, key=lambda s: (s.phase.start, s.visit.id)):
            if step.state is State.TO_COME:
                self._lay(step)
            self._stretch(step)
        for visit in self.visits:
            yield ExpectedVisit(
                visit.id, tuple(map(_told, self.steps[visit.id].values()))
            )

    def _known(self, visit: PlannedVisit, phase: PlannedPhase) -> _Step:
        """Return the phase as it is on record; what is not is as planned for now."""
        went = visit.went.get(phase.position)
        if went is None:
            over = visit.over_at is not None or _is_overtaken(visit, phase)
            state = State.PASSED if over else State.TO_COME
            return _Step(visit, phase, state, phase.start, phase.end, phase.end)
        ended = went.ended or visit.over_at
        if ended is not None:
            ended = max(ended, went.started)
            return _Step(visit, phase, State.DONE, went.started, ended, ended)
        end = max(went.started + (phase.end - phase.start), self.now)
        return _Step(visit, phase, State.UNDER_WAY, went.started, end, end)

    def _drop_missed(self) -> None:
        """Mark visits that should be over as passed.

        Those that are here, on record, or only kept waiting are still expected.
        """
        queues = [
            [(last.visit.id, last.state not in _OVER) for _, _, last, _ in claims]
            for claims in self.claims.values()
        ]
        kept = awaited((v.id for v in self.visits if v.is_here or v.went), queues)
        for visit in self.visits:
            is_late = max(phase.end for phase in visit.phases) <= self.now
            for step in self.steps[visit.id].values():
                if is_late and visit.id not in kept:
                    step.state = State.PASSED

    def _note_claims(self, visit: PlannedVisit) -> None:
        steps = self.steps[visit.id]
        for claim in visit.claims:
            found = (claim.start, steps[claim.first], steps[claim.last], claim)
            self.claims[claim.resource_id].append(found)

    def _lay(self, step: _Step) -> None:
        begin, cause = step.phase.start, None
        for earliest, why in self._bounds(step):
            if earliest > begin:
                begin, cause = earliest, why
        step.start, step.cause = begin, cause
        step.end = step.own_end = begin + (step.phase.end - step.phase.start)

    def _bounds(self, step: _Step) -> Iterator[_Bound]:
        yield from self._of_visit(step)
        yield from self._of_resources(step)
        comes_at = step.visit.comes_at
        if comes_at is not None and step.phase.start == step.visit.start:
            yield comes_at, Cause("patient-late", step.phase.name, comes_at)
        yield self.now, Cause("not-begun", step.phase.name, self.now)

    def _of_visit(self, step: _Step) -> Iterator[_Bound]:
        # The nearest first: of two that would say the same, it is the better reason.
        for earlier in reversed(list(self._before(step))):
            cause = earlier.cause or _reason(earlier)
            if earlier.phase.is_over_before(step.phase):
                yield earlier.end, cause
            elif earlier.phase.encloses(step.phase):
                apart = step.phase.start - earlier.phase.start
                yield earlier.start + apart, cause
            else:
                shared = earlier.phase.end - step.phase.start
                yield earlier.own_end - shared, cause

    def _before(self, step: _Step) -> Iterator[_Step]:
        for other in self.steps[step.visit.id].values():
            if other is step:
                return
            if other.state is not State.PASSED:
                yield other

    def _of_resources(self, step: _Step) -> Iterator[_Bound]:
        for claim in step.visit.claims:
            if claim.first == step.phase.position:
                free_at = self._free_at(claim, step)
                lead = step.phase.start - claim.start
                if free_at is not None:
                    cause = Cause(
                        "waits", step.phase.name, free_at, resource_id=claim.resource_id
                    )
                    yield free_at + lead, cause

    def _free_at(self, claim: PlannedClaim, step: _Step) -> datetime | None:
        """Return when all who come before are done with the resource.

        Buffers are included; None where nobody comes before.
        """
        claims = self.claims[claim.resource_id]
        place = bisect_left(claims, claim.start, key=lambda other: other[0])
        before = [
            last.end + (held.end - last.phase.end)
            for _, _, last, held in claims[:place]
            if last.state is not State.PASSED
        ]
        # Planned later, but has the resource now: its own length counts, as what is
        # inside that stay is not laid out yet.
        before += [
            last.own_end + (held.end - last.phase.end)
            for _, first, last, held in claims[place:]
            if first is not step and first.state in _BEGUN
        ]
        return max(before, default=None)

    def _stretch(self, inner: _Step) -> None:
        """A stay that is not over lasts until what lies in it is."""
        if inner.state in _OVER:
            return
        for outer in self.steps[inner.visit.id].values():
            lasts = outer.state in {State.TO_COME, State.UNDER_WAY}
            if outer is not inner and lasts and outer.phase.encloses(inner.phase):
                outer.end = max(outer.end, inner.end)


def _in_order(visit: PlannedVisit) -> list[PlannedPhase]:
    """Return the visit's phases by start; a stay comes before what lies in it."""
    by_end = sorted(visit.phases, key=attrgetter("end"), reverse=True)
    return sorted(by_end, key=attrgetter("start"))


def _is_overtaken(visit: PlannedVisit, phase: PlannedPhase) -> bool:
    for other in visit.phases:
        went = visit.went.get(other.position)
        if went is None:
            continue
        if phase.is_over_before(other):
            return True
        if went.ended and other.encloses(phase):
            return True
    return False


def _reason(step: _Step) -> Cause:
    return Cause("late", step.phase.name, step.end)


def _told(step: _Step) -> Expected:
    return Expected(step.phase, step.state, step.start, step.end, step.cause)
