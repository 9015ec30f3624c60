"""What would help: two ways at least, and each yields what it says."""

from datetime import date, time, timedelta

import pytest

from scheduling import selectors
from scheduling.explain.relaxations import changed, is_sooner
from tests.factories import scheduling as make
from tests.scheduling.asking import (
    SUNDAY,
    absent,
    ask,
    at_clock,
    busy_clinic,
    start_when_gone,
    ways,
)

SATURDAY = SUNDAY - timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"wishes": selectors.Wishes(earliest=time(16, 40))},
        {"wishes": selectors.Wishes(weekdays=frozenset({6}), latest=time(9))},
        {"clinician": True, "last": date(2026, 9, 4)},
        {"clinician": True, "wishes": selectors.Wishes(weekdays=frozenset({1}))},
        {"first": SUNDAY, "last": SUNDAY},
    ],
)
def test_two_ways_at_least_and_each_yields_its_first_opening(asked):
    at = busy_clinic()
    if asked.get("clinician"):
        asked = asked | {"clinician": at.one("clinician").pk}

    explained = ask(at, "bmc-ultrasound", **asked)

    found = selectors.relaxations(explained)
    assert explained.openings == []
    assert len(found) >= 2
    for way in found:
        if way.rejected:
            assert way.first.start == start_when_gone(way)
        else:
            again = changed(explained.question, way.change).openings()
            assert again[0] == way.first, way.code


def test_where_there_are_openings_the_sooner_ones_are_offered():
    at = busy_clinic()

    explained = ask(at, "bmc-ultrasound", last=date(2026, 9, 4), limit=200)

    assert explained.openings[0].start.date() == date(2026, 9, 3)
    assert ways(explained) == [
        "If centrifuge 1 were free on Wed 2 Sep, 08:00",
        "From Mon 7 Sep until Mon 14 Sep: first on Mon 7 Sep, 08:00",
        "From Tue 8 Sep until Tue 15 Sep: first on Tue 8 Sep, 08:00",
    ]


def test_a_day_after_the_first_opening_is_no_way_to_come_sooner():
    at = busy_clinic()

    explained = ask(at, "bmc-ultrasound", last=date(2026, 9, 6), limit=200)

    first, *others = selectors.relaxations(explained)
    assert [one.day.isoformat() for one in explained.rejected] == [
        "2026-09-02",
        "2026-09-05",
        "2026-09-06",
    ]
    assert is_sooner(first, explained)
    assert first.rejected.day == date(2026, 9, 2)
    assert len(others) == 2
    assert not any(is_sooner(way, explained) for way in others)


def test_after_a_full_page_the_days_that_follow_it_are_offered():
    at = busy_clinic()

    explained = ask(at, "bmc-ultrasound", last=date(2026, 9, 4), limit=5)

    assert ways(explained) == [
        "If centrifuge 1 were free on Wed 2 Sep, 08:00",
        "From Fri 4 Sep until Fri 11 Sep: first on Fri 4 Sep, 08:00",
        "From Mon 7 Sep until Mon 14 Sep: first on Mon 7 Sep, 08:00",
    ]


def test_where_only_notice_is_short_two_later_days_are_offered_beside_openings():
    at = make.practice({"clinician": 1}, ship=False)
    make.visit_type(at.clinic, minimum_lead_minutes=24 * 60)

    explained = ask(at, "visit", first=date(2026, 9, 1), last=SUNDAY, limit=5)

    assert [one.day for one in explained.rejected] == [date(2026, 9, 1)]
    assert ways(explained) == [
        "From Thu 3 Sep until Thu 10 Sep: first on Thu 3 Sep, 08:00",
        "From Fri 4 Sep until Fri 11 Sep: first on Fri 4 Sep, 08:00",
    ]


def test_other_days_are_looked_for_as_far_as_visits_are_booked():
    at = make.practice({"clinician": 1}, ship=False)
    make.visit_type(at.clinic)
    since = at_clock(0) - timedelta(days=1)
    absent(at.one("clinician"), since, since + timedelta(days=400), "leave")

    explained = ask(at, "visit")

    assert ways(explained) == [
        "From Wed 6 Oct until Wed 13 Oct: first on Wed 6 Oct, 08:00",
        "From Thu 7 Oct until Thu 14 Oct: first on Thu 7 Oct, 08:00",
        "If clinician 1 were free on Wed 2 Sep, 08:00",
    ]


def test_what_only_others_can_do_away_with_counts_for_no_way_to_ask():
    """Nothing in the question opens the clinic, or ends a leave."""
    at = busy_clinic()

    explained = ask(at, "bmc-ultrasound", first=SATURDAY, last=SUNDAY)

    assert ways(explained) == [
        "From Tue 1 Sep: first on Tue 1 Sep, 10:00",
        "Until Mon 14 Sep: first on Mon 7 Sep, 08:00",
        "If the clinic were open on Sat 5 Sep, 08:00",
        "If the clinic were open on Sun 6 Sep, 08:00",
    ]


def test_a_wish_dropped_is_not_offered_again_with_a_later_day():
    """Its first opening would be the earlier one."""
    at = make.practice({"clinician": 1}, hours={2: [(time(8), time(10))]}, ship=False)
    make.visit_type(at.clinic)
    afternoon = selectors.Wishes(earliest=time(12))

    explained = ask(at, "visit", wishes=afternoon)

    assert ways(explained) == [
        "Any time of day: first on Wed 2 Sep, 08:00",
        "Any time of day, from Wed 9 Sep until Wed 16 Sep: first on Wed 9 Sep, 08:00",
    ]
