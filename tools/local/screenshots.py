"""`./run screenshots`: the pictures of README and docs, taken of a fresh demo."""

import itertools
import json
import os
import re
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tools.local import chromium, product, servers
from tools.local.children import stoppable
from tools.local.console import OK, USAGE, complain, say
from tools.local.manage import StepFailedError, manage, migrate, read
from tools.local.paths import ROOT

FOLDER = ROOT / "docs" / "images"
DESK = ViewportSize(width=1440, height=960)
PHONE = ViewportSize(width=360, height=740)
# Always the same Thursday, so that pictures differ only where the product does. At this
# hour one injection has just been given, and a check-in waits since the morning.
NOW = datetime(2026, 12, 3, 11, 40, tzinfo=ZoneInfo("America/Chicago"))
MIDWAY = "Marsh, Delia"
LINK = re.compile(r"/v/[\w-]+/")

Users = dict[str, dict[str, str]]


def run(arguments: Sequence[str]) -> int:
    """Take every picture again, over a database made for it and dropped after."""
    if arguments:
        complain("usage: ./run screenshots")
        return USAGE
    browser = chromium.ensure()
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = f"crestpath_smoke_{os.getpid()}"
    with (
        stoppable(),
        product.listen(8000) as listener,
        servers.both("smoke", name, keep=False) as urls,
    ):
        settings = product.environment(urls, listener.getsockname()[1])
        _set_clock(settings)
        product.prepare(settings)
        told = json.loads(read("seed_demo", "--json", environment=settings))
        users = {user["role"]: user for user in reversed(told["users"])}
        with product.served("screenshots", listener, settings) as running:
            Album(browser, running.url.rstrip("/"), users).fill()
    return OK


def _set_clock(settings: dict[str, str]) -> None:
    # Before anything is loaded, so that the demo plays up to this moment.
    migrate(settings)
    manage(
        *("shell", "-v0", "-c"),
        "from datetime import datetime; from core import clock;"
        f" clock.set_to(datetime.fromisoformat({NOW.isoformat()!r}))",
        environment=product.for_the_app(settings),
    )


class Album:
    """The pictures, each of what somebody sees who is signed in or holds a link."""

    def __init__(self, browser: str, url: str, users: Users) -> None:
        self._path, self._url, self._users = browser, url, users

    def fill(self) -> None:
        """Take them all."""
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=self._path, args=["--no-sandbox", "--disable-gpu"]
            )
            desk = self._signed_in(browser, "coordinator")
            self._board(desk)
            self._shoot(desk, "today", "/staff/today/")
            self._shoot(desk, "find", f"/staff/find/?{_search()}")
            clinician = self._signed_in(browser, "clinician")
            clinician.goto(f"{self._url}/staff/episodes/")
            clinician.get_by_role("link", name=MIDWAY).first.click()
            clinician.wait_for_url(re.compile(r"/staff/episodes/[0-9a-f-]{36}/"))
            self._shoot(clinician, "episode", clinician.url.removeprefix(self._url))
            self._check_in(browser, desk)
            browser.close()

    def _signed_in(self, browser: Browser, role: str) -> Page:
        user = self._users[role]
        page = _page(browser, DESK)
        page.goto(f"{self._url}/staff/")
        page.locator("input[name=login]").fill(user["email"])
        page.locator("input[name=password]").fill(user["password"])
        page.locator("form:has(input[name=password]) button").click()
        page.wait_for_url("**/staff/**")
        return page

    def _shoot(self, page: Page, name: str, address: str) -> None:
        self._open(page, address)
        self._keep(page, name)

    def _open(self, page: Page, address: str) -> None:
        answer = page.goto(self._url + address, wait_until="networkidle")
        if answer is None or not answer.ok:
            raise StepFailedError(f"{address} does not answer.")

    def _keep(self, page: Page, name: str) -> None:
        target = FOLDER / f"{name}.png"
        page.screenshot(path=target)
        say(f"Took {target.relative_to(ROOT)}")

    def _board(self, desk: Page) -> None:
        """The board from nine o'clock on."""
        self._open(desk, f"/staff/board/{NOW.date()}/")
        desk.get_by_text("9 AM", exact=True).first.evaluate(
            "hour => { hour.closest('.board-scroll').scrollTop = hour.offsetTop - 90 }"
        )
        self._keep(desk, "board")

    def _check_in(self, browser: Browser, desk: Page) -> None:
        """The first question of a check-in that waits in the demo's mailbox."""
        for link, who in self._links(desk):
            page = _page(browser, PHONE)
            page.goto(self._url + link)
            if page.locator("#birth-month").count() == 0:
                continue
            born = self._birth_date(who)
            for part in ("month", "day", "year"):
                page.locator(f"#birth-{part}").fill(str(getattr(born, part)))
            page.locator("main button").click()
            start = page.locator("main a.button--primary")
            if page.url.endswith("/v/check-in/") and start.count():
                start.click()
                page.wait_for_url("**/v/check-in/*/")
                self._keep(page, "check-in")
                return
        raise StepFailedError("No check-in waits in the demo's mailbox.")

    def _links(self, desk: Page) -> Iterator[tuple[str, str]]:
        """Links in the demo's mailbox with whose they are, the newest first."""
        for number in itertools.count(1):
            desk.goto(f"{self._url}/staff/mailbox/?page={number}")
            items = desk.locator(".mail > li").all()
            if not items:
                return
            for item in items:
                found = LINK.search(item.inner_text())
                if found:
                    yield found[0], item.locator(".strong").first.inner_text()

    def _birth_date(self, who: str) -> date:
        request = urllib.request.Request(  # noqa: S310 -- our own http URL
            f"{self._url}/api/v1/patients/?{urlencode({'q': who})}",
            headers={
                "Authorization": f"Bearer {self._users['coordinator']['api_key']}"
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            found: Any = json.load(answer)
        return date.fromisoformat(found["results"][0]["birth_date"])


def _page(browser: Browser, viewport: ViewportSize) -> Page:
    context = browser.new_context(viewport=viewport, color_scheme="light")
    return context.new_page()


def _search() -> str:
    first = NOW.date()
    last = first + timedelta(days=14)
    return urlencode(
        {"visit_type": "bmc-ultrasound", "first": first, "last": last, "search": 1}
    )
