"""The visit as a calendar file on the patient's page."""

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from icalendar import Calendar

from patients.services import links
from scheduling.booking import book
from tests.factories.notifications import BY
from tests.pages.by_link import BEFORE, visit_by_link

FILE = "/v/visit/calendar/"


def test_the_file_is_the_visit_and_names_nobody(db):
    holder, visit = visit_by_link()
    holder.prove()

    answer = holder.browser.get(FILE)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="visit.ics"'
    text = answer.content.decode()
    [event] = Calendar.from_ical(text).walk("VEVENT")
    assert event["UID"] == str(visit.pk)
    assert event["SEQUENCE"] == visit.revision
    assert event["DTSTART"].dt == visit.start
    assert event["DTEND"].dt == visit.end
    assert holder.clinic.short_name in event["SUMMARY"]
    secrets = [holder.patient.given_name, holder.patient.family_name]
    assert not any(secret in text for secret in [*secrets, links.token(holder.link)])


def test_the_page_of_the_visit_leads_to_it(db):
    holder, _ = visit_by_link()
    holder.prove()

    assert f'href="{FILE}"' in holder.page("/v/visit/")


WEB = re.compile(r'href="(https://(?:calendar\.google|outlook\.live)\.com/[^"]*)"')


def web_calendars(holder, language="en"):
    """What the page asks each calendar of the web to keep."""
    page = holder.page(f"/v/visit/?lang={language}")
    addresses = [urlsplit(unescape(found)) for found in WEB.findall(page)]
    return {one.hostname: dict(parse_qsl(one.query)) for one in addresses}


def test_calendars_of_the_web_get_what_the_file_says_and_no_more(db):
    holder, visit = visit_by_link()
    holder.prove()
    [event] = Calendar.from_ical(holder.browser.get(FILE).content).walk("VEVENT")

    asked = web_calendars(holder)

    google, outlook = asked["calendar.google.com"], asked["outlook.live.com"]
    start, end = (at.astimezone(UTC) for at in (visit.start, visit.end))
    assert google["dates"] == f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}"
    assert datetime.fromisoformat(outlook["startdt"]) == start
    assert datetime.fromisoformat(outlook["enddt"]) == end
    for said in (google["text"], outlook["subject"]):
        assert said == event["SUMMARY"]
    for said in (google["details"], outlook["body"]):
        assert said == event["DESCRIPTION"]
    for said in (google.get("location"), outlook.get("location")):
        assert said == event.get("LOCATION")
    assert set(google) <= {"action", "text", "dates", "location", "details"}
    who = holder.patient
    secrets = [who.given_name, who.family_name, links.token(holder.link), str(visit.pk)]
    assert not any(secret in str(asked) for secret in secrets)


def test_they_are_asked_in_the_readers_language(db):
    holder, _ = visit_by_link()
    holder.prove()

    asked = web_calendars(holder, "es")

    assert asked["outlook.live.com"]["subject"].startswith("Cita en ")
    assert asked["calendar.google.com"]["text"].startswith("Cita en ")


def test_a_blank_is_written_so_that_no_calendar_shows_a_plus(db):
    holder, _ = visit_by_link()
    holder.prove()

    for found in WEB.findall(holder.page("/v/visit/")):
        assert "+" not in found
        assert "%20" in found


def test_it_is_shown_to_nobody_without_the_birth_date(db):
    holder, _ = visit_by_link()

    assert holder.browser.get(FILE).status_code == 403


def test_a_visit_that_is_off_goes_into_no_calendar(db):
    holder, visit = visit_by_link()
    holder.prove()
    book.cancel(
        appointment_id=visit.pk, version=visit.version, reason="x", by=BY, now=BEFORE
    )

    answer = holder.browser.get(FILE)

    assert answer["Content-Type"].startswith("text/html")
    assert b"VCALENDAR" not in answer.content
