"""A scanner that types, in a browser: its separator, its Enter, what was understood."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from procedures.models import HandOff
from tests.browser.staff_day import sign_in
from tests.factories.procedure_day import Day

FIRST, SECOND = "01095200000000111728033110K26B-0001", "21S7001"


@pytest.fixture
def day(live_site):
    made = Day.ready().until("harvested")
    clock.set_to(made.at("09:36"))
    return made


@pytest.fixture
def bench(day, page, live_site):
    """The technician's page, at the form of an act."""
    sign_in(page, live_site, day.place.person("technician"))

    def opened(act):
        where = {"episode_id": day.episode.pk, "act": act}
        page.goto(live_site + reverse("staff:act", kwargs=where))
        return page

    return opened


def test_the_scanners_separator_is_kept_and_what_was_understood_is_shown(day, bench):
    day.hand_off("H1", "09:34")
    day.hand_off("H2", "09:35")
    page = bench("process")
    field = page.get_by_label("Kit barcode")

    field.press_sequentially(FIRST)
    field.press("Control+]")
    field.press_sequentially(SECOND)
    field.press("Enter")

    expect(page.locator("#id_kit_udi_understood")).to_contain_text(
        "Understood: item 09520000000011, lot K26B-0001, serial S7001"
    )
    assert field.input_value() == f"{FIRST}\x1d{SECOND}"
    expect(page).to_have_url(page.url)


def test_a_lost_separator_is_told_before_anything_is_signed(day, bench):
    day.hand_off("H1", "09:34")
    day.hand_off("H2", "09:35")
    page = bench("process")

    page.get_by_label("Kit barcode").fill(FIRST + SECOND)
    page.get_by_label("Kit barcode").blur()

    expect(page.locator("#id_kit_udi_understood")).to_contain_text("two ways")


def test_the_scanners_enter_goes_on_and_never_sends_half_a_form(day, bench):
    page = bench("hand_off")
    wristband, container = (
        page.get_by_label(re.compile("^Wristband")),
        page.get_by_label(re.compile("^Container")),
    )

    wristband.press_sequentially(f"]C0{day.mrn}")
    wristband.press("Enter")

    expect(container).to_be_focused()
    container.press_sequentially(day.product("A").code)
    container.press("Enter")
    expect(page.get_by_role("button", name="Record")).to_be_visible()
    assert not HandOff.objects.filter(episode=day.episode).exists()
