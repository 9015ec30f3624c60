"""Episodes in a browser: the list, the page and the forms of the acts."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core import clock
from procedures.models import Episode
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import sign_in
from tests.factories import clinics as people
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedure_day import Day

DESK = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


@pytest.fixture
def place(live_site: str) -> make.Site:
    clock.set_to(NOW)
    return make.site(name="Bayou Joint Clinic", short_name="Bayou")


@pytest.fixture
def open_as(new_page: Any, live_site: str) -> Iterator[Any]:
    """`open_as(member, look)`: a page of that look, signed in as that member."""
    with ExitStack() as stack:

        def opened(member, look):
            page = stack.enter_context(new_page(**look))
            sign_in(page, live_site, member)
            return page

        yield opened


def episode_path(episode: Episode) -> str:
    return reverse("staff:episode", args=[episode.pk])


def act_path(episode: Episode, act: str) -> str:
    return reverse("staff:act", kwargs={"episode_id": episode.pk, "act": act})


def fill_evaluation(page: Page) -> None:
    page.get_by_label("ICD-10-CM codes").fill("M17.11")
    page.get_by_label("Kellgren-Lawrence grade").fill("3")
    page.get_by_label("Symptoms for").fill("14")
    page.get_by_label("Conservative care for").fill("12")
    page.get_by_label("Pain now").fill("6")
    page.get_by_label("Baseline questionnaire").select_option("koos_jr")
    page.get_by_label("Its answers, in order").fill("2 2 1 3 2 2 3")
    page.get_by_label("Height").fill("163")
    page.get_by_label("Weight").fill("78")
    page.get_by_label("ASA class").fill("2")
    page.get_by_role("group", name="Any active infection").get_by_label("No").check()
    page.get_by_label("None known").check()


def sign(page: Page) -> None:
    page.get_by_label("Your password").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign and record").click()


def test_a_patient_is_evaluated_and_approved_on_a_phone(place, open_as, live_site):
    episode = make.episode(place)
    page = open_as(place.person("clinician"), PHONE)
    page.goto(live_site + episode_path(episode))

    page.get_by_role("link", name="Start with: evaluation").click()
    fill_evaluation(page)
    sign(page)
    page.get_by_text("Evaluation: recorded.").wait_for()
    page.get_by_role("link", name="Start with: decision").click()
    page.get_by_label("Approved", exact=True).check()
    page.get_by_label("Rationale").fill("Moderate damage, all else was tried.")
    sign(page)

    page.get_by_text("The episode is now: approved.").wait_for()
    episode.refresh_from_db()
    assert episode.stage == "approved"


def test_a_form_with_errors_focuses_what_is_wrong_and_keeps_the_rest(
    place, open_as, live_site
):
    episode = make.episode(place)
    page = open_as(place.person("clinician"), DESK)
    page.goto(live_site + act_path(episode, "evaluate"))
    fill_evaluation(page)
    page.get_by_label("Height").fill("16")
    sign(page)

    page.get_by_role("heading", name="There is a problem").wait_for()
    assert page.title().startswith("Error: ")
    # The script that moves the focus runs once the page is there.
    expect(page.locator("#error-summary")).to_be_focused()
    check_accessible(page)
    page.get_by_role("link", name="Height: Must be at least 120 cm.").click()
    assert page.evaluate("document.activeElement.id") == "id_height_cm"
    assert page.get_by_label("Weight").input_value() == "78"
    assert page.get_by_label("Your password").input_value() == ""


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_the_screens_of_episodes_pass_the_gates(look, place, open_as, live_site):
    early = make.evaluated(place)
    make.episode(place)
    late = Day.ready(make.open_site()).until("discharged")
    clock.set_to(late.at("10:50"))
    clinician = open_as(place.person("clinician"), look)
    nurse = open_as(late.place.person("nurse"), look)
    found = []

    for page, path in (
        (clinician, reverse("staff:episodes")),
        (clinician, episode_path(early)),
        (clinician, act_path(early, "evaluate")),
        (clinician, act_path(early, "decide")),
        (clinician, act_path(early, "correct")),
        (nurse, episode_path(late.episode)),
        (nurse, act_path(late.episode, "respond")),
    ):
        response = page.goto(live_site + path)
        assert response
        assert response.status == 200, path
        open_all(page)
        for gate in (check_accessible, check_no_sideways_scrolling):
            try:
                gate(page)
            except AssertionError as fault:
                found.append(str(fault))
        assert page.locator("h1").count() == 1, path

    assert not found, "\n\n".join(found)


def open_all(page: Page) -> None:
    """What is folded away is looked at too."""
    page.evaluate(
        "document.querySelectorAll('main details').forEach(one => one.open = true)"
    )


@pytest.mark.parametrize("look", [DESK, PHONE])
def test_what_is_folded_opens_by_the_keyboard_and_is_printed_whole(
    open_as, live_site, look
):
    episode = Day.ready(make.open_site()).until("discharged").episode
    page = open_as(people.membership("clinician", at=episode.clinic), look)
    page.goto(f"{live_site}{episode_path(episode)}")
    timeline = page.locator("details.history > summary")
    entry = page.locator(".timeline__item").first

    expect(entry).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") < 6000
    timeline.focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    page.keyboard.press("Enter")
    expect(entry).to_be_hidden()

    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("main details:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(entry).to_be_hidden()
    check_accessible(page)
