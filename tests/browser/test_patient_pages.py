"""The gates of every page for patients and the public, on a phone and at a desk, in
light and dark, in both languages, with and without JavaScript."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from core import clock
from patients.services import links
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.pages import before_by_link as before
from tests.pages.by_link import (
    Holder,
    book_by_link,
    check_in_by_link,
    visit_by_link,
)

PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"}
NARROW = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
DESK = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}
LOOKS = pytest.mark.parametrize(
    "look", [PHONE, NARROW, DESK], ids=["phone", "narrow", "desk"]
)

# What a finger must hit and is lower than 48 px; a label counts for its box.
SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea')]
    .filter(one => one.getClientRects().length && !one.matches('.skip, .vh'))
    .filter(one => !one.closest('.trap') && one.type !== 'hidden')
    .map(one => one.closest('label.answer, label.choice') || one)
    .filter(one => one.getBoundingClientRect().height < 48)
    .map(one => one.outerHTML.slice(0, 120))"""


def check_page(page: Page, language: str = "en") -> None:
    """axe, no sideways scrolling, one h1, the language, targets of 48 px."""
    page.wait_for_load_state("load")
    check_accessible(page)
    check_no_sideways_scrolling(page)
    assert page.locator("h1").count() == 1, page.url
    assert page.locator("html").get_attribute("lang") == language, page.url
    assert page.evaluate(SMALL) == [], page.url


def prove(page: Page, site: str, holder: Holder) -> None:
    page.goto(site + holder.address)
    born = holder.patient.birth_date
    for name, value in (("month", born.month), ("day", born.day), ("year", born.year)):
        page.locator(f"#birth-{name}").fill(str(value))
    page.locator("#birth-year").press("Enter")


def press(page: Page, button: Locator) -> None:
    """Press it and wait for the page that answers, which may have the same address."""
    with page.expect_navigation(wait_until="load"):
        button.click()


def go_on(page: Page) -> None:
    press(page, page.locator("main button.button--primary"))


@contextmanager
def opened(new_page: Any, look: dict[str, Any], **options: Any) -> Iterator[Page]:
    with new_page(**look, **options) as page:
        yield page


@LOOKS
def test_the_pages_to_book_a_follow_up_pass_the_gates(look, new_page, live_site):
    holder, _ = book_by_link()
    with opened(new_page, look) as page:
        prove(page, live_site, holder)
        page.wait_for_url("**/v/book/")
        check_page(page)
        page.goto(f"{live_site}/v/book/?lang=es")
        check_page(page, "es")
        page.goto(f"{live_site}/v/book/?lang=en")
        press(page, page.locator("button[name=start]").first)
        check_page(page)
        assert "is booked" in page.inner_text("h1")
        page.goto(f"{live_site}/v/book/called/")
        check_page(page)


@LOOKS
def test_the_pages_of_a_visit_pass_the_gates(look, new_page, live_site):
    holder, visit = visit_by_link()
    with opened(new_page, look) as page:
        page.goto(f"{live_site}/v/{'x' * 22}/")
        check_page(page)
        page.goto(live_site + holder.address)
        check_page(page)
        go_on(page)
        check_page(page)  # with its error
        assert page.title().startswith("Error: ")
        prove(page, live_site, holder)
        page.wait_for_url("**/v/visit/")
        check_page(page)
        press(page, page.get_by_role("link", name="Español"))
        check_page(page, "es")
        page.get_by_role("button", name="Sí, voy a ir").click()
        page.wait_for_url("**/told/yes/")
        check_page(page, "es")

    visit.refresh_from_db()
    assert visit.confirmed_at


@LOOKS
def test_the_pages_of_a_check_in_pass_the_gates(look, new_page, live_site):
    holder, contact = check_in_by_link()
    with opened(new_page, look) as page:
        prove(page, live_site, holder)
        page.wait_for_url("**/v/check-in/")
        check_page(page)
        press(page, page.get_by_role("link", name="Start"))
        go_on(page)
        check_page(page)  # with its error
        page.get_by_label("4", exact=True).check()
        go_on(page)
        page.get_by_label("What is your temperature?").fill("39.2")
        check_page(page)
        go_on(page)
        check_page(page)  # with what to do now
        assert page.get_by_role("heading", name="Call us now.").is_visible()
        page.get_by_label("A little").check()
        press(page, page.get_by_role("button", name="Español"))
        check_page(page, "es")
        assert page.get_by_label("Un poco").is_checked()
        go_on(page)
        page.get_by_label("Sí", exact=True).check()
        go_on(page)
        check_page(page, "es")
        go_on(page)
        page.get_by_label("Todavía no").check()
        check_page(page, "es")
        go_on(page)
        page.wait_for_url("**/review/")
        check_page(page, "es")
        go_on(page)
        page.wait_for_url("**/done/")
        check_page(page, "es")

    contact.refresh_from_db()
    assert contact.state == "answered"


def test_a_questionnaire_of_others_passes_the_gates(new_page, live_site):
    day = Day.ready().until("discharged")
    contact = day.episode.follow_ups.get(code="W6")
    now = make.at("2026-10-27", "10:00")
    clock.set_to(now)
    link = links.issue(
        patient=day.episode.patient,
        purpose="check_in",
        subject=f"follow_up:{contact.pk}",
        expires_at=make.at("2026-11-10", "10:00"),
        now=now,
    )
    holder = Holder(day.episode.patient, link, browser=None)
    with opened(new_page, NARROW, locale="es-US") as page:
        prove(page, live_site, holder)
        page.goto(f"{live_site}/v/check-in/5/?lang=es")
        check_page(page, "es")
        assert page.get_by_text("Este cuestionario está solo en inglés.").is_visible()
        assert page.locator("h1").get_attribute("lang") == "en"


@LOOKS
def test_the_public_form_passes_the_gates(look, new_page, live_site):
    holder, _ = visit_by_link()
    with opened(new_page, look) as page:
        page.goto(f"{live_site}/enquire/{holder.clinic.slug}/")
        check_page(page)
        page.get_by_label("First name").fill("Tomás")
        press(page, page.get_by_role("button", name="Español"))
        check_page(page, "es")
        assert page.get_by_label("Nombre").input_value() == "Tomás"
        press(page, page.get_by_role("button", name="Enviar"))
        check_page(page, "es")  # with its errors
        assert page.get_by_role("heading", name="Hay un problema").is_visible()
        page.get_by_label("Apellidos").fill("Prueba")
        page.get_by_label("Teléfono").fill("713 555 0142")
        page.get_by_label("Teléfono").press("Enter")
        page.wait_for_url("**/thanks/")
        check_page(page, "es")


def test_all_of_it_works_without_javascript(new_page, live_site):
    holder, visit = visit_by_link()
    with opened(new_page, PHONE, java_script_enabled=False) as page:
        prove(page, live_site, holder)
        page.get_by_role("button", name="Yes, I will be there").click()
        page.wait_for_url("**/told/yes/")
        page.go_back()
        assert page.get_by_role("heading", name="Your visit").is_visible()

        page.goto(f"{live_site}/enquire/{holder.clinic.slug}/")
        page.get_by_label("First name").fill("Tomás")
        page.get_by_label("Last name").fill("Prueba")
        page.get_by_label("E-mail", exact=True).fill("t@example.org")
        page.get_by_role("button", name="Send").click()
        page.wait_for_url("**/thanks/")

    visit.refresh_from_db()
    assert visit.confirmed_at


def test_no_page_for_patients_has_a_script_and_each_is_small(new_page, live_site):
    holder, _ = visit_by_link()
    with opened(new_page, PHONE) as page:
        prove(page, live_site, holder)
        page.wait_for_url("**/v/visit/")

        assert page.locator("script").count() == 0
        assert len(page.content()) < 25_000


def test_text_of_twice_the_size_still_fits(new_page, live_site):
    holder, _ = visit_by_link()
    with opened(new_page, PHONE) as page:
        prove(page, live_site, holder)
        page.wait_for_url("**/v/visit/")
        page.evaluate("document.documentElement.style.fontSize = '200%'")

        check_no_sideways_scrolling(page)
        assert page.get_by_role("button", name="I cannot come").is_visible()


def prepared_by_link() -> Holder:
    """Somebody whose procedure is booked, with the link of its preparation."""
    return before.texted_by_link("prepare", "bmc-ultrasound")


def asked_by_link() -> Holder:
    """Somebody whose consultation is booked, with the link of its questions."""
    return before.texted_by_link("baseline", "consultation")


@LOOKS
def test_the_pages_before_a_visit_pass_the_gates(look, new_page, live_site):
    with opened(new_page, look) as page:
        prove(page, live_site, prepared_by_link())
        page.wait_for_url("**/v/prepare/")
        check_page(page)
        press(page, page.get_by_role("link", name="Español"))
        check_page(page, "es")
    with opened(new_page, look) as page:
        prove(page, live_site, asked_by_link())
        page.wait_for_url("**/v/questions/")
        check_page(page)
        go_on(page)
        check_page(page)  # with its error
        page.get_by_label("6", exact=True).check()
        go_on(page)
        page.wait_for_url("**/v/questions/done/")
        check_page(page)


@LOOKS
def test_the_pages_of_a_new_time_pass_the_gates(look, new_page, live_site):
    with opened(new_page, look) as page:
        prove(page, live_site, before.missed_by_link())
        page.wait_for_url("**/v/new-time/")
        check_page(page)
        go_on(page)
        check_page(page)  # with its error
        page.locator("input[name=start]").first.check()
        go_on(page)
        page.wait_for_url("**/v/new-time/booked/")
        check_page(page)
