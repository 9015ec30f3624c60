"""The pages on which patients answer and choose, on a phone, at twice the text size, in
both languages, with and without JavaScript."""

from datetime import timedelta

import pytest

from core import clock
from tests.browser.accessibility import check_no_sideways_scrolling
from tests.browser.test_patient_pages import (
    LOOKS,
    PHONE,
    check_page,
    opened,
    press,
    prove,
)
from tests.pages.by_link import FRIDAY_NINE, visit_by_link

PAGES = ("/v/visit/", "/v/visit/times/", "/v/visit/cannot/", "/v/preferences/")
ADDRESS = "someone.with.a.rather.long.name@mail.example.org"


def agreed():
    return visit_by_link(phone="+17135550177", email=ADDRESS, sms_consent=True)


@LOOKS
def test_the_pages_of_answers_and_preferences_pass_the_gates(look, new_page, live_site):
    holder, _ = agreed()
    clock.set_to(FRIDAY_NINE - timedelta(hours=2))
    with opened(new_page, look) as page:
        prove(page, live_site, holder)
        for language in ("en", "es"):
            for address in PAGES:
                page.goto(f"{live_site}{address}?lang={language}")
                check_page(page, language)


@pytest.mark.parametrize("language", ["en", "es"])
def test_at_twice_the_text_size_nothing_scrolls_sideways(new_page, live_site, language):
    holder, _ = agreed()
    clock.set_to(FRIDAY_NINE - timedelta(hours=2))
    with opened(new_page, PHONE) as page:
        prove(page, live_site, holder)
        for address in PAGES:
            page.goto(f"{live_site}{address}?lang={language}")
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            check_no_sideways_scrolling(page)


def test_another_time_is_chosen_without_javascript(new_page, live_site):
    holder, visit = agreed()
    with opened(new_page, PHONE, java_script_enabled=False) as page:
        prove(page, live_site, holder)
        press(page, page.get_by_role("button", name="I need another time"))
        page.wait_for_url("**/v/visit/times/")
        press(page, page.get_by_role("button", name="Take this time"))
        assert page.get_by_text("Choose one of the times.").is_visible()
        page.get_by_role("radio").last.check()
        press(page, page.get_by_role("button", name="Take this time"))
        page.wait_for_url("**/told/moved/")

    before = visit.start
    visit.refresh_from_db()
    assert visit.start > before
    assert visit.confirmed_at


def test_a_visit_is_cancelled_and_messages_stopped_without_javascript(
    new_page, live_site
):
    holder, visit = agreed()
    with opened(new_page, PHONE, java_script_enabled=False) as page:
        prove(page, live_site, holder)
        press(page, page.get_by_role("button", name="I cannot come"))
        page.get_by_label("Why can you not come?").fill("A cold")
        press(page, page.get_by_role("button", name="Cancel my visit"))
        page.wait_for_url("**/told/cancelled/")
        page.goto(f"{live_site}/v/preferences/")
        press(page, page.get_by_role("button", name="Stop all messages"))
        assert page.get_by_text("You have stopped all messages.").is_visible()

    visit.refresh_from_db()
    assert (visit.status, visit.status_reason) == ("cancelled", "A cold")
