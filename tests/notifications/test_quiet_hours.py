"""Laws of the window in which a patient may be written to, right across DST."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from clinics.domain import quiet_hours
from notifications.domain import gate, states
from notifications.domain.catalogue import KINDS

ZONES = [
    "America/Chicago",
    "America/Denver",
    "Pacific/Honolulu",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
]
instants = st.integers(0, 4 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)


@given(instants, zones)
def test_what_is_permitted_lies_inside_the_local_window(instant, zone):
    leaves = quiet_hours.permitted(instant, zone).astimezone(zone)

    opens = time(12) if leaves.weekday() == 6 else time(9)
    assert opens <= leaves.time() < time(20)


@given(instants, zones)
def test_what_is_permitted_is_never_earlier_and_stays_permitted(instant, zone):
    leaves = quiet_hours.permitted(instant, zone)

    assert leaves >= instant
    assert quiet_hours.permitted(leaves, zone) == leaves


@given(instants, zones)
def test_nobody_waits_longer_than_a_saturday_night(instant, zone):
    assert quiet_hours.permitted(instant, zone) - instant <= timedelta(hours=17)


@given(instants, zones, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_who_asks_later_does_not_leave_earlier(instant, zone, later):
    assert quiet_hours.permitted(instant, zone) <= quiet_hours.permitted(
        instant + later, zone
    )


@given(instants, zones)
def test_the_wait_ends_at_the_first_permitted_instant(instant, zone):
    leaves = quiet_hours.permitted(instant, zone)

    if leaves > instant:
        assert quiet_hours.permitted(leaves - timedelta(microseconds=1), zone) == leaves


def facts(kind="day_before", **changes):
    base = {
        "kind": KINDS[kind],
        "zone": ZoneInfo("America/Chicago"),
        "expires_at": datetime(2026, 1, 7, tzinfo=UTC),
        "stopped": None,
    }
    return gate.Facts(**(base | changes))


MORNING = datetime(2026, 1, 6, 17, tzinfo=UTC)
NIGHT = datetime(2026, 1, 6, 11, tzinfo=UTC)


def test_the_gate_opens_in_the_morning():
    assert gate.decide(facts(), MORNING) == gate.Send()


def test_the_gate_holds_a_reminder_until_the_window_opens():
    opens = datetime(2026, 1, 6, 15, tzinfo=UTC)

    assert gate.decide(facts(), NIGHT) == gate.Wait(opens)


def test_a_page_knows_no_quiet_hours_and_no_cap():
    page = facts("on_call_page", reminders_today=9, reminders_in_7_days=9)

    assert gate.decide(page, NIGHT) == gate.Send()


def test_a_pause_holds_even_a_page():
    assert gate.decide(facts("on_call_page", held="paused"), NIGHT) == gate.HoldBack(
        "paused"
    )


def test_what_is_no_longer_wanted_stops_before_anything_else():
    stopped = facts(stopped=(states.CANCELLED, "visit_cancelled"), held="paused")

    assert gate.decide(stopped, MORNING) == gate.StopSending(
        "cancelled", "visit_cancelled"
    )


def test_what_is_late_expires():
    late = facts(expires_at=MORNING)

    assert gate.decide(late, MORNING) == gate.StopSending("expired", "too_late")


def test_what_quiet_hours_hold_too_long_expires():
    soon = facts(expires_at=NIGHT + timedelta(minutes=10))

    assert gate.decide(soon, NIGHT) == gate.StopSending("expired", "quiet_hours")


def test_caps_drop_reminders_only():
    second = {"reminders_today": 1}
    fourth = {"reminders_in_7_days": 3}

    for capped in (second, fourth):
        stop = gate.decide(facts(**capped), MORNING)
        assert stop == gate.StopSending("suppressed", "cap")
        for kind in ("check_in_d3", "confirmation", "moved", "cancelled"):
            assert gate.decide(facts(kind, **capped), MORNING) == gate.Send()
