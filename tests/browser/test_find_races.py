"""Answers that come late: the last thing somebody did on the finder is what counts."""

import pytest
from playwright.sync_api import expect

from tests.browser.staff_day import staff_day
from tests.browser.test_find_keys import change, opened

FINDS = "**/find/?**"
PAST_THE_DELAY_MS = 600  # a change asks after 300
PRESS = "document.querySelector('#wishes button').click();"
WISH_TWO = """
    const targets = document.getElementById("id_targets");
    targets.value = "2";
    targets.dispatchEvent(new Event("change", { bubbles: true }));
"""


class Gate:
    """Holds what the finder asks: pages until it opens, and answers to a changed wish,
    where it `holds_live`, until a page is asked for."""

    def __init__(self, page, *, holds_live=False):
        self.holds_live, self.is_open = holds_live, False
        self.pages, self.live = [], []
        page.route(FINDS, self.meet)

    def meet(self, route):
        if self.is_open:
            route.fallback()
        elif "hx-request" not in route.request.headers:
            self.pages.append(route)
            self.let_live_go()
        elif self.holds_live:
            self.live.append(route)
        else:
            route.fallback()

    def let_live_go(self):
        self.holds_live = False
        for route in self.live:
            route.fallback()

    def open(self):
        self.is_open = True
        for route in self.pages:
            route.fallback()


@pytest.fixture
def finder(page, live_site):
    return opened(page, live_site, staff_day())


def script(page, text):
    """As a later task: the page answers nothing else while it is being left."""
    page.evaluate(f"void setTimeout(() => {{ {text} }})")


def wish(page):
    return page.get_by_label("Targets").input_value()


def wish_three(page, is_asked):
    if not is_asked:
        page.get_by_label("Targets").select_option("3")
        return
    with page.expect_request(FINDS):
        page.get_by_label("Targets").select_option("3")


def leave(page, gate, text):
    """Leave the page by this script; its last answer comes before the next page."""
    script(page, text)
    page.wait_for_timeout(PAST_THE_DELAY_MS)
    with page.expect_event("load"):
        gate.open()


@pytest.mark.parametrize("is_asked", [False, True])
def test_search_at_once_after_a_change_is_one_step_back(finder, is_asked):
    before, steps = finder.url, finder.evaluate("history.length")
    gate = Gate(finder, holds_live=is_asked)
    wish_three(finder, is_asked)

    leave(finder, gate, PRESS)

    assert "targets=3" in finder.url
    assert finder.evaluate("history.length") == steps + 1
    finder.go_back()
    assert finder.url == before
    assert wish(finder) == "1"


@pytest.mark.parametrize("is_asked", [False, True])
def test_back_at_once_after_a_change_can_go_forward_again(finder, is_asked):
    before = finder.url
    change(finder, "Targets", "2")
    after = finder.url
    gate = Gate(finder, holds_live=is_asked)
    wish_three(finder, is_asked)

    leave(finder, gate, "history.back()")

    assert (finder.url, wish(finder)) == (before, "1")
    finder.go_forward()
    finder.wait_for_url(after)
    finder.wait_for_function("document.getElementById('id_targets').value === '2'")


def test_a_change_at_once_after_search_is_what_is_found(finder):
    gate = Gate(finder)
    finder.get_by_label("Targets").select_option("3")

    script(finder, f"{PRESS} setTimeout(() => {{ {WISH_TWO} }}, 100)")

    found = finder.locator("#openings [name=targets]").first
    expect(found).to_have_value("2")
    assert len(gate.pages) == 1
    assert "targets=2" in finder.url
    assert wish(finder) == "2"
