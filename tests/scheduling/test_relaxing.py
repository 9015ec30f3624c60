"""What would help: two ways at least, and each yields what it says."""

from datetime import date, time

import pytest

from scheduling import selectors
from scheduling.selectors.relaxing import changed, is_sooner
from tests.scheduling.asking import SUNDAY, ask, busy_clinic, ways

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
            assert_yields_when_gone(way)
        else:
            again = changed(explained.question, way.change).openings()
            assert again[0] == way.first, way.code


def assert_yields_when_gone(way):
    finding = way.rejected.finding
    cell, _ = finding.scene.first(finding.blocks)
    assert finding.scene.grid.instant(cell) == way.first.start


def test_where_there_are_openings_the_sooner_ones_are_offered():
    at = busy_clinic()

    explained = ask(at, "bmc-ultrasound", last=date(2026, 9, 4), limit=200)

    assert explained.openings[0].start.date() == date(2026, 9, 3)
    assert ways(explained) == [
        "If centrifuge 1 were free on Wed 2 Sep, 08:00",
        "Until Mon 14 Sep: first on Mon 7 Sep, 08:00",
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
    assert len(others) == 1
    assert not is_sooner(others[0], explained)


def test_what_a_full_page_would_not_show_is_not_offered():
    at = busy_clinic()

    explained = ask(at, "bmc-ultrasound", last=date(2026, 9, 4), limit=5)

    assert ways(explained) == ["If centrifuge 1 were free on Wed 2 Sep, 08:00"]
