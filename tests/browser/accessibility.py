"""The accessibility gate: axe with WCAG 2.2 A and AA and good practice."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands: rule, and each offender."""
    page.wait_for_load_state("load")  # with its styles: sizes and colours are judged
    options = {"runOnly": {"type": "tag", "values": TAGS}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html']} ({node['failureSummary']})"
        for one in found
        for node in one["nodes"]
    ]


def check_accessible(page: Page) -> None:
    """Fail with axe's own words unless the page is free of violations."""
    found = violations(page)
    assert not found, "\n".join([page.url, *found])


def check_no_sideways_scrolling(page: Page) -> None:
    """Fail if the page is wider than the window."""
    assert page.viewport_size
    width = page.evaluate("document.documentElement.scrollWidth")
    wider = width - page.viewport_size["width"]
    assert wider <= 0, f"{page.url} is {wider} px wider than its window"
