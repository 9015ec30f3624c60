"""The board by keyboard (C1.3, C1.6, C1.7): M, arrows, Enter; Escape leaves it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from scheduling.booking import book
from scheduling.models import Appointment
from tests.browser.accessibility import check_accessible
from tests.browser.staff_day import BY, NOW, sign_in, staff_day


@pytest.fixture
def day(page: Page, live_site: str):
    """The board of next week, where Ana's follow-up visit begins at ten."""
    found = staff_day()
    sign_in(page, live_site, found.members["coordinator"])
    visit = Appointment.objects.get(patient=found.patient, local_on="2026-09-15")
    page.goto(live_site + reverse("staff:board_on", args=[visit.local_on]))
    return visit


def block(page: Page, visit: Appointment):
    return page.locator(f'.block[data-visit="{visit.pk}"]').first


def start_of(visit: Appointment):
    return Appointment.objects.get(pk=visit.pk).start


def drop(page: Page, answer: str = "Moved to"):
    """Enter; and once more where other people or rooms would have to serve."""
    page.keyboard.press("Enter")
    said = page.locator("#move-status")
    expect(said).to_contain_text(re.compile(f"{answer}|Press Enter again"))
    if "Press Enter again" in said.inner_text():
        page.keyboard.press("Enter")


def test_c1_3_three_steps_down_move_a_visit_by_a_quarter_of_an_hour(page, day):
    before = day.start
    block(page, day).focus()

    page.keyboard.press("m")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#move-status")).to_contain_text("15 minutes later")
    drop(page)

    expect(page.locator("#move-status")).to_contain_text(
        "Moved to 10:15 AM. Undo available"
    )
    assert start_of(day) == before + timedelta(minutes=15)
    expect(block(page, day)).to_contain_text("10:15")
    expect(block(page, day)).to_be_focused()


def test_c1_3_escape_leaves_everything_as_it_was(page, day):
    before = day.start
    block(page, day).focus()

    page.keyboard.press("m")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Escape")

    expect(page.locator("#move-status")).to_contain_text("Left where it was.")
    assert page.locator(".block--moving").count() == 0
    assert start_of(day) == before


def test_a_fresh_day_asked_for_before_does_not_come_under_the_hand(page, day):
    page.route("**/board/**", lambda route: None)  # not answered
    with page.expect_request("**/board/**"):
        page.evaluate("void document.body.dispatchEvent(new Event('tick'))")
    block(page, day).focus()

    with page.expect_event("requestfailed"):
        page.keyboard.press("m")

    assert page.locator(".block--moving").count() >= 1


@pytest.mark.parametrize("reached", [False, True], ids=["lost", "done but not told"])
def test_a_move_that_is_not_answered_can_be_sent_again(page, day, reached):
    before = day.start

    def cut_off(route):
        if reached and route.request.method == "POST":
            route.fetch()
        route.abort()

    block(page, day).focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.route("**/move/board/**", cut_off, times=1)
    page.keyboard.press("Enter")
    said = page.locator("#move-status")
    expect(said).to_contain_text("could not be checked")
    page.route("**/move/board/", cut_off, times=1)
    drop(page, "could not be reached")
    expect(said).to_contain_text("could not be reached")
    page.keyboard.press("Enter")

    expect(said).to_contain_text("Moved to 10:05 AM. Undo available")
    assert start_of(day) == before + timedelta(minutes=5)
    assert day.moves.count() == 1


def test_c1_7_undo_restores_the_start(page, day):
    before = day.start
    block(page, day).focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    drop(page)

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("The change is undone.")).to_be_visible()
    assert start_of(day) == before


def room_of(visit: Appointment):
    live = visit.reservations.filter(released_at=None)
    return live.get(resource__kind="consult_room").resource.name


def block_in_room(page: Page, visit: Appointment):
    return page.get_by_role("link", name=f"{room_of(visit)}, ").and_(
        page.locator(f'[data-visit="{visit.pk}"]')
    )


def test_c1_3_right_moves_a_visit_to_the_next_room_and_undo_brings_it_back(page, day):
    said = page.locator("#move-status")
    assert room_of(day) == "Consult 1"
    block_in_room(page, day).focus()

    page.keyboard.press("m")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("Nothing else like Consult 1 is free to the left.")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Consult 2")
    check_accessible(page)
    drop(page)

    expect(said).to_contain_text("Moved to Consult 2. Undo available")
    assert (room_of(day), start_of(day)) == ("Consult 2", day.start)
    expect(block_in_room(page, day)).to_be_focused()
    check_accessible(page)

    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("The change is undone.")).to_be_visible()
    assert room_of(day) == "Consult 1"


def test_c1_3_escape_leaves_time_and_room_as_they_were(page, day):
    before = Appointment.objects.filter(pk=day.pk).values().get()
    block_in_room(page, day).focus()

    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#move-status")).to_have_text("Consult 2, 5 minutes later")
    page.keyboard.press("Escape")

    expect(page.locator("#move-status")).to_contain_text("Left where it was.")
    assert Appointment.objects.filter(pk=day.pk).values().get() == before
    assert (room_of(day), day.moves.count()) == ("Consult 1", 0)


def test_c1_6_a_stale_move_is_told_and_overwrites_nothing(page, day):
    other = day.start + timedelta(minutes=60)
    moved = book.move(
        appointment_id=day.pk, start=other, version=day.version, by=BY, now=NOW
    )
    assert isinstance(moved, Appointment)
    block(page, day).focus()

    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator("#move-status")).to_contain_text("Changed by")
    assert start_of(day) == other


def test_a_start_that_is_over_is_refused_in_words(page, day, live_site):
    page.goto(live_site + reverse("staff:board_on", args=[NOW.date()]))
    late = Appointment.objects.get(local_on=NOW.date(), local_time="10:00")
    before = late.start
    block(page, late).focus()

    page.keyboard.press("m")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")

    expect(page.locator("#move-status")).to_contain_text("in the past")
    assert start_of(late) == before


def test_a_move_of_today_leads_to_the_form_that_asks_why(page, day, live_site):
    page.goto(live_site + reverse("staff:board_on", args=[NOW.date()]))
    soon = Appointment.objects.get(local_on=NOW.date(), local_time="10:00")
    before = soon.start
    block(page, soon).focus()

    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#move-status")).to_contain_text("less than 48 hours")
    expect(page.get_by_role("link", name="Give the reason")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_label("Reason")).to_be_visible()
    assert start_of(soon) == before


def test_move_is_a_link_on_a_phone(phone, day, live_site):
    coordinator = staff_day().members["coordinator"]
    sign_in(phone, live_site, coordinator)
    phone.goto(live_site + reverse("staff:board_on", args=[NOW.date()]))

    phone.get_by_role("link", name="Move…").first.click()

    expect(phone.get_by_role("heading", name="Move", exact=True)).to_be_in_viewport()
    expect(phone.get_by_role("button", name="See what changes")).to_be_visible()
