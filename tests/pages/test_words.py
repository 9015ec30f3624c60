"""Dates, times and names as people read them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pages.kit import words

HOUSTON = ZoneInfo("America/Chicago")


def at(hour, minute=0):
    return datetime(2026, 12, 3, hour, minute, tzinfo=HOUSTON)


@pytest.mark.parametrize(
    ("hour", "text"),
    [(0, "12:05 AM"), (9, "9:05 AM"), (12, "12:05 PM"), (23, "11:05 PM")],
)
def test_the_clock_has_twelve_hours(hour, text):
    assert words.clock_time(at(hour, 5), HOUSTON) == text


def test_an_instant_is_told_in_the_clinics_zone():
    assert words.clock_time(datetime(2026, 12, 3, 15, tzinfo=UTC), HOUSTON) == "9:00 AM"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (at(8), at(9, 45), "8:00–9:45 AM"),
        (at(11, 30), at(12, 15), "11:30 AM–12:15 PM"),
        (at(1), at(1) + timedelta(hours=24), "1:00 AM–1:00 AM"),
    ],
)
def test_a_range_names_the_half_of_the_day_once_where_it_can(start, end, text):
    assert words.clock_range(start, end, HOUSTON) == text


def test_the_zone_has_the_name_people_use():
    assert words.zone_name(HOUSTON) == "Central Time"
    kolkata = ZoneInfo("Asia/Kolkata")
    assert words.zone_name(kolkata, at(9)) == "Kolkata time (UTC+05:30)"


def test_days_are_told_in_words():
    day = date(2026, 12, 3)

    assert words.long_day(day) == "Thursday, December 3, 2026"
    assert words.short_day(day) == "Thu, Dec 3"


def test_a_moment_of_another_year_names_it():
    now = at(9)

    assert words.moment(at(9, 5), HOUSTON, now) == "Thu, Dec 3, 9:05 AM"
    next_year = now + timedelta(days=60)
    assert words.moment(at(9, 5), HOUSTON, next_year) == "Thu, Dec 3, 2026, 9:05 AM"


def test_age_counts_completed_years():
    born = date(1966, 4, 12)

    assert words.age(born, date(2026, 4, 11)) == 59
    assert words.age(born, date(2026, 4, 12)) == 60


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(45, "45 min"), (120, "2 h"), (135, "2 h 15 min"), (0, "0 min")],
)
def test_lengths_read_as_hours_and_minutes(minutes, text):
    assert words.minutes(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_distances_are_coarse(length, text):
    assert words.distance(length) == text


def test_a_short_name_keeps_the_first_letter_of_the_family():
    assert words.short_name("Ana", "Torres") == "Ana T."


def test_codes_become_words():
    assert words.sentence("checked-in") == "Checked in"
    assert words.sentence("follow_up") == "Follow up"
