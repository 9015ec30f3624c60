"""The follow-ups of an episode in a browser: found, booked, and in conflict."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from pages.kit.words import BOOKED
from scheduling.booking import book
from scheduling.models import Appointment
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import sign_in
from tests.factories import procedures as make
from tests.factories.clinics import NOW

DESK = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
DAY = make.at("2026-09-15")


@pytest.fixture
def place(live_site: str) -> make.Site:
    clock.set_to(NOW)
    return make.open_site(name="Bayou Joint Clinic", short_name="Bayou")


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_a_visit_is_booked_for_a_contact_and_shown_when_it_no_longer_fits(
    place: make.Site, new_page: Any, live_site: str, look: dict[str, Any]
) -> None:
    path = make.approved(place)
    procedure = make.book(place, path, DAY)
    assert isinstance(procedure, Appointment)
    with new_page(**look) as page:
        sign_in(page, live_site, place.person("coordinator"))
        page.goto(live_site + reverse("staff:episode", args=[path.pk]))
        check_accessible(page)
        check_no_sideways_scrolling(page)

        page.get_by_role("link", name="find a time for Week 6").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="The first 5 openings").wait_for()
        page.get_by_role("button", name="Book").first.focus()
        page.keyboard.press("Enter")
        page.get_by_text(BOOKED).wait_for()

        book.move(
            appointment_id=procedure.pk,
            start=DAY + timedelta(days=28),
            version=procedure.version,
            by=place.actor("coordinator"),
            now=NOW,
        )
        page.goto(live_site + reverse("staff:episode", args=[path.pk]))
        page.get_by_text("Week 6 is from 17 Nov to 8 Dec.").wait_for()
        check_accessible(page)
        check_no_sideways_scrolling(page)
