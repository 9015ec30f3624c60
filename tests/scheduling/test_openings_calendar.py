"""Hours, holidays, zones and clocks that change, through the whole search."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import selectors
from scheduling.booking.errors import SlotTaken
from scheduling.setup import services as setup
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, WEEK, minutes
from tests.scheduling.test_find_openings import HOUSTON, find, local_starts

pytestmark = pytest.mark.django_db

EVERY_NIGHT = {weekday: [(time(0), time(6))] for weekday in range(7)}
EVERY_DAY = {weekday: [(time(8), time(10))] for weekday in range(7)}
HALF_HOURS = selectors.Wishes(step_minutes=30)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def clinic_of_one(hours, zone="America/Chicago", phases=(), **clinic):
    """One clinician who sees somebody for 30 minutes, or for these phases."""
    at = make.practice(
        {"clinician": 1}, hours=hours, ship=False, time_zone=zone, **clinic
    )
    make.visit_type(at.clinic, *phases)
    return at


def on(at, day, zone=HOUSTON, last=None, wishes=HALF_HOURS):
    found = find(at, "visit", first=day, last=last or day, now=LONG_AGO, wishes=wishes)
    return local_starts(found, zone)


# --- clocks that change ----------------------------------------------------------

LONG = PhaseSpec("Visit", 0, 120, (NeedSpec(("clinician",)),))


def test_a_long_visit_across_the_gap_lasts_its_minutes():
    at = clinic_of_one(EVERY_NIGHT, phases=[LONG])
    day = date(2026, 3, 8)

    found = find(at, "visit", first=day, last=day, now=LONG_AGO, wishes=HALF_HOURS)

    # The night from midnight to six has five hours; two o'clock is not one of them.
    assert local_starts(found) == [
        *("00:00", "00:30", "01:00", "01:30", "03:00", "03:30", "04:00"),
    ]
    assert {o.end - o.start for o in found} == {minutes(120)}
    across = found[2]
    assert across.end.astimezone(HOUSTON).strftime("%H:%M") == "04:00"


def test_a_long_visit_across_the_fold_lasts_its_minutes():
    at = clinic_of_one(EVERY_NIGHT, phases=[LONG])

    starts = on(at, date(2026, 11, 1))

    assert starts.count("01:00") == 2
    assert starts[-1] == "04:00"
    assert len(starts) == 11  # seven hours, two for the visit


def test_booked_time_stays_where_it_is_on_the_day_the_clocks_change():
    at = clinic_of_one(EVERY_NIGHT)
    day = date(2026, 11, 1)
    second_one_oclock = datetime(2026, 11, 1, 1, 0, fold=1, tzinfo=HOUSTON)
    at.book(visit_type="visit", start=second_one_oclock, now=LONG_AGO)

    found = find(at, "visit", first=day, last=day, now=LONG_AGO, wishes=HALF_HOURS)

    starts = {o.start for o in found}
    assert second_one_oclock.astimezone(UTC) not in starts
    assert second_one_oclock.replace(fold=0).astimezone(UTC) in starts


def test_hours_stay_on_the_wall_clock_over_a_change_within_the_window():
    at = clinic_of_one({6: [(time(8), time(9))]})  # Sundays

    found = find(
        at,
        "visit",
        first=date(2026, 2, 15),
        last=date(2026, 4, 5),
        now=LONG_AGO,
        wishes=HALF_HOURS,
    )

    assert local_starts(found) == ["08:00", "08:30"] * 8
    assert {o.start.hour for o in found} == {13, 14}  # UTC


def test_half_an_hour_of_change_is_enough():
    zone = ZoneInfo("Australia/Lord_Howe")
    at = clinic_of_one(EVERY_NIGHT, zone.key)

    forward, back = on(at, date(2026, 10, 4), zone), on(at, date(2026, 4, 5), zone)

    assert "02:00" not in forward
    assert len(forward) == 11
    assert back.count("01:30") == 2
    assert len(back) == 13


# --- zones -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Asia/Kolkata", "02:30"),
        ("Asia/Kathmandu", "02:15"),
        ("Pacific/Chatham", "19:15"),
        ("Australia/Adelaide", "22:30"),
        ("Pacific/Kiritimati", "18:00"),
        ("Pacific/Honolulu", "18:00"),
    ],
)
def test_eight_oclock_is_the_clinics(zone, utc):
    at = clinic_of_one(EVERY_DAY, zone)
    day = date(2026, 7, 15)

    found = find(at, "visit", first=day, last=day, now=LONG_AGO, wishes=HALF_HOURS)

    assert local_starts(found, ZoneInfo(zone)) == ["08:00", "08:30", "09:00", "09:30"]
    assert {o.start.astimezone(ZoneInfo(zone)).date() for o in found} == {day}
    assert local_starts(found, UTC)[0] == utc


def test_a_day_that_crosses_utc_midnight_is_one_day():
    zone = ZoneInfo("America/Los_Angeles")  # 17:00 there is midnight UTC
    at = clinic_of_one({2: [(time(15), time(20))]}, zone.key)
    day = date(2026, 7, 15)  # a Wednesday
    at.book(
        visit_type="visit",
        start=datetime(2026, 7, 15, 16, 45, tzinfo=zone),
        now=LONG_AGO,
    )

    starts = on(at, day, zone)

    assert starts == [
        *("15:00", "15:30", "16:00", "17:30", "18:00", "18:30", "19:00", "19:30")
    ]
    assert on(at, day + timedelta(days=1), zone) == []


# --- shifts and validity ---------------------------------------------------------


def test_a_split_shift_leaves_the_middle_of_the_day_out():
    at = clinic_of_one(WEEK)
    split = {2: [(time(8), time(9, 30)), (time(13), time(14))]}
    setup.set_hours(
        clinic_id=at.clinic.pk,
        hours=split,
        resource_id=at.one("clinician").pk,
        by=BY,
        now=NOW,
    )

    assert on(at, date(2026, 9, 2)) == ["08:00", "08:30", "09:00", "13:00", "13:30"]


def test_hours_count_only_while_they_are_valid():
    at = clinic_of_one(WEEK)
    setup.set_hours(
        clinic_id=at.clinic.pk,
        hours={2: [(time(8), time(9))]},
        resource_id=at.one("clinician").pk,
        valid_from_on=date(2026, 9, 9),
        valid_to_on=date(2026, 9, 16),
        by=BY,
        now=NOW,
    )

    found = find(
        at,
        "visit",
        first=date(2026, 9, 1),
        last=date(2026, 9, 30),
        wishes=HALF_HOURS,
    )

    days = {o.start.astimezone(HOUSTON).date() for o in found}
    assert days == {date(2026, 9, 9), date(2026, 9, 16)}


def test_hours_to_midnight_join_those_from_midnight():
    late = {2: [(time(23), time(0))], 3: [(time(0), time(1))]}
    at = clinic_of_one(late)

    starts = on(at, date(2026, 9, 2), last=date(2026, 9, 3))

    assert starts == ["23:00", "23:30", "00:00", "00:30"]
    wide = on(at, date(2026, 9, 2), wishes=selectors.Wishes(step_minutes=5))
    assert wide[-1] == "23:55"  # it ends after midnight


# --- holidays --------------------------------------------------------------------

THANKSGIVING = date(2026, 11, 26)
INDEPENDENCE_OF_TEXAS = date(2026, 3, 2)


def test_a_holiday_closes_the_clinic():
    at = clinic_of_one(WEEK, holiday_calendar="US")

    assert on(at, THANKSGIVING) == []
    assert on(at, THANKSGIVING - timedelta(days=1))


def test_without_a_calendar_no_day_is_a_holiday():
    assert on(clinic_of_one(WEEK), THANKSGIVING)


def test_a_calendar_may_be_of_one_state():
    assert on(clinic_of_one(WEEK, holiday_calendar="US"), INDEPENDENCE_OF_TEXAS)
    assert (
        on(clinic_of_one(WEEK, holiday_calendar="US-TX"), INDEPENDENCE_OF_TEXAS) == []
    )


def test_extra_hours_open_a_holiday():
    at = clinic_of_one(WEEK, holiday_calendar="US")
    setup.add_exception(
        clinic_id=at.clinic.pk,
        kind="extra",
        applies_on=THANKSGIVING,
        local_start=time(9),
        local_end=time(10),
        by=BY,
        now=NOW,
    )

    assert on(at, THANKSGIVING) == ["09:00", "09:30"]


def test_extra_hours_of_one_resource_do_not_open_the_clinic():
    at = clinic_of_one(WEEK, holiday_calendar="US")
    setup.add_exception(
        clinic_id=at.clinic.pk,
        kind="extra",
        applies_on=THANKSGIVING,
        resource_id=at.one("clinician").pk,
        by=BY,
        now=NOW,
    )

    assert on(at, THANKSGIVING) == []


def test_holidays_of_the_next_year_count_too():
    at = clinic_of_one(WEEK, holiday_calendar="US")

    found = find(
        at,
        "visit",
        first=date(2026, 12, 30),
        last=date(2027, 1, 4),
        wishes=HALF_HOURS,
    )

    days = {o.start.astimezone(HOUSTON).date() for o in found}
    assert days == {date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 4)}


def test_booking_refuses_a_holiday_as_the_search_does():
    at = clinic_of_one(WEEK, holiday_calendar="US")
    ten = datetime.combine(THANKSGIVING, time(10), HOUSTON)

    with pytest.raises(SlotTaken) as refused:
        at.book(visit_type="visit", start=ten)

    assert {o.start.date() for o in refused.value.alternatives} == {
        THANKSGIVING + timedelta(days=1)
    }


def test_holidays_cost_no_statement_more():
    def statements(at):
        with CaptureQueriesContext(connection) as queries:
            find(at, "visit", last=date(2026, 9, 3))
        return len(queries)

    observing = clinic_of_one(WEEK, holiday_calendar="US")

    assert statements(observing) == statements(clinic_of_one(WEEK))
