"""The switch between clinics: by keyboard, on a phone, without JavaScript, two tabs."""

import pytest
from django.urls import reverse

from clinics.models import Membership
from patients.models import Patient
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import sign_in
from tests.browser.test_every_page import PHONE
from tests.factories import clinics as make


@pytest.fixture
def north(live_site):
    """Somebody who works at two clinics: what they are at the first."""
    name = "Bayou Joint Clinic of the North and the Heights"
    first = make.membership("coordinator", make.clinic(name=name))
    south = make.clinic(name="Bayou Joint Clinic of the South and the Harbour")
    Membership.objects.create(user=first.user, clinic=south, role="coordinator")
    return first


def opened_menu(page):
    page.locator("summary", has_text="account menu").focus()
    page.keyboard.press("Enter")


def test_the_clinic_is_switched_by_keyboard(page, live_site, north):
    sign_in(page, live_site, north)

    opened_menu(page)
    page.keyboard.press("Tab")
    assert "Switch to" in page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")

    told = "You now work at Bayou Joint Clinic of the South and the Harbour."
    page.get_by_text(told).wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_clinic_is_switched_on_a_phone(new_page, live_site, north, scripts):
    with new_page(**PHONE, java_script_enabled=scripts) as page:
        sign_in(page, live_site, north)

        page.locator("summary", has_text="account menu").click()
        if scripts:
            check_accessible(page)
            check_no_sideways_scrolling(page)
        page.get_by_role("button", name="Switch to").click()

        page.get_by_text("You now work at Bayou Joint Clinic of the South").wait_for()


def test_a_tab_of_the_clinic_that_was_left_writes_nothing(page, live_site, north):
    sign_in(page, live_site, north)
    page.goto(f"{live_site}{reverse('staff:register')}")
    page.get_by_label("Given name").fill("Marisol")
    page.get_by_label("Family name").fill("Vega")
    page.get_by_label("Birth date").fill("1961-04-12")
    other = page.context.new_page()
    other.goto(f"{live_site}/staff/")
    opened_menu(other)
    other.get_by_role("button", name="Switch to").click()
    other.get_by_text("You now work at").wait_for()

    page.get_by_role("button", name="Register").click()

    page.get_by_role("heading", name="This page is of another clinic").wait_for()
    page.get_by_text("Marisol").wait_for()
    check_accessible(page)
    assert not Patient.objects.exists()
    page.locator("main").get_by_role("button", name="Switch to").click()
    page.get_by_text("You now work at Bayou Joint Clinic of the North").wait_for()


def test_an_open_board_says_so_instead_of_showing_the_other_clinic(
    page, live_site, north
):
    sign_in(page, live_site, north)
    page.goto(f"{live_site}{reverse('staff:board')}")
    other = page.context.new_page()
    other.goto(f"{live_site}/staff/")
    opened_menu(other)
    other.get_by_role("button", name="Switch to").click()
    other.get_by_text("You now work at").wait_for()

    page.evaluate("document.body.dispatchEvent(new Event('tick'))")

    page.locator("#day").get_by_text("This page is of another clinic").wait_for()
