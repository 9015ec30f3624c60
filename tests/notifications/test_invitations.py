"""Invitations: one event a visit for ever, written so that every program reads it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from notifications.domain.calendar_zones import zone_rules
from notifications.domain.invitations import Invitation, calendar_file
from tests.notifications.test_templates import FORBIDDEN

CHICAGO = ZoneInfo("America/Chicago")
VISIT = "0b5c2f0e-7d57-4b8e-9d0b-4b1f5c1f2a33"
NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
NINE = datetime(2026, 12, 3, 9, tzinfo=CHICAGO)


def invitation(start=NINE, minutes=45, **fields):
    wanted = {
        "method": "REQUEST",
        "visit_id": VISIT,
        "revision": 0,
        "start": start,
        "end": start.astimezone(UTC) + timedelta(minutes=minutes),
        "zone": CHICAGO,
        "clinic": "Cedar Clinic",
        "address": "1 Main St\nHouston, TX 77002",
        "phone": "(713) 555-0100",
    }
    return Invitation(**wanted | fields)


def read(made, **people):
    text = calendar_file(made, at=NOW, **people)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_an_invitation_says_when_where_and_whom_to_ask_and_no_more():
    calendar, event = read(
        invitation(), organizer="visits@example.org", attendee="m@example.org"
    )

    assert calendar["METHOD"] == "REQUEST"
    assert event["UID"] == VISIT
    assert event["SEQUENCE"] == 0
    assert event["DTSTAMP"].dt == NOW
    assert event["DTSTART"].dt == NINE
    assert event["DTSTART"].params["TZID"] == "America/Chicago"
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=45)
    assert event["SUMMARY"] == "Visit at Cedar Clinic"
    assert event["LOCATION"] == "1 Main St, Houston, TX 77002"
    assert event["DESCRIPTION"] == "Questions: (713) 555-0100"
    assert event["STATUS"] == "CONFIRMED"
    assert event["ORGANIZER"] == "mailto:visits@example.org"
    assert event["ATTENDEE"] == "mailto:m@example.org"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"


@pytest.mark.parametrize("language", ["en", "es"])
def test_its_words_tell_nobody_of_a_body_or_a_treatment(language):
    _, event = read(invitation(language=language))

    words = f"{event['SUMMARY']} {event['DESCRIPTION']}".lower()
    assert FORBIDDEN.findall(words) == []


def test_a_move_and_an_end_are_the_same_event_with_a_higher_sequence():
    events = [
        read(invitation(method=method, revision=revision))[1]
        for method, revision in (("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 1))
    ]

    assert {event["UID"] for event in events} == {VISIT}
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert events[2]["STATUS"] == "CANCELLED"


def test_the_file_of_the_visit_page_names_nobody():
    calendar, event = read(invitation(method="PUBLISH"))

    assert calendar["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in event
    assert "ORGANIZER" not in event


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("America/Chicago", "2026-11-01T06:30"),  # 1:30 AM for the first time
        ("America/Chicago", "2026-11-01T07:30"),  # and for the second
        ("America/Chicago", "2026-11-01T05:30"),  # ends in the hour that comes twice
        ("Europe/Berlin", "2026-10-25T01:15"),
        ("Australia/Lord_Howe", "2027-04-03T14:50"),  # half an hour comes twice
    ],
)
def test_a_visit_in_an_hour_that_comes_twice_is_written_in_utc(zone, start):
    instant = datetime.fromisoformat(start).replace(tzinfo=UTC)
    calendar, event = read(invitation(instant, 60, zone=ZoneInfo(zone)))

    assert event["DTSTART"].dt == instant
    assert event["DTSTART"].to_ical().endswith(b"Z")
    assert event["DTEND"].dt == instant + timedelta(hours=1)
    assert calendar.walk("VTIMEZONE") == []


def test_the_days_around_a_change_of_clocks_keep_the_clinics_clock():
    for day in range(25, 40):
        start = datetime(2026, 10, 1, 9, tzinfo=CHICAGO) + timedelta(days=day)
        _, event = read(invitation(start))
        assert event["DTSTART"].params["TZID"] == "America/Chicago"
        assert event["DTSTART"].dt == start


ZONES = (
    "America/Chicago",
    "America/New_York",
    "America/Phoenix",
    "America/Denver",
    "Europe/Lisbon",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
)


def stated_offset(rules, instant):
    """Offset the component states for an instant, read as RFC 5545 3.6.5 says."""
    known = []
    for part in rules.subcomponents:
        before, after = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td
        begins = part["DTSTART"].dt.replace(tzinfo=UTC) - before
        known.append((begins, after))
    return max(pair for pair in known if pair[0] <= instant)[1]


@pytest.mark.parametrize("name", ZONES)
def test_the_rules_of_a_zone_are_those_of_its_clock_in_every_hour(name):
    rules, zone = zone_rules(name, 2026), ZoneInfo(name)
    first = datetime(2025, 1, 1, tzinfo=UTC)
    for half_hour in range(3 * 365 * 48):
        instant = first + half_hour * timedelta(minutes=30)
        assert stated_offset(rules, instant) == instant.astimezone(zone).utcoffset()


def test_a_name_that_looks_like_a_property_adds_none():
    clinic = 'Cedar\r\nATTENDEE:mailto:x@example.org; "a", \\'
    _, event = read(invitation(clinic=clinic), organizer="visits@example.org")

    assert "ATTENDEE" not in event
    assert UUID(event["UID"]) == UUID(VISIT)
