"""The calendar makes a contact ahead, open, due, overdue or missed."""

from datetime import date, timedelta

import pytest

from procedures.follow_up.timetable import Planned
from procedures.follow_up.timing import WAITING, timing

W6 = Planned("W6", "visit", date(2026, 11, 17), date(2026, 11, 10), date(2026, 12, 1))
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("on", "code", "text"),
    [
        (date(2026, 11, 9), "ahead", "Planned; opens Nov 10"),
        (date(2026, 11, 10), "open", "Open; due Nov 17, window closes Dec 1"),
        (date(2026, 11, 16), "open", "Open; due Nov 17, window closes Dec 1"),
        (date(2026, 11, 17), "due", "Due today; window closes Dec 1"),
        (date(2026, 11, 18), "overdue", "Overdue by 1 day; window closes Dec 1"),
        (
            date(2026, 12, 1),
            "overdue",
            "Overdue by 14 days; window closes Dec 1 (today)",
        ),
        (date(2026, 12, 2), "missed", "Missed; window closed Dec 1"),
    ],
)
def test_an_unanswered_contact_says_how_it_stands(on, code, text):
    found = timing("planned", W6, on)

    assert (found.code, found.text) == (code, text)


def test_the_days_of_being_overdue_are_counted_from_the_target():
    assert timing("planned", W6, date(2026, 12, 1)).days == 14
    assert timing("planned", W6, W6.target_on).days == 0


@pytest.mark.parametrize("state", ["answered", "cancelled", "missed"])
def test_what_is_settled_is_never_overdue(state):
    for days in range(-10, 40):
        found = timing(state, W6, W6.target_on + days * ONE_DAY)

        assert found.code == state


def test_every_day_of_a_contact_has_exactly_one_code_in_order():
    days = [W6.window_from + n * ONE_DAY for n in range(-3, 30)]

    codes = [timing("planned", W6, day).code for day in days]

    assert list(dict.fromkeys(codes)) == list(WAITING)


def test_a_visit_ahead_is_named_and_a_past_one_is_not():
    on = date(2026, 11, 20)

    ahead = timing("planned", W6, on, visit_on=date(2026, 11, 30))
    past = timing("planned", W6, on, visit_on=date(2026, 11, 19))

    assert ahead.text == "Overdue by 3 days; window closes Dec 1; visit Nov 30"
    assert past.text == "Overdue by 3 days; window closes Dec 1"


def test_another_year_is_named():
    m3 = Planned("M3", "visit", date(2027, 1, 6), date(2026, 12, 23), date(2027, 1, 20))

    assert timing("planned", m3, date(2026, 12, 1)).text == "Planned; opens Dec 23"
    assert timing("planned", m3, date(2026, 12, 30)).text == (
        "Open; due Jan 6, 2027, window closes Jan 20, 2027"
    )


def test_before_the_injection_nothing_is_due():
    assert timing("provisional", W6, date(2027, 5, 1)).text == "Provisional"
    assert timing("unplanned", None, date(2027, 5, 1)).text == "Unplanned"


def test_answers_that_came_after_the_window_are_answers():
    found = timing("missed", W6, date(2026, 12, 9), is_answered=True)

    assert (found.code, found.text) == ("answered", "Answered late")
