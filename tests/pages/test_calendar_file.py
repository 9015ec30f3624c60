"""The visit as a calendar file on the patient's page."""

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
