"""Text of twice the size on a telephone: no patient page scrolls sideways."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from core import clock
from notifications.channels.email.html import html_of
from notifications.services import mail_stops
from pages.patient import urls as patient_urls
from patients.models import ContactPoint, PatientLink
from tests.browser.accessibility import check_no_sideways_scrolling
from tests.browser.test_patient_pages import PHONE, prove
from tests.factories import clinics as make
from tests.pages.before_by_link import missed_by_link, texted_by_link
from tests.pages.by_link import (
    FRIDAY_NINE,
    Holder,
    book_by_link,
    check_in_by_link,
    visit_by_link,
)
from tests.pages.test_offer_page import offered

TWICE = "document.documentElement.style.fontSize = '200%'"
PRIMARY = "main button.button--primary"
BUTTONS = f"{PRIMARY}, main .answers button"
LATE = "main button[name=minutes]"
# What reaches beyond the window, the innermost first.
WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(one => !one.closest('.trap, .vh, .skip'))
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 120)).reverse()"""
# Which of these words stand on two lines.
CUT = """words => words.filter(word => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const at = walk.currentNode.data.indexOf(word);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(walk.currentNode, at);
        range.setEnd(walk.currentNode, at + word.length);
        return range.getClientRects().length > 1;
    }
    return true;
})"""
LANGUAGES = pytest.mark.parametrize("language", ["en", "es"])
# Addresses that answer with a file or send on to another page.
NO_PAGES = {"calendar", "correct"}
# What the tests below look at; a new page is looked at by one of them.
LOOKED_AT = {
    *("entry", "visit", "told", "mail_stop", "new_link", "offer", "check_in"),
    *("question", "review", "done", "signs", "signs_told"),
    *("times", "cannot", "late", "preferences", "stop", "book", "called"),
    *("prepare", "baseline", "baseline_done", "rebook", "rebook_told"),
}


PUBLIC = {"enquire", "enquire_at", "thanks"}


def test_no_page_for_patients_is_left_out():
    assert {one.name for one in patient_urls.urlpatterns} == LOOKED_AT | NO_PAGES


class Reader:
    """A browser whose owner reads text of twice the size."""

    def __init__(self, page: Page, site: str, language: str) -> None:
        self.page, self.site, self.language = page, site, language

    def look(self, address: str, name: str) -> None:
        joined = "&" if "?" in address else "?"
        self.page.goto(f"{self.site}{address}{joined}lang={self.language}")
        self.check(name)

    def check(self, name: str) -> None:
        self.page.wait_for_load_state("load")
        assert self.page.locator("html").get_attribute("lang") == self.language
        self.page.evaluate(TWICE)
        assert self.page.evaluate(WIDE) == [], self.page.url
        check_no_sideways_scrolling(self.page)
        assert name in LOOKED_AT | PUBLIC, name

    def press(self, name: str, button: str = BUTTONS) -> None:
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(button).first.click()
        self.check(name)


@pytest.fixture
def reader(new_page, live_site, language) -> Iterator[Reader]:
    with new_page(**PHONE) as page:
        yield Reader(page, live_site, language)


def long_name(holder: Holder) -> None:
    """The longest words a clinic's name may have."""
    clinic = holder.clinic
    clinic.name = (
        "Otorrinolaringología y Traumatología Interdisciplinaria de Nacogdoches"
    )
    clinic.address = "12345 Northwest Interdisciplinary-Boulevard\nNacogdoches, TX"
    clinic.save(update_fields=["name", "address"])


@LANGUAGES
def test_every_page_of_a_visit_fits(reader, language):
    holder, _ = visit_by_link()
    long_name(holder)
    reader.look(f"/v/{'x' * 22}/", "entry")
    reader.look(holder.address, "entry")
    reader.press("entry")  # with its error
    prove(reader.page, reader.site, holder)
    reader.look("/v/visit/", "visit")
    reader.look("/v/visit/told/yes/", "told")
    reader.look("/v/visit/told/other/", "told")
    contact = ContactPoint.objects.filter(patient=holder.patient).first()
    stop = f"/v/{mail_stops.token(contact)}/mail/"
    reader.look(stop, "mail_stop")
    reader.press("mail_stop")
    PatientLink.objects.update(expires_at=clock.now() - timedelta(days=1))
    reader.look(holder.address, "entry")
    reader.press("new_link")
    reader.look("/v/visit/", "visit")  # closed


@LANGUAGES
def test_every_page_of_other_answers_fits(reader, language):
    holder, _ = visit_by_link()
    long_name(holder)
    prove(reader.page, reader.site, holder)
    reader.look("/v/visit/times/", "times")
    reader.press("times", PRIMARY)  # with its error
    reader.look("/v/visit/cannot/", "cannot")
    clock.set_to(FRIDAY_NINE - timedelta(hours=2))
    reader.look("/v/visit/", "visit")  # which asks who is late
    reader.press("told", LATE)
    reader.look("/v/visit/", "visit")  # with what was said
    clock.set_to(FRIDAY_NINE + timedelta(hours=2))
    reader.press("late", LATE)  # too late to say so
    assert reader.page.url.endswith("/v/visit/late/")
    clock.set_to(FRIDAY_NINE - timedelta(hours=2))
    reader.look("/v/visit/cannot/", "cannot")
    reader.press("told", PRIMARY)


@LANGUAGES
def test_every_page_of_what_is_sent_fits(reader, language):
    holder, _ = visit_by_link(
        phone="+17135550177",
        email="someone.with.a.rather.long.name@mail.example.org",
        sms_consent=True,
    )
    long_name(holder)
    reader.look(f"{holder.address}preferences/", "stop")
    reader.press("stop", PRIMARY)  # with its error
    prove(reader.page, reader.site, holder)
    reader.look("/v/preferences/", "preferences")
    reader.press("preferences", PRIMARY)  # with its answer
    reader.press("preferences", "main button[value=stop]")
    reader.press("preferences", "main button[value=start]")


@LANGUAGES
def test_every_page_to_book_a_follow_up_fits(reader, language):
    holder, _ = book_by_link()
    long_name(holder)
    prove(reader.page, reader.site, holder)
    reader.look("/v/book/", "book")
    reader.press("called", "main button[name=call]")
    reader.look("/v/book/", "book")
    reader.press("book", "main button[name=start]")  # which says what is booked


@LANGUAGES
def test_how_to_prepare_fits(reader, language):
    holder = texted_by_link("prepare", "bmc-ultrasound")
    long_name(holder)
    prove(reader.page, reader.site, holder)
    reader.look("/v/prepare/", "prepare")


@LANGUAGES
def test_the_first_questions_fit(reader, language):
    holder = texted_by_link("baseline", "consultation")
    long_name(holder)
    prove(reader.page, reader.site, holder)
    reader.look("/v/questions/", "baseline")
    reader.press("baseline", PRIMARY)  # with its error
    reader.page.get_by_label("6", exact=True).check()
    reader.press("baseline_done", PRIMARY)


@LANGUAGES
def test_every_page_of_a_new_time_fits(reader, language):
    holder = missed_by_link()
    long_name(holder)
    prove(reader.page, reader.site, holder)
    reader.look("/v/new-time/", "rebook")
    reader.press("rebook", PRIMARY)  # with its error
    reader.page.locator("main input[name=start]").first.check()
    reader.press("rebook_told", PRIMARY)


@LANGUAGES
def test_every_page_of_a_check_in_fits(reader, language):
    holder, _ = check_in_by_link()
    long_name(holder)
    prove(reader.page, reader.site, holder)
    reader.look("/v/check-in/", "check_in")
    # Of the signs in the fifth there is none.
    answers = ["9", "39.2", "a_lot", "no", "", "not_yet"]
    for number, wanted in enumerate(answers, 1):
        reader.look(f"/v/check-in/{number}/", "question")
        if wanted:
            _answer(reader.page, wanted)
        reader.press("review" if number == len(answers) else "question")
    reader.look("/v/check-in/review/", "review")
    reader.press("done")
    reader.look("/v/check-in/done/", "done")
    reader.look("/v/check-in/signs/", "signs")
    reader.press("signs")  # with its error
    reader.page.locator("main input[type=checkbox]").first.check()
    reader.press("signs_told")


def _answer(page: Page, wanted: str) -> None:
    """The wanted answer, else the last one there is."""
    typed = page.locator("main input.input")
    if typed.count():
        typed.first.fill(wanted)
        return
    radios = page.locator("main input[type=radio]")
    named = page.locator(f"main input[type=radio][value='{wanted}']")
    (named if named.count() else radios.last).check()


@LANGUAGES
def test_every_page_of_an_offer_fits(reader, language):
    (holder,), _ = offered()
    long_name(holder)
    prove(reader.page, reader.site, holder)
    reader.look("/v/offer/", "offer")
    reader.press("offer")


@LANGUAGES
def test_the_public_pages_fit(reader, language):
    holder, _ = visit_by_link()
    long_name(holder)
    form = f"/enquire/{holder.clinic.slug}/"
    reader.look(form, "enquire_at")
    reader.press("enquire_at")  # with its errors
    reader.look(f"{form}thanks/", "thanks")
    other = make.clinic()
    other.name = "Traumatología Interdisciplinaria"
    other.save(update_fields=["name"])
    reader.look("/enquire/", "enquire")
    reader.look("/v/nothing/", "entry")


@pytest.mark.parametrize("size", ["100%", "200%"])
def test_a_mail_with_a_long_link_fits_and_cuts_no_word(new_page, size):
    words = "We look forward to seeing you tomorrow, miércoles 30 de septiembre."
    link = f"https://visits.interdisciplinary-clinic.example.org/v/{'Xx' * 40}/mail/"
    with new_page(**PHONE) as page:
        page.set_content(html_of(f"{words}\n{link}\n\n{words}", "en"))
        page.evaluate(f"document.documentElement.style.fontSize = '{size}'")

        check_no_sideways_scrolling(page)
        # A word that is cut stands in two boxes.
        cut = page.evaluate(CUT, words.split())
        assert cut == []
