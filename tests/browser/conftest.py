"""Chromium for the browser tests; a page that asks for anything beyond this machine,
throws, or breaks its own Content-Security-Policy fails its test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from tools.local import chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OURS = {"127.0.0.1", None}  # None: data: and blob: have no host


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator[Browser]:
    path = chromium.find()
    assert path, f"The browser tests need Chromium: {chromium.INSTALL}"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path,
            args=ARGUMENTS,
            # A home it may write to, whatever ours is like.
            env={"HOME": str(tmp_path_factory.mktemp("home"))},
        )
        yield launched
        launched.close()


@contextmanager
def watched(browser: Browser, **options: object) -> Iterator[Page]:
    """A page in a context of its own; leaving it raises on what it did wrong."""
    wrongs: list[str] = []

    def gate(route: Route) -> None:
        if urlsplit(route.request.url).hostname in OURS:
            route.continue_()
        else:
            wrongs.append(f"asked for {route.request.url}")
            route.abort()

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrongs.append(message.text)

    context = browser.new_context(**{"locale": "en-US", **options})  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    context.route("**/*", gate)
    page = context.new_page()
    page.on("pageerror", lambda error: wrongs.append(str(error)))
    page.on("console", listen)
    try:
        yield page
    finally:
        context.close()
    assert not wrongs, wrongs


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desk: 1440 × 900."""
    with watched(browser, viewport={"width": 1440, "height": 900}) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone: 360 × 740, touched rather than clicked."""
    size = {"width": 360, "height": 740}
    with watched(browser, viewport=size, has_touch=True, is_mobile=True) as opened:
        yield opened


@pytest.fixture
def new_page(browser: Browser) -> Callable[..., object]:
    """A page as asked for: `with new_page(color_scheme="dark") as page:`."""
    return lambda **options: watched(browser, **options)
