"""Reasons that days of a search have no opening, and the opening without them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.explain import selectors as blocks
from scheduling.explain.day import Member
from scheduling.explain.minimal_sets import explain
from scheduling.explain.missing_resources import lack
from scheduling.explain.sentences import Rejection
from scheduling.explain.window import Window, Wished, window_grid
from scheduling.openings.calendars import Awaited
from scheduling.openings.candidates import Opening, search
from scheduling.openings.clinic_data import Reading
from scheduling.openings.search import ANY_TIME, Order, Wishes, find_openings
from scheduling.resources.kinds import CLINICIAN
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import VisitKind
from scheduling.visit_types.variation import USUAL, Variation

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """The arguments of a call of `find_openings`, by the same names."""

    clinic_id: int
    visit_type: int | str
    from_on: date
    to_on: date
    now: datetime
    patient_id: UUID | None = None
    clinician: int | None = None
    wishes: Wishes = ANY_TIME
    variation: Variation = USUAL
    prefer: frozenset[int] = frozenset()
    order: Order = "earliest"
    limit: int = 20
    read: Reading | None = None

    def but(self, **changes: Any) -> "Question":
        return replace(self, **changes)

    def openings(self) -> list[Opening]:
        """Raises Invalid as `find_openings` does."""
        names = self.__dataclass_fields__
        return find_openings(**{name: getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True)
class Explained:
    """The openings of a page, and its days without any. `zone` is the clinic's."""

    question: Question
    zone: ZoneInfo
    openings: Sequence[Opening]
    rejected: Sequence[Rejection]
    read: Reading = field(default_factory=Reading)

    @property
    def searched(self) -> Question:
        """The question, to be asked again of what was `read` for it."""
        return self.question.but(read=self.read)


def explain_openings(question: Question) -> Explained:
    """The openings, and why each day of the page has none.

    The days are those from the first, but today at the soonest, to the last; of a
    window that is over, the last alone. Where a page in order of time is full, only
    to its last opening's. Raises Invalid as `find_openings` does.
    """
    read = Reading()
    found = question.but(read=read).openings()
    kind = read.visit_kind(question.clinic_id, question.visit_type)
    have = {one.start.astimezone(kind.zone).date() for one in found}
    today = question.now.astimezone(kind.zone).date()
    if question.to_on < today:
        return Explained(question, kind.zone, [], [Rejection(question.to_on)], read)
    first = max(question.from_on, today)
    full = len(found) >= question.limit
    by_time = question.order == "earliest"
    last = max(have) if full and by_time else question.to_on
    days = [day for day in _days(first, last) if day not in have]
    # The tightest leave out days that have openings.
    sure = by_time or not full
    asked = question.but(read=read)
    rejected = list(_rejections(asked, kind, days, sure)) if days else []
    return Explained(question, kind.zone, found, rejected, read)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * _ONE_DAY


def _rejections(
    question: Question, kind: VisitKind, days: Sequence[date], sure: bool
) -> Iterator[Rejection]:
    """Days that have an opening after all are left out where that is not `sure`."""
    window = window_of(question, kind, days[0], days[-1])
    lacking = None
    for day in days:
        if lacking is None:
            scene = window.scene(day)
            if not sure and scene.first():
                continue
            finding = explain(scene)
            if finding:
                yield Rejection(day, finding)
                continue
            gone = blocks.retired(kind.clinic_id, window.plan.kinds)
            lacking = lack(window.plan, window.members, gone)
        yield Rejection(day, lack=lacking)


def window_of(question: Question, kind: VisitKind, first: date, last: date) -> Window:
    """These days with all that takes time in them; six statements."""
    plan = kind.varied(question.variation)
    read = question.read or Reading()
    members = members_of(kind, plan, read)
    look = Look(
        first, last, question.now, question.now + kind.minimum_lead, question.patient_id
    )
    wished = _wished(question, members)
    return read_window(kind, plan, members, look, wished, read)


def members_of(kind: VisitKind, plan: Plan, read: Reading) -> list[Member]:
    """Return the clinic's active resources of the kinds that the plan needs, by id."""
    return [
        Member(unit.ref, unit.capabilities, unit.shortest_cells)
        for unit in read.units(kind.clinic_id, plan.kinds)
    ]


@dataclass(frozen=True, slots=True)
class Look:
    """The local days to read, as they are `now`, and the patient.

    The visit `moving_id` and the hold `hold_id` count as taking no time, the `awaited`
    time as lost to absences already. Nothing starts before `soonest`.
    """

    first: date
    last: date
    now: datetime
    soonest: datetime
    patient_id: UUID | None = None
    moving_id: UUID | None = None
    hold_id: UUID | None = None
    awaited: Sequence[Awaited] = ()


def read_window(
    kind: VisitKind,
    plan: Plan,
    members: Sequence[Member],
    look: Look,
    wished: Wished,
    read: Reading,
) -> Window:
    """All that takes time in these days; five statements."""
    first, last = look.first, look.last
    grid = window_grid(plan, first, last, kind.zone)
    ids = [member.id for member in members]
    hours = read.rules(kind.clinic_id, ids, first - _ONE_DAY, last + 2 * _ONE_DAY)
    patient = look.patient_id if kind.in_person else None
    moving = look.moving_id
    busy = blocks.busy(ids, grid, now=look.now, moving_id=moving, hold_id=look.hold_id)
    return Window(
        plan=plan,
        members=tuple(members),
        zone=kind.zone,
        first=first,
        last=last,
        grid=grid,
        clinic=hours.clinic,
        own=hours.own,
        busy=blocks.with_awaited(busy, look.awaited, grid),
        patient=blocks.patient_busy(patient, grid, moving_id=moving) if patient else [],
        now=look.now,
        soonest=look.soonest,
        wished=wished,
        notes={} if hours.are_usual else blocks.notes(kind.clinic_id, grid, kind.zone),
    )


def _wished(question: Question, members: Sequence[Member]) -> Wished:
    wishes = question.wishes
    whole = Wishes(step_minutes=wishes.step_minutes)
    any_day = replace(wishes, weekdays=frozenset())
    day = question.from_on
    return Wished(
        times=any_day.cells_of(day)
        if (wishes.earliest or wishes.latest)
        else Wished().times,
        steps=whole.cells_of(day),
        weekdays=wishes.weekdays,
        others=frozenset(
            member.id
            for member in members
            if question.clinician is not None
            and member.ref.kind == CLINICIAN
            and member.id != question.clinician
        ),
        excluded=wishes.not_clinicians,
    )


def opening_without(rejected: Rejection) -> Opening | None:
    """The opening there would be without what is in the way; None for a lack."""
    finding = rejected.finding
    if finding is None:
        return None
    scene = finding.scene
    names = {member.id: member.ref for member in scene.members}
    calendars = scene.calendars(finding.blocks)
    start = 1 << finding.cell
    return next(search(scene.plan, calendars, scene.grid, start, names))
