"""Other resources at the same time: by keyboard, without JavaScript, at both widths."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from scheduling.models import Appointment
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import ROOMS, sign_in, staff_day

DESK = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
CLINICIANS = ROOMS["clinician"]


def check(page):
    check_accessible(page)
    check_no_sideways_scrolling(page)


def clinician_of(visit):
    rows = visit.reservations.filter(released_at=None)
    return rows.get(resource__kind="clinician").resource


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_another_clinician_takes_the_visit_and_gives_it_back(new_page, live_site, look):
    day = staff_day()
    visit = Appointment.objects.get(patient__family_name="Carter")
    mine = clinician_of(visit)
    with new_page(**look) as page:
        sign_in(page, live_site, day.members["coordinator"])
        page.goto(live_site + reverse("staff:appointment", args=[visit.pk]))
        check(page)
        page.get_by_label(mine.name, exact=True).focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="See who is free").focus()
        page.keyboard.press("Enter")

        page.get_by_role("heading", name="Other resources at the same time?").wait_for()
        expect(page.get_by_text(f"{mine.name} →")).to_be_visible()
        expect(page.get_by_label(mine.name, exact=True)).to_be_checked()
        check(page)
        page.get_by_label("Reason").fill("Away that morning")
        page.get_by_role("button", name="Change the resources").focus()
        page.keyboard.press("Enter")

        page.get_by_text("The visit has other resources now.").wait_for()
        check(page)
        assert clinician_of(visit) != mine
        page.get_by_role("button", name="Undo this change").press("Enter")
        page.get_by_text("The change is undone.").wait_for()
    assert clinician_of(visit) == mine


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_with_nobody_else_it_leads_to_the_move_without_javascript(
    new_page, live_site, look
):
    day = staff_day()
    visit = Appointment.objects.get(patient__family_name="Carter")
    with new_page(java_script_enabled=False, **look) as page:
        sign_in(page, live_site, day.members["coordinator"])
        page.goto(live_site + reverse("staff:appointment", args=[visit.pk]))
        page.get_by_label(clinician_of(visit).name, exact=True).check()
        page.get_by_role("button", name="See who is free").click()
        for name in CLINICIANS:
            page.get_by_label(name, exact=True).check()
        page.get_by_role("button", name="See what changes").click()

        page.get_by_text("No other resource is free at this time.").wait_for()
        page.get_by_role("link", name="Move the visit to another time").click()
        expect(page.get_by_label("Arrival")).to_be_visible()
