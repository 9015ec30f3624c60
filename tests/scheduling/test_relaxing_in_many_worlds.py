"""What would help, in small invented clinics: two ways to ask where there are two, and
the changed question really answers what each of them says."""

import random
from datetime import date, time, timedelta

import pytest

from scheduling import selectors
from scheduling.explain.relaxations import changed
from scheduling.setup import services as setup
from scheduling.timegrid.reach import furthest_day
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY
from tests.scheduling.asking import absent, ask, at_clock, start_when_gone

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 1)
ONE_DAY = timedelta(days=1)
A_YEAR = timedelta(days=369)
# Windows as people ask for them, and as nobody should: days from today.
WINDOWS = [(0, 0), (1, 1), (0, 4), (5, 6), (2, 22), (-9, -3), (-40, 2), (0, 369)]
FAR = [(900, 901), (1800, 1825), (-3000, -2990)]
NOTICES = [0, 60, 48 * 60, 30 * 24 * 60]
STRETCHES = [(time(8), time(17)), (time(9), time(10)), (time(13), time(16, 30))]


def clinic(dice):
    """One or two clinicians, few hours, some closed days, somebody away for long."""
    at = make.practice(
        {"clinician": dice.choice([1, 2]), "ultrasound": 1},
        hours=some_hours(dice),
        ship=False,
    )
    needs = (NeedSpec(("clinician",)), NeedSpec(("ultrasound",)))
    phase = PhaseSpec("Visit", 0, dice.choice([15, 40, 90]), needs)
    lead = dice.choice(NOTICES)
    make.visit_type(at.clinic, phase, minimum_lead_minutes=lead)
    for day in dice.sample(range(1, 12), k=3):
        close(at, TODAY + day * ONE_DAY)
    for resources in at.by_kind.values():
        away(dice, dice.choice(resources))
    return at


def some_hours(dice):
    days = dice.sample(range(7), k=dice.choice([1, 3, 5]))
    return {day: [dice.choice(STRETCHES)] for day in days}


def close(at, day):
    setup.add_exception(
        clinic_id=at.clinic.pk, kind="closed", applies_on=day, by=BY, now=NOW
    )


def away(dice, resource):
    days = dice.choice([0, 0, 1, 4, 25])
    if days:
        absent(resource, at_clock(0), at_clock(0) + days * ONE_DAY)


def question(dice, at):
    first, last = dice.choice([*WINDOWS, *WINDOWS, *FAR])
    order = "earliest" if last - first > 90 else dice.choice(["earliest", "tightest"])
    return {
        "first": TODAY + first * ONE_DAY,
        "last": TODAY + last * ONE_DAY,
        "clinician": dice.choice([None, None, at.one("clinician").pk]),
        "wishes": wishes(dice),
        "order": order,
        "limit": dice.choice([1, 3, 20, 500]),
    }


def wishes(dice):
    earliest = dice.choice([None, None, time(9, 30), time(16, 45)])
    weekdays = dice.choice([(), (), (0,), (2, 6)])
    return selectors.Wishes(earliest=earliest, weekdays=frozenset(weekdays))


def days_to_come(explained):
    """Days with openings, whatever was wished for, after those that the page shows, in
    a year."""
    asked, zone = explained.question, explained.zone
    shown = [one.start.astimezone(zone).date() for one in explained.openings]
    first = max([TODAY, *(day + ONE_DAY for day in shown)])
    last = min(first + A_YEAR, furthest_day(asked.now, zone))
    if last < first:
        return set()
    later = asked.but(from_on=first, to_on=last, order="earliest", limit=300)
    later = later.but(clinician=None, wishes=selectors.Wishes())
    return {one.start.astimezone(zone).date() for one in later.openings()}


def first_yielded(way, explained):
    """The start that is had first by changing what it says."""
    if way.rejected:
        return start_when_gone(way)
    return changed(explained.question, way.change).openings()[0].start


def rejecting(seed):
    """Questions to one clinic that some day has no opening for."""
    dice = random.Random(seed)
    at = clinic(dice)
    asked = [ask(at, "visit", **question(dice, at)) for _ in range(5)]
    return [explained for explained in asked if explained.rejected]


@pytest.mark.parametrize("seed", range(30))
def test_two_ways_to_ask_wherever_there_are_two_and_each_yields_what_it_says(seed):
    for explained in rejecting(seed):
        found = selectors.relaxations(explained)
        links = [dict(way.change) for way in found if not way.rejected]

        assert [way.first.start for way in found] == [
            first_yielded(way, explained) for way in found
        ]
        assert all(links.count(link) == 1 for link in links)
        assert len(links) >= 2 or len(days_to_come(explained)) < 2
        assert len(found) <= len(links) + 2


def test_the_invented_clinics_need_every_kind_of_way():
    codes = {
        way.code
        for seed in range(12)
        for explained in rejecting(seed)
        for way in selectors.relaxations(explained)
    }

    assert codes >= {"later", "earlier", "freed", "other-days", "any-time"}
    assert any(code.endswith("-later") for code in codes)
    assert any(code.endswith("-other-days") for code in codes)
