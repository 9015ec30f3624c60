"""Loads the demo: the clinic, the cases C1, C3 and C6, and a lively clinic around."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.db import unit_of_work
from demo import c1, c3, c6, people, surroundings
from demo.cases import load, weeks_since
from demo.people import DemoClinic
from demo.timeline import Timeline
from notifications.selectors.due import next_due
from notifications.services import sending

# The clinic opens before the first call of the first case.
BEFORE_THE_CASES = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class Seeded:
    """The loaded demo; `keys` are the API keys, shown once."""

    world: DemoClinic
    steps: int
    keys: dict[str, str]


def seed(now: datetime) -> Seeded:
    """Load the demo as of `now`; what lies after `now` is left to happen."""
    world = unit_of_work(lambda: people.open_clinic(now=now - BEFORE_THE_CASES))
    timeline = Timeline()
    case = load("C1")
    weeks = weeks_since(now.astimezone(case.zone).date())
    c1.stage(world, timeline, load("C1", weeks))
    c3.stage(world, timeline, load("C3", weeks))
    c6.stage(world, timeline, load("C6", weeks))
    surroundings.stage(world, timeline, now, case.zone)
    steps = timeline.play(deliver, until=now)
    return Seeded(world, steps, new_keys(world, now))


def seed_empty(now: datetime) -> Seeded:
    """Load the clinic alone, with its staff and rooms and no patient."""
    world = unit_of_work(lambda: people.open_clinic(now=now - BEFORE_THE_CASES))
    return Seeded(world, 0, new_keys(world, now))


def new_keys(world: DemoClinic, now: datetime) -> dict[str, str]:
    return unit_of_work(lambda: people.give_keys(world, now=now))


def deliver(until: datetime) -> None:
    """Send what fell due, each message at its own time."""
    at = next_due(until)
    while at is not None:
        sending.send_due(as_of=at)
        at = next_due(until, after=at)
