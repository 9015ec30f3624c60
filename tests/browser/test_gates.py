"""The gates of the browser tests, each shown to close."""

import pytest

from tests.browser.accessibility import (
    check_accessible,
    check_no_sideways_scrolling,
    violations,
)
from tests.browser.conftest import watched

SOUND = """<!doctype html><html lang="en"><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<main><h1>A page</h1><p>With words.</p></main></html>"""


def open_and_run(browser, html, script="0"):
    with watched(browser) as page:
        page.set_content(html)
        page.evaluate(script)
        page.wait_for_timeout(200)


def test_a_request_to_another_machine_fails_the_test(browser):
    html = SOUND.replace("With words.", '<img src="http://clinic.example.org/a.png">')

    with pytest.raises(AssertionError, match=r"asked for http://clinic\.example"):
        open_and_run(browser, html)


def test_an_error_in_a_script_fails_the_test(browser):
    with pytest.raises(AssertionError, match="lost"):
        open_and_run(browser, SOUND, "setTimeout(() => { throw new Error('lost') })")


def test_a_sound_page_passes_the_accessibility_gate(page):
    page.set_content(SOUND)

    check_accessible(page)


def test_a_picture_without_words_does_not_pass_it(page):
    page.set_content(SOUND.replace("With words.", '<img src="data:,">'))

    assert any(found.startswith("image-alt") for found in violations(page))


def test_a_page_wider_than_a_phone_is_noticed(phone):
    phone.set_content(SOUND.replace("<p>", '<p style="width: 900px">'))

    with pytest.raises(AssertionError, match="wider than its window"):
        check_no_sideways_scrolling(phone)
