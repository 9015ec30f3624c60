"""The finder in a browser: by keyboard, back and forth, and with its reasons."""

from datetime import UTC

import pytest
from django.urls import reverse

from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import at, sign_in, staff_day
from tests.browser.test_every_page import DESK, PHONE
from tests.scheduling.asking import absent

LOOKS = {"desk": DESK, "phone": PHONE}


@pytest.fixture(params=list(LOOKS))
def finder(request, new_page, live_site):
    """The finder on a Tuesday whose centrifuge is in maintenance until Wednesday."""
    day = staff_day()
    centrifuge = day.practice.clinic.resources.get(name="Centrifuge A")
    ends = at(14, days=1).astimezone(UTC)
    absent(centrifuge, at(7).astimezone(UTC), ends, "maintenance")
    with new_page(**LOOKS[request.param]) as page:
        sign_in(page, live_site, day.members["coordinator"])
        page.goto(f"{live_site}{reverse('staff:find')}?patient={day.patient.pk}")
        yield page


def search(page):
    page.locator("#wishes").get_by_role("button", name="Search").press("Enter")
    page.locator("#results").wait_for()


def test_why_nothing_sooner_opens_by_keyboard(finder):
    finder.get_by_label("Visit", exact=True).select_option("bmc-ultrasound")
    search(finder)

    finder.locator(".whynot > summary").press("Enter")

    row = finder.locator(".whynot__days > div").first
    assert row.is_visible()
    assert "Centrifuge A is in maintenance until Wed, Sep 9, 2:00 PM." in (
        row.inner_text()
    )
    assert finder.locator("ol.grid > li").count() == 5
    check_accessible(finder)
    check_no_sideways_scrolling(finder)


def test_the_address_alone_gives_the_result_and_back_gives_the_form(finder):
    finder.get_by_label("Visit", exact=True).select_option("bmc-ultrasound")
    finder.get_by_label("Targets").select_option("3")
    finder.get_by_label("Image-guided harvest").check()
    search(finder)
    found = finder.locator("ol.grid").text_content()
    address = finder.url

    finder.get_by_label("Targets").select_option("1")
    search(finder)
    assert finder.locator("ol.grid").text_content() != found
    finder.go_back()
    finder.locator("#results").wait_for()

    assert finder.url == address
    assert finder.get_by_label("Targets").input_value() == "3"
    assert finder.get_by_label("Image-guided harvest").is_checked()
    finder.goto(address)
    assert finder.locator("ol.grid").text_content() == found


def test_with_no_opening_a_link_leads_to_some(finder):
    finder.get_by_label("Visit", exact=True).select_option("bmc-ultrasound")
    finder.get_by_label("Until").fill("2026-09-08")
    search(finder)

    assert finder.get_by_role("heading", name="No opening fits").count() == 1
    assert finder.locator(".whynot").get_attribute("open") is not None
    check_accessible(finder)
    check_no_sideways_scrolling(finder)
    assert finder.locator(".ways a").count() >= 2
    finder.locator(".ways a").first.press("Enter")
    finder.locator("ol.grid > li").first.wait_for()
