"""When a patient is seen or asked after an injection."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procedures
from procedures.follow_up import timetable
from procedures.follow_up.timetable_in_force import is_holiday

DATA = Path(procedures.__file__).parent / "data" / "milestones.json"
MILESTONES = tuple(
    timetable.from_data(entry) for entry in json.loads(DATA.read_text())["milestones"]
)


def planned(injected_on):
    days = timetable.plan(MILESTONES, injected_on, is_holiday)
    return {contact.code: contact for contact in days}


def test_the_reference_case_has_its_dates():
    days = planned(date(2025, 10, 14))

    assert [day.target_on.isoformat() for day in days.values()] == [
        "2025-10-15",
        "2025-10-17",
        "2025-10-21",
        "2025-10-28",
        "2025-11-25",
        "2026-01-14",
        "2026-04-14",
        "2026-10-14",
    ]


def test_a_visit_on_a_saturday_rolls_to_monday():
    assert planned(date(2026, 5, 21))["M6"].target_on == date(2026, 11, 23)


def test_a_visit_on_a_federal_holiday_rolls_past_it():
    # Fourteen days after 11 November 2025 is fine; after the 13th it is Thanksgiving.
    assert planned(date(2025, 11, 13))["D14"].target_on == date(2025, 11, 28)


def test_a_remote_contact_stays_on_a_sunday():
    days = planned(date(2026, 5, 21))

    assert days["D3"].target_on == date(2026, 5, 24)
    assert days["D3"].target_on.weekday() == 6


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
    ],
)
def test_months_clamp_to_the_end_of_a_shorter_one(day, months, expected):
    assert timetable.add_months(day, months) == expected


def test_windows_follow_the_timetable():
    days = planned(date(2025, 10, 14))

    assert (days["D3"].window_from, days["D3"].window_to) == (
        date(2025, 10, 16),
        date(2025, 10, 18),
    )
    assert (days["W6"].window_from, days["W6"].window_to) == (
        date(2025, 11, 18),
        date(2025, 12, 9),
    )
    assert (days["M12"].window_from, days["M12"].window_to) == (
        date(2026, 9, 14),
        date(2026, 11, 13),
    )


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_every_contact_lies_in_its_window_and_visits_on_business_days(injected_on):
    for contact in planned(injected_on).values():
        assert contact.window_from <= contact.target_on <= contact.window_to
        if contact.mode == timetable.VISIT:
            assert contact.target_on.weekday() < 5
            assert not is_holiday(contact.target_on)


def test_a_window_without_a_later_business_day_rolls_back():
    milestone = timetable.Milestone(
        code="X", mode="visit", asks=(), days=5, window_days=(3, 6)
    )
    (contact,) = timetable.plan((milestone,), date(2026, 9, 7), lambda _: False)

    assert contact.target_on == date(2026, 9, 11)


def test_a_window_full_of_holidays_keeps_its_target():
    milestone = timetable.Milestone(
        code="X", mode="visit", asks=(), days=5, window_days=(3, 6)
    )
    (contact,) = timetable.plan((milestone,), date(2026, 9, 7), lambda _: True)

    assert contact.target_on == date(2026, 9, 7) + timedelta(5)
