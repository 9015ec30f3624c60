"""Whom an opening suits, why not others, and in which order they are asked."""

from datetime import date, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.waitlist.fit import (
    Place,
    Unsuited,
    Waiting,
    Wishes,
    against,
    fair_order,
    faults,
    lasts,
    why_nobody,
)

ZONE = ZoneInfo("America/Chicago")
# Tuesday, ten o'clock in Houston; the opening is on Thursday at nine.
NOW = datetime(2026, 9, 1, 10, tzinfo=ZONE)
THURSDAY = datetime(2026, 9, 3, 9, tzinfo=ZONE)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def waits(key="a", **fields):
    usual = {
        "visit_type": "consultation",
        "since": NOW - DAY,
        "valid_from_on": date(2026, 9, 1),
        "valid_to_on": date(2026, 9, 30),
    }
    return Waiting(id=key, **(usual | fields))


def place(start=THURSDAY, clinicians=(7,), visit_type="consultation"):
    return Place(
        visit_type=visit_type, start=start, zone=ZONE, clinicians=frozenset(clinicians)
    )


def codes(entry, at=None):
    return [reason.code for reason in against(entry, at or place(), NOW)]


def wishing(**wishes):
    return waits(wishes=Wishes(**wishes))


def test_an_opening_suits_who_wishes_for_nothing_else():
    assert codes(waits()) == []


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (waits(visit_type="follow-up"), "visit-type"),
        (waits(minimum_notice=2 * DAY), "notice"),
        (waits(valid_from_on=date(2026, 9, 4)), "too-early"),
        (waits(valid_to_on=date(2026, 9, 2)), "too-late"),
        (waits(own_start=THURSDAY), "not-sooner"),
        (waits(own_start=THURSDAY - HOUR), "not-sooner"),
        (wishing(weekdays=frozenset({0, 4})), "weekday"),
        (wishing(earliest=time(9, 5)), "time"),
        (wishing(latest=time(8, 55)), "time"),
        (wishing(clinicians=frozenset({8})), "clinician"),
        (wishing(not_clinicians=frozenset({7})), "clinician"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_thing_that_speaks_against_it_is_named(entry, code):
    assert codes(entry) == [code]


@pytest.mark.parametrize(
    "entry",
    [
        waits(minimum_notice=THURSDAY - NOW),
        waits(valid_from_on=date(2026, 9, 3), valid_to_on=date(2026, 9, 3)),
        waits(own_start=THURSDAY + HOUR),
        wishing(weekdays=frozenset({3})),
        wishing(earliest=time(9), latest=time(9)),
        wishing(clinicians=frozenset({7, 8})),
        wishing(not_clinicians=frozenset({8})),
    ],
)
def test_the_very_edge_of_a_wish_still_suits(entry):
    assert codes(entry) == []


def test_several_things_are_all_named():
    entry = waits(minimum_notice=7 * DAY, wishes=Wishes(weekdays=frozenset({0})))

    assert codes(entry) == ["notice", "weekday"]


@pytest.mark.parametrize(
    ("needs", "start", "text"),
    [
        (7 * DAY, NOW + 2 * DAY, "Needs 7 days’ notice; this is in 2."),
        (3 * DAY, NOW + 5 * HOUR, "Needs 3 days’ notice; this is in 5 hours."),
        (24 * HOUR, NOW + 20 * HOUR, "Needs 24 hours’ notice; this is in 20."),
        (HOUR, NOW + HOUR / 2, "Needs 1 hour’s notice; this is in 30 minutes."),
    ],
)
def test_too_short_a_notice_is_said_in_words(needs, start, text):
    (reason,) = against(waits(minimum_notice=needs), place(start), NOW)

    assert reason.text == text


def test_wishes_are_read_on_the_clinics_wall_clock():
    evening = datetime(2026, 9, 3, 20, tzinfo=ZONE)  # Friday in UTC

    assert codes(wishing(weekdays=frozenset({3})), place(evening)) == []
    assert codes(wishing(weekdays=frozenset({4})), place(evening)) == ["weekday"]


def test_who_was_never_offered_anything_is_asked_first_the_longest_waiting_before():
    entries = [
        waits("long", since=NOW - 9 * DAY),
        waits("short", since=NOW - DAY),
        waits("offered long ago", since=NOW - 20 * DAY, last_offered_at=NOW - 8 * DAY),
        waits("offered lately", since=NOW - 30 * DAY, last_offered_at=NOW - DAY),
    ]

    for shuffled in permutations(entries):
        assert [entry.id for entry in fair_order(shuffled)] == [
            "long",
            "short",
            "offered long ago",
            "offered lately",
        ]


moments = st.integers(0, 5).map(lambda hours: NOW - hours * HOUR)


@given(
    st.lists(
        st.builds(
            lambda key, since, last: waits(key, since=since, last_offered_at=last),
            st.text("abc", min_size=1, max_size=3),
            moments,
            st.none() | moments,
        ),
        unique_by=lambda entry: entry.id,
    ),
    st.randoms(),
)
def test_the_order_does_not_depend_on_how_the_list_is_read(entries, random):
    shuffled = random.sample(entries, len(entries))

    assert fair_order(shuffled) == fair_order(entries)
    never = [entry.last_offered_at is None for entry in fair_order(entries)]
    assert never == sorted(never, reverse=True)


def test_why_nobody_counts_each_need_the_most_frequent_first():
    notice = Unsuited("notice", "…", "7 days’ notice")
    weekday = Unsuited("weekday", "…", "another weekday")

    text = why_nobody([weekday, notice, notice])

    assert text == "2 need 7 days’ notice, 1 needs another weekday"
    assert why_nobody([]) == ""


def test_wishes_are_kept_and_read_again():
    wishes = Wishes(
        weekdays=frozenset({0, 4}),
        earliest=time(8, 30),
        latest=time(12),
        clinicians=frozenset({3}),
        not_clinicians=frozenset({4}),
    )

    assert Wishes.from_data(wishes.as_data()) == wishes
    assert Wishes().as_data() == {}


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(weekdays=frozenset({7})),
        Wishes(earliest=time(12), latest=time(9)),
        Wishes(clinicians=frozenset({1}), not_clinicians=frozenset({1})),
    ],
)
def test_wishes_nobody_can_fulfil_have_a_fault(wishes):
    assert len(faults(wishes)) == 1


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=90), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2, hours=5), "2 days"),
    ],
)
def test_a_span_reads_in_its_own_unit(span, text):
    assert lasts(span) == text
