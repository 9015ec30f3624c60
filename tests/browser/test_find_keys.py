"""Choosing an opening by number, and openings that follow what is wished."""

import pytest
from django.urls import reverse

from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import sign_in, staff_day
from tests.browser.test_every_page import DESK, PHONE
from tests.browser.test_find import search

LOOKS = {"desk": DESK, "phone": PHONE}
WITHIN = "document.activeElement.closest('#openings > li')"


@pytest.fixture
def day(live_site):
    return staff_day()


def opened(page, live_site, day, *, patient=True, visit="bmc-ultrasound"):
    """The finder with what was found for a visit."""
    sign_in(page, live_site, day.members["coordinator"])
    whom = f"?patient={day.patient.pk}" if patient else ""
    page.goto(f"{live_site}{reverse('staff:find')}{whom}")
    page.get_by_label("Visit", exact=True).select_option(visit)
    search(page)
    page.wait_for_load_state()
    return page


@pytest.fixture
def finder(page, live_site, day):
    return opened(page, live_site, day)


def chosen(page):
    """Which opening has the focus, counted from one; 0: none."""
    return page.evaluate(
        f"[...document.querySelectorAll('#openings > li')].indexOf({WITHIN}) + 1"
    )


def focused(page):
    return page.evaluate("document.activeElement.innerText")


def change(page, label, value):
    """Choose it by keyboard's focus, and wait until the openings follow."""
    before = page.locator("#openings").text_content()
    page.get_by_label(label).focus()
    page.get_by_label(label).select_option(value)
    page.wait_for_function(
        "before => document.querySelector('#openings')?.textContent !== before",
        arg=before,
    )


def test_a_number_goes_to_the_button_that_books_that_opening(finder):
    for number in (3, 1, 5, 2, 4):
        finder.keyboard.press(str(number))

        assert chosen(finder) == number
        assert focused(finder).startswith("Book")

    finder.keyboard.press("6")
    assert chosen(finder) == 4


def test_the_chosen_opening_is_in_sight_and_enter_books_it(page, live_site, day):
    opened(page, live_site, day, visit="follow-up")

    page.keyboard.press("5")

    assert page.evaluate(
        "(() => { const box = document.activeElement.getBoundingClientRect();"
        " const top = document.elementFromPoint("
        "box.x + box.width / 2, box.y + box.height / 2);"
        " return document.activeElement.contains(top) })()"
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/appointments/**")


def test_without_a_patient_a_number_goes_to_the_opening_itself(page, live_site, day):
    opened(page, live_site, day, patient=False)

    page.keyboard.press("2")

    assert chosen(page) == 2
    assert page.evaluate("document.activeElement.tagName") == "LI"


def test_a_number_is_left_to_the_field_one_is_in(finder):
    finder.get_by_label("Targets").focus()
    finder.keyboard.press("3")
    assert chosen(finder) == 0

    finder.get_by_label("Search patients").focus()
    finder.keyboard.type("12")
    assert finder.get_by_label("Search patients").input_value() == "12"
    assert chosen(finder) == 0


def test_each_key_is_seen_and_told_to_a_screen_reader(finder):
    assert finder.locator(".opening__key:visible").all_inner_texts() == list("12345")
    told = finder.locator("#openings [aria-keyshortcuts]")
    assert [
        told.nth(at).get_attribute("aria-keyshortcuts") for at in range(told.count())
    ] == list("12345")


def test_the_keys_can_be_switched_off_for_good(finder):
    finder.get_by_label("Keys 1–5 go to an opening").focus()
    finder.keyboard.press("Space")
    finder.reload()
    finder.locator("#openings").wait_for()

    finder.keyboard.press("2")

    assert chosen(finder) == 0
    assert finder.locator(".opening__key:visible").count() == 0
    assert finder.locator("[aria-keyshortcuts]").count() == 0


def test_a_changed_wish_asks_again_and_keeps_the_focus(finder):
    change(finder, "Targets", "3")

    assert finder.evaluate("document.activeElement.id") == "id_targets"
    assert "targets=3" in finder.url
    assert finder.get_by_text("3 targets: 16 min longer").count() == 1
    finder.locator("#live", has_text="The first 5 openings, beginning with").wait_for(
        state="attached"
    )
    finder.get_by_role("button", name="Search", exact=True).focus()
    finder.keyboard.press("1")
    assert chosen(finder) == 1
    assert finder.locator(".opening__key:visible").count() == 5


def test_the_new_address_gives_the_same_and_back_gives_the_wish_before(finder):
    before, openings = finder.url, finder.locator("#openings").text_content()
    change(finder, "Targets", "3")
    after = finder.locator("#openings").text_content()

    finder.goto(finder.url)
    assert finder.locator("#openings").text_content() == after
    finder.go_back()

    finder.wait_for_url(before)
    finder.locator("#openings").wait_for()
    assert finder.get_by_label("Targets").input_value() == "1"
    assert finder.locator("#openings").text_content() == openings


def test_a_wish_that_cannot_be_met_is_told_without_taking_the_focus(finder):
    finder.get_by_label("Until").focus()
    finder.get_by_label("Until").fill("2026-09-01")

    finder.get_by_role("heading", name="There is a problem").wait_for()

    assert finder.evaluate("document.activeElement.id") == "id_last"
    check_accessible(finder)
    finder.get_by_label("Until").fill("2026-09-20")
    finder.locator("#openings").wait_for()
    assert finder.get_by_role("heading", name="There is a problem").count() == 0


def test_without_an_answer_the_openings_stay_and_that_is_said(finder):
    openings = finder.locator("#openings").text_content()
    finder.route("**/find/?**", lambda route: route.abort())

    finder.get_by_label("Targets").select_option("3")

    finder.get_by_text("server did not answer").wait_for()
    assert finder.locator("#openings").text_content() == openings
    check_accessible(finder)
    finder.unroute("**/find/?**")
    change(finder, "Targets", "2")
    assert not finder.get_by_text("server did not answer").is_visible()


def test_who_was_signed_out_meanwhile_is_asked_to_sign_in(finder):
    finder.context.clear_cookies()

    finder.get_by_label("Targets").select_option("3")

    finder.wait_for_url("**/login/**")


def test_without_a_script_the_search_button_does_it_and_no_keys_are_promised(
    new_page, live_site, day
):
    with new_page(java_script_enabled=False, **DESK) as page:
        opened(page, live_site, day)
        page.get_by_label("Targets").select_option("3")
        search(page)

        assert page.get_by_text("3 targets: 16 min longer").count() == 1
        assert page.locator(".opening__key:visible").count() == 0
        assert not page.get_by_label("Keys 1–5").is_visible()


@pytest.mark.parametrize("look", list(LOOKS))
def test_it_is_accessible_before_and_after_a_change(new_page, live_site, day, look):
    with new_page(**LOOKS[look]) as page:
        opened(page, live_site, day)
        page.keyboard.press("2")
        check_accessible(page)

        change(page, "Targets", "3")

        check_accessible(page)
        check_no_sideways_scrolling(page)
