"""Generated clinics: zones, hours, exceptions, busy time and visits, from a seed.

Each world is made twice, as the engine and as the oracle take it.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduling.openings.engine import Calendar
from scheduling.timegrid.bitset import from_spans
from scheduling.timegrid.grid import CELL, Grid
from scheduling.timegrid.opening_hours import DayException, Hours, Schedule, open_cells
from scheduling.visit_types.plan import NeedPlan, PhasePlan, Plan
from tests.scheduling.oracle import (
    Exceptional,
    Rulebook,
    Stretch,
    Thing,
    Want,
    midnight,
)

# A zone, and days on which its clocks change or its day crosses UTC midnight.
PLACES = [
    ("America/Chicago", date(2026, 3, 8)),
    ("America/Chicago", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Asia/Kolkata", date(2026, 6, 1)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
    ("Australia/Adelaide", date(2026, 4, 5)),
    ("Australia/Adelaide", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Chatham", date(2026, 4, 5)),
    ("Pacific/Chatham", date(2026, 9, 27)),
    ("America/St_Johns", date(2026, 3, 8)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Santiago", date(2026, 4, 5)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("Pacific/Auckland", date(2026, 9, 27)),
    ("Pacific/Honolulu", date(2026, 1, 1)),
    ("Pacific/Kiritimati", date(2026, 12, 31)),
    ("Asia/Tokyo", date(2026, 2, 28)),
    ("UTC", date(2026, 7, 1)),
]
KINDS = ("clinician", "room", "centrifuge")
SKILLS = ("c_arm", "paediatric")


@dataclass(frozen=True)
class World:
    """One generated clinic and visit; `first` … `last` is the window of starts."""

    zone: ZoneInfo
    first: datetime
    last: datetime
    plan: Plan
    wants: list[Want]
    things: list[Thing]
    clinic: Rulebook

    @property
    def grid(self) -> Grid:
        start = self.first - self.plan.lead_cells * CELL
        cells = (self.last - self.first) // CELL
        return Grid(start, self.plan.lead_cells + cells + self.plan.tail_cells)

    def calendars(self) -> list[Calendar]:
        clinic = schedule(self.clinic)
        return [self._calendar(thing, clinic) for thing in self.things]

    def _calendar(self, thing: Thing, clinic: Schedule) -> Calendar:
        grid = self.grid
        busy = [(grid.floor(start), grid.ceil(end)) for start, end in thing.busy]
        return Calendar(
            resource_id=thing.id,
            kind=thing.kind,
            capabilities=thing.skills,
            clear=grid.full & ~from_spans(busy, grid.cells),
            open=open_cells(clinic, schedule(thing.rules), grid, self.zone),
        )


def schedule(rules: Rulebook) -> Schedule:
    return Schedule(
        hours=tuple(
            Hours(s.weekday, s.start, s.end, s.valid_from, s.valid_to)
            for s in rules.stretches
        ),
        exceptions=tuple(
            DayException(e.on, e.closed, e.start, e.end) for e in rules.exceptions
        ),
        always_open=rules.always,
    )


def world(seed: int) -> World:
    rng = random.Random(seed)
    name, day = rng.choice(PLACES)
    zone = ZoneInfo(name)
    day += timedelta(days=rng.choice([0, 0, 0, -1, 1]))
    wants, plan = _visit(rng)
    first = midnight(day, zone)
    last = midnight(day + timedelta(days=1), zone)
    if rng.random() < 0.3:  # half a window, from some cell of the day
        first += CELL * rng.randrange(0, 200)
    return World(
        zone=zone,
        first=first,
        last=last,
        plan=plan,
        wants=wants,
        things=[_thing(rng, number, day, first) for number in range(rng.randint(1, 5))],
        clinic=_rules(rng, day, always=rng.random() < 0.1, generous=True),
    )


def _visit(rng: random.Random) -> tuple[list[Want], Plan]:
    wants: list[Want] = []
    needs: list[NeedPlan] = []
    phases: list[PhasePlan] = []
    for number in range(1, rng.randint(1, 3) + 1):
        start = 0 if number == 1 else rng.choice([0, 10, 20, 25, 33, 60])
        phase = PhasePlan(
            number, f"phase {number}", start, rng.choice([5, 12, 20, 45, 90])
        )
        phases.append(phase)
        _add_need(rng, number, phase, wants, needs)
    return wants, Plan(tuple(phases), tuple(needs))


def _add_need(
    rng: random.Random,
    number: int,
    phase: PhasePlan,
    wants: list[Want],
    needs: list[NeedPlan],
) -> None:
    kinds = frozenset(rng.sample(KINDS, rng.choice([1, 1, 2])))
    skills = frozenset(rng.sample(SKILLS, rng.choice([0, 0, 0, 1])))
    count, group = rng.choice([1, 1, 1, 2]), number
    if needs and rng.random() < 0.4:
        count, group = needs[-1].count, needs[-1].group
        kinds |= needs[-1].kinds
    before, after = rng.choice([0, 0, 5, 12]), rng.choice([0, 0, 10, 13])
    needs.append(NeedPlan(number, phase, kinds, skills, count, group, before, after))
    end = phase.end_minutes
    wants.append(
        Want(phase.offset_minutes, end, kinds, skills, count, group, before, after)
    )


def _thing(rng: random.Random, number: int, day: date, first: datetime) -> Thing:
    always = rng.random() < 0.6
    return Thing(
        id=number + 1,
        kind=rng.choice(KINDS),
        skills=frozenset(rng.sample(SKILLS, rng.randint(0, 2))),
        rules=_rules(rng, day, always=always, generous=False),
        busy=tuple(_busy(rng, first) for _ in range(rng.randint(0, 4))),
    )


def _busy(rng: random.Random, first: datetime) -> tuple[datetime, datetime]:
    start = first + timedelta(minutes=rng.randrange(-120, 24 * 60))
    if rng.random() < 0.7:
        start -= timedelta(minutes=start.minute % 5)
    start += timedelta(seconds=rng.choice([0, 0, 0, 30]))
    return start.astimezone(UTC), start + timedelta(
        minutes=rng.choice([5, 15, 33, 120])
    )


def _rules(rng: random.Random, day: date, *, always: bool, generous: bool) -> Rulebook:
    stretches = [] if always else _stretches(rng, day, generous)
    exceptions = [_exception(rng, day) for _ in range(rng.choice([0, 0, 1, 2]))]
    return Rulebook(tuple(stretches), tuple(exceptions), always)


def _stretches(rng: random.Random, day: date, generous: bool) -> list[Stretch]:
    if generous and rng.random() < 0.5:
        return [Stretch(weekday, 0, 1440) for weekday in range(7)]
    found = []
    for weekday in range(7):
        start = rng.choice([0, 60, 90, 122, 420, 540])
        middle = start + rng.choice([60, 180, 301])
        found.append(Stretch(weekday, start, middle, *_validity(rng, day)))
        if rng.random() < 0.7:  # a split shift
            end = rng.choice([17 * 60, 1020 + 3, 1440])
            found.append(Stretch(weekday, middle + rng.choice([5, 60]), end))
    return found


def _validity(rng: random.Random, day: date) -> tuple[date | None, date | None]:
    one = timedelta(days=1)
    return rng.choice(
        [(None, None)] * 4
        + [(day, None), (None, day), (day + one, None), (None, day - one)]
    )


def _exception(rng: random.Random, day: date) -> Exceptional:
    on = day + timedelta(days=rng.choice([0, 0, 0, 1]))
    if rng.random() < 0.2:
        return Exceptional(on, rng.random() < 0.5, 0, 1440)
    start = rng.choice([0, 60, 118, 600, 780])
    return Exceptional(on, rng.random() < 0.6, start, start + rng.choice([30, 47, 240]))
