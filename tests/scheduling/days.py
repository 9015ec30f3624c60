"""A generated world as a window to explain, and the same world with blocks gone."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from scheduling.explain.day import Member
from scheduling.explain.obstacles import Block, Cause
from scheduling.explain.window import Busy, Window, Wished, window_grid
from scheduling.openings.candidates import ResourceRef
from scheduling.timegrid.bitset import from_spans
from scheduling.timegrid.grid import DAY_CELLS
from tests.scheduling import oracle
from tests.scheduling.oracle import Rulebook, Thing
from tests.scheduling.worlds import World, schedule

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """What somebody asks of a world: its day, from `now` on, with these wishes."""

    made: World
    day: date
    weekdays: frozenset[int]
    first_minute: int
    last_minute: int
    left_out: frozenset[int]
    excluded: frozenset[int]
    patient: tuple[tuple[datetime, datetime], ...]

    @property
    def window(self) -> Window:
        made, day = self.made, self.day
        grid = window_grid(made.plan, day, day, made.zone)
        busy = [
            Busy(
                thing.id, grid.floor(start), grid.ceil(end), Cause.BOOKING, str(number)
            )
            for thing in made.things
            for number, (start, end) in enumerate(thing.busy)
        ]
        return Window(
            plan=made.plan,
            members=tuple(
                Member(ResourceRef(t.id, t.kind, f"number {t.id}"), t.skills)
                for t in made.things
            ),
            zone=made.zone,
            first=day,
            last=day,
            grid=grid,
            clinic=schedule(made.clinic),
            own={t.id: schedule(t.rules) for t in made.things},
            busy=sorted(busy, key=lambda row: row.start),
            patient=[(grid.floor(a), grid.ceil(b)) for a, b in self.patient],
            now=made.first,
            soonest=made.first,
            wished=Wished(
                times=self.times,
                weekdays=self.weekdays,
                others=self.left_out,
                excluded=self.excluded,
            ),
        )

    @property
    def times(self) -> int:
        cells = [(self.first_minute // 5, self.last_minute // 5)]
        return from_spans(cells, DAY_CELLS)


def asked(made: World, seed: int) -> Asked:
    """With some wishes, and another visit of the patient now and then."""
    rng = random.Random(seed)
    day = made.first.astimezone(made.zone).date()
    weekdays = rng.choice(
        [frozenset()] * 4
        + [frozenset({day.weekday()})]
        + [frozenset({(day.weekday() + 1) % 7})]
    )
    times = rng.choice([(0, 1440)] * 3 + [(480, 720), (0, 300)])
    ids = [thing.id for thing in made.things]
    out = frozenset(pk for pk in ids if rng.random() < 0.15)
    excluded = frozenset(pk for pk in ids if rng.random() < 0.1)
    start = made.first + timedelta(minutes=5 * rng.randrange(0, 200))
    length = timedelta(minutes=rng.choice([50, 50, 900]))
    patient = ((start, start + length),) if rng.random() < 0.3 else ()
    return Asked(made, day, weekdays, *times, out, excluded, patient)


class OpenOn(Rulebook):
    """The same rules, but for these local days: open all day."""

    def __init__(self, rules: Rulebook, days: frozenset[date]) -> None:
        super().__init__(rules.stretches, rules.exceptions, rules.always)
        object.__setattr__(self, "days", days)

    def _is_open(self, wall: datetime) -> bool:
        return wall.date() in self.days or super()._is_open(wall)  # type: ignore[attr-defined]


def starts_without(question: Asked, blocks: tuple[Block, ...]) -> list[datetime]:
    """What the naive oracle finds that day once exactly these blocks are gone."""
    made, zone = question.made, question.made.zone
    first = oracle.midnight(question.day, zone)
    last = oracle.midnight(question.day + ONE_DAY, zone)
    causes = {block.cause for block in blocks}
    if Cause.PAST not in causes:
        first = made.first.astimezone(UTC)
    unasked = question.weekdays and question.day.weekday() not in question.weekdays
    if unasked and Cause.WEEKDAY not in causes:
        return []
    things = [
        _thing(thing, blocks)
        for thing in made.things
        if (Cause.CLINICIAN in causes or thing.id not in question.left_out)
        and (Cause.EXCLUDED in causes or thing.id not in question.excluded)
    ]
    clinic = OpenOn(made.clinic, _days(blocks, None))
    found = oracle.starts(made.wants, things, clinic, zone, first, last)
    if Cause.TIME not in causes:
        found = [s for s in found if _is_timely(question, s)]
    gone = {block.start for block in blocks if block.cause is Cause.PATIENT}
    patient = [one for one in question.patient if one[0] not in gone]
    length = timedelta(minutes=made.plan.length_minutes + -made.plan.length_minutes % 5)
    return [s for s in found if not any(a < s + length and s < b for a, b in patient)]


def _thing(thing: Thing, blocks: tuple[Block, ...]) -> Thing:
    gone = {
        block.key
        for block in blocks
        if block.resource_id == thing.id and block.cause is Cause.BOOKING
    }
    busy = tuple(b for number, b in enumerate(thing.busy) if str(number) not in gone)
    return replace(thing, busy=busy, rules=OpenOn(thing.rules, _days(blocks, thing.id)))


def _days(blocks: tuple[Block, ...], resource_id: int | None) -> frozenset[date]:
    hours = {Cause.HOURS, Cause.CLOSED}
    return frozenset(
        block.on
        for block in blocks
        if block.on and block.cause in hours and block.resource_id == resource_id
    )


def _is_timely(question: Asked, start: datetime) -> bool:
    wall = start.astimezone(question.made.zone)
    minute = wall.hour * 60 + wall.minute
    return question.first_minute <= minute < question.last_minute
