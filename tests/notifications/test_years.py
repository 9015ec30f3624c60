"""A day that is not in the coming months is said with its year, in both languages."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template

from notifications.domain import wording
from notifications.models import Message
from notifications.services import sending
from pages.kit import words as staff_words
from tests.factories import notifications as make

HOUSTON = ZoneInfo("America/Chicago")
TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("on", "english", "spanish"),
    [
        (date(2026, 12, 1), "Tue Dec 1", "martes 1 de diciembre"),
        (date(2026, 12, 31), "Thu Dec 31", "jueves 31 de diciembre"),
        (date(2027, 1, 4), "Mon Jan 4", "lunes 4 de enero"),
        (date(2027, 10, 31), "Sun Oct 31", "domingo 31 de octubre"),
        (date(2027, 11, 1), "Mon Nov 1, 2027", "lunes 1 de noviembre de 2027"),
        (date(2027, 12, 1), "Wed Dec 1, 2027", "miércoles 1 de diciembre de 2027"),
        (date(2028, 2, 29), "Tue Feb 29, 2028", "martes 29 de febrero de 2028"),
        (date(2026, 11, 30), "Mon Nov 30, 2026", "lunes 30 de noviembre de 2026"),
    ],
)
def test_the_year_is_said_of_a_day_that_could_be_taken_for_another(
    on, english, spanish
):
    assert wording.day(on, "en", today=TODAY) == english
    assert wording.day(on, "es", today=TODAY) == spanish


@pytest.mark.parametrize("today", [TODAY, date(2027, 2, 28), date(2028, 2, 29)])
def test_within_a_year_no_two_days_said_without_a_year_are_the_same(today):
    said = [
        wording.day(today + timedelta(days=n), "en", today=today) for n in range(1500)
    ]

    assert len(set(said)) == len(said)


def test_today_is_the_readers_today_at_the_clinic():
    late = datetime(2026, 12, 1, 5, tzinfo=ZoneInfo("UTC"))  # still November 30 there
    visit = datetime(2027, 10, 30, 9, tzinfo=HOUSTON)

    said = wording.moment(visit, "en", here=HOUSTON, there=HOUSTON, now=late)

    assert said == "Sat Oct 30, 2027 at 9:00 AM"


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_text_and_a_mail_about_a_visit_far_ahead_name_its_year(db, channel):
    place = make.office()
    now = make.at("2026-12-01 10:00")
    who = make.patient(
        place, sms_consent=channel == "sms", email_consent=channel == "email"
    )
    make.book(place, who, start=make.at("2027-11-01 09:00"), now=now)
    sending.send_due(as_of=now)

    told = Message.objects.get(kind="confirmation")
    assert "Mon Nov 1, 2027 at 9:00 AM" in told.title + told.body


def test_staff_pages_say_the_year_of_a_day_in_another_one():
    assert staff_words.short_day(date(2027, 11, 1), TODAY) == "Mon, Nov 1, 2027"
    assert staff_words.short_day(date(2026, 12, 3), TODAY) == "Thu, Dec 3"


def test_a_template_of_a_staff_page_says_it_too():
    page = Context({"now": make.at("2026-12-01 10:00"), "zone": HOUSTON})
    text = Template("{% load crestpath %}{% short_day at zone %}")

    with page.update({"at": make.at("2027-11-01 09:00")}):
        assert text.render(page) == "Mon, Nov 1, 2027"
    with page.update({"at": make.at("2026-12-31 09:00")}):
        assert text.render(page) == "Thu, Dec 31"
