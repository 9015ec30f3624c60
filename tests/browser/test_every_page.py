"""The gates of every staff page: axe, no sideways scrolling, no strangers, a clean
console, one h1, a title of its own; at a desk and on a phone, in light and dark."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from clinics import checks
from pages.kit.words import BOOKED
from scheduling.booking import book
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import BY, NOW, StaffDay, sign_in, staff_day
from tests.factories.urls import FORMS

DESK = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}

NEXT_WEEK = NOW.date() + timedelta(days=7)

# URL name: the role that opens it, and its path on this day.
Opened = tuple[str, Callable[[StaffDay], str]]
SEARCH = "visit_type=bmc-ultrasound&first=2026-09-08&last=2026-09-20&search=1"
PAGES: dict[str, Opened] = {
    "staff:today": ("coordinator", lambda day: reverse("staff:today")),
    "staff:today_on": (
        "nurse",
        lambda day: reverse("staff:today_on", args=[NEXT_WEEK]),
    ),
    "staff:board": (
        "clinician",
        lambda day: f"{reverse('staff:board')}?view=list&on={NEXT_WEEK}",
    ),
    "staff:board_on": (
        "coordinator",
        lambda day: reverse("staff:board_on", args=[day.visit.local_on]),
    ),
    "staff:board_changes": (
        "coordinator",
        lambda day: reverse("staff:board_changes", args=[day.visit.local_on]),
    ),
    "staff:find": (
        "coordinator",
        lambda day: f"{reverse('staff:find')}?patient={day.patient.pk}&{SEARCH}",
    ),
    "staff:hold": ("coordinator", lambda day: at("staff:hold", day.ids["hold"])),
    "staff:appointment": (
        "coordinator",
        lambda day: at("staff:appointment", day.visit.pk),
    ),
    "staff:absences": ("coordinator", lambda day: reverse("staff:absences")),
    "staff:absence_new": ("coordinator", lambda day: reverse("staff:absence_new")),
    "staff:absence": (
        "coordinator",
        lambda day: at("staff:absence", day.ids["absence"]),
    ),
    "staff:repair": ("coordinator", lambda day: at("staff:repair", day.ids["plan"])),
    "staff:repair_messages": (
        "coordinator",
        lambda day: at("staff:repair_messages", day.ids["plan"]),
    ),
    "staff:conflicts": ("coordinator", lambda day: reverse("staff:conflicts")),
    "staff:appointment_move_preview": (
        "coordinator",
        lambda day: (
            f"{at('staff:appointment_move_preview', day.visit.pk)}"
            f"?on={NEXT_WEEK}&at=14:00"
        ),
    ),
    "staff:appointment_reassign_preview": (
        "coordinator",
        lambda day: at("staff:appointment_reassign_preview", day.visit.pk),
    ),
    "staff:patients": ("coordinator", lambda day: reverse("staff:patients")),
    "staff:register": ("coordinator", lambda day: reverse("staff:register")),
    "staff:patient": ("coordinator", lambda day: at("staff:patient", day.patient.pk)),
    "staff:patient_amend": (
        "coordinator",
        lambda day: at("staff:patient_amend", day.patient.pk),
    ),
    "staff:patient_depart": (
        "nurse",
        lambda day: at("staff:patient_depart", day.patient.pk),
    ),
    "staff:enquiry": (
        "coordinator",
        lambda day: at("staff:enquiry", day.ids["enquiry"]),
    ),
    "staff:durations": ("nurse", lambda day: reverse("staff:durations")),
    "staff:clock": ("nurse", lambda day: reverse("staff:clock")),
    "staff:waitlist": ("coordinator", lambda day: reverse("staff:waitlist")),
    "staff:waitlist_new": (
        "coordinator",
        lambda day: f"{reverse('staff:waitlist_new')}?patient={day.patient.pk}",
    ),
    "staff:waitlist_entry": (
        "coordinator",
        lambda day: at("staff:waitlist_entry", day.ids["waits"]),
    ),
    "staff:waitlist_opening": (
        "coordinator",
        lambda day: at("staff:waitlist_opening", day.ids["freed"]),
    ),
    "staff:contacts_due": ("nurse", lambda day: reverse("staff:contacts_due")),
    "staff:owed": ("coordinator", lambda day: reverse("staff:owed")),
    "staff:milestone": ("nurse", lambda day: at("staff:milestone", day.ids["step"])),
    "staff:kits": ("technician", lambda day: reverse("staff:kits")),
    "staff:tasks": ("clinician", lambda day: reverse("staff:tasks")),
    "staff:messages": ("coordinator", lambda day: reverse("staff:messages")),
    "staff:message": (
        "coordinator",
        lambda day: at("staff:message", day.ids["message"]),
    ),
    "staff:hearing": ("coordinator", lambda day: reverse("staff:hearing")),
    "staff:hearing_on": (
        "coordinator",
        lambda day: f"{at('staff:hearing_on', NEXT_WEEK)}?span=week",
    ),
    "staff:sending": ("admin", lambda day: reverse("staff:sending")),
    "staff:inbox": ("coordinator", lambda day: reverse("staff:inbox")),
    "staff:inbox_text": ("nurse", lambda day: at("staff:inbox_text", day.ids["text"])),
    "staff:texts": ("admin", lambda day: reverse("staff:texts")),
    "staff:text": (
        "coordinator",
        lambda day: reverse("staff:text", args=["confirmation", "es", "sms"]),
    ),
    "staff:mailbox": ("coordinator", lambda day: reverse("staff:mailbox")),
    "staff:resources": ("admin", lambda day: reverse("staff:resources")),
    "staff:resource_new": ("admin", lambda day: reverse("staff:resource_new")),
    "staff:resource_retire": (
        "admin",
        lambda day: at("staff:resource_retire", day.ids["room"]),
    ),
    "staff:hours": ("admin", lambda day: reverse("staff:hours")),
    "staff:resource_hours": (
        "admin",
        lambda day: at("staff:resource_hours", day.ids["room"]),
    ),
    "staff:days": ("admin", lambda day: reverse("staff:days")),
    "staff:day_new": ("admin", lambda day: reverse("staff:day_new")),
    "staff:clinic": ("admin", lambda day: reverse("staff:clinic")),
    "staff:users": ("admin", lambda day: reverse("staff:users")),
    "staff:journal": ("auditor", lambda day: reverse("staff:journal")),
    "staff:access_log": ("auditor", lambda day: reverse("staff:access_log")),
    "account_change_password": (
        "nurse",
        lambda day: reverse("account_change_password"),
    ),
    "mfa_index": ("nurse", lambda day: reverse("mfa_index")),
}
# Answers that are no page of their own, or have tests of their own.
ELSEWHERE = FORMS | {"staff:home", "staff:repair_run", "staff:sending_resume"}
ELSEWHERE |= {"staff:user_end", "staff:user_reactivate", "staff:user_unlock"}
ELSEWHERE |= {"staff:day_remove", "staff:patient_return"}
ELSEWHERE_BEGINS = ("staff:episode", "staff:act")


def at(name: str, key: Any) -> str:
    return reverse(name, args=[key])


def test_every_staff_page_is_visited():
    names = {one.name for one in checks.addresses() if one.name.startswith("staff:")}
    own = {name for name in names if not name.startswith(ELSEWHERE_BEGINS)}

    assert own - ELSEWHERE == {name for name in PAGES if name.startswith("staff:")}


@pytest.fixture
def visit_as(new_page: Any, live_site: str) -> Iterator[Callable[..., Page]]:
    """`visit_as(member, look)`: a page signed in as that member, one for each look."""
    opened: dict[Any, Page] = {}
    entered: list[Any] = []

    def visit(member: Any, look: dict[str, Any]) -> Page:
        key = (member.pk, look["color_scheme"])
        if key not in opened:
            manager = new_page(**look)
            entered.append(manager)
            opened[key] = manager.__enter__()
            sign_in(opened[key], live_site, member)
        return opened[key]

    yield visit
    for manager in entered:
        manager.__exit__(None, None, None)


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_passes_the_gates(look, visit_as, live_site):
    day = staff_day()
    titles: dict[str, str] = {}
    found: list[str] = []

    for name, (role, path) in PAGES.items():
        page = visit_as(day.members[role], look)
        response = page.goto(live_site + path(day))
        assert response
        assert response.status == 200, name
        for gate in (check_accessible, check_no_sideways_scrolling, check_one_heading):
            try:
                gate(page)
            except AssertionError as fault:
                found.append(f"{name}: {fault}")
        titles[name] = page.title()

    assert not found, "\n\n".join(found)
    assert len(set(titles.values())) == len(titles), sorted(titles.values())


def check_one_heading(page: Page) -> None:
    assert page.locator("h1").count() == 1, f"{page.url} needs exactly one h1"
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_pages_before_sign_in_pass_the_gates(page, phone, live_site):
    for opened in (page, phone):
        for name in ("account_login", "account_reset_password"):
            opened.goto(live_site + reverse(name))
            check_accessible(opened)
            check_no_sideways_scrolling(opened)
            check_one_heading(opened)


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_the_documentation_of_the_api_lists_its_operations(look, new_page, live_site):
    with new_page(**look) as page:
        page.goto(live_site + reverse("api-docs"))

        page.get_by_role("heading", name="Crestpath").wait_for()
        page.locator("[data-path='/api/v1/appointments/']").first.wait_for()
        assert page.locator(".opblock").count() > 50
        check_no_sideways_scrolling(page)


def test_who_forgot_the_password_finds_one_way_on(page, live_site):
    page.goto(live_site + reverse("account_login"))

    assert page.locator(f"a[href='{reverse('account_reset_password')}']").count() == 1


@pytest.mark.parametrize("role", ["coordinator", "auditor"])
def test_the_account_is_at_the_right_with_a_search_and_without(
    role, visit_as, live_site
):
    page = visit_as(staff_day().members[role], DESK)
    page.goto(live_site + reverse("staff:home"))

    row = page.locator(".header__row").bounding_box()
    account = page.locator(".header details[data-menu]").bounding_box()

    assert row
    assert account
    assert row["x"] + row["width"] - account["x"] - account["width"] < 40


def test_a_refused_sign_in_says_so_and_focuses_the_summary(page, live_site):
    page.goto(live_site + reverse("account_login"))
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password").fill("not-the-password")
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("heading", name="There is a problem").wait_for()
    assert page.title().startswith("Error: ")
    check_accessible(page)


def test_a_problem_is_a_page_in_the_same_frame(visit_as, live_site):
    day = staff_day()
    page = visit_as(day.members["auditor"], DESK)

    response = page.goto(live_site + reverse("staff:board_on", args=[NOW.date()]))

    assert response.status == 403
    assert page.get_by_role("heading", name="You may not do this").count() == 1
    assert page.get_by_role("navigation", name="Main").count() == 1
    check_accessible(page)


def test_every_block_of_the_board_is_seen_and_reached(visit_as, live_site):
    day = staff_day()
    page = visit_as(day.members["coordinator"], DESK)
    page.goto(live_site + reverse("staff:board_on", args=[day.visit.local_on]))

    hidden = page.evaluate(
        """() => [...document.querySelectorAll('.board .block')].filter(block => {
            block.scrollIntoView({block: 'center', inline: 'center'});
            const box = block.getBoundingClientRect();
            const hit = document.elementFromPoint(
                box.left + box.width / 2, box.top + box.height / 2);
            return !block.contains(hit) || box.height < 24;
        }).map(block => block.getAttribute('aria-label'))"""
    )
    assert hidden == []
    assert page.locator(".board .block").count() >= 8

    first = page.locator(".board .block").first
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/appointments/**")


def test_a_change_elsewhere_arrives_on_the_board_without_losing_focus(
    visit_as, live_site
):
    day = staff_day()
    page = visit_as(day.members["coordinator"], DESK)
    page.goto(live_site + reverse("staff:board_on", args=[day.visit.local_on]))
    page.locator("#on").focus()

    book.check_in(appointment_id=day.visit.pk, by=BY, now=NOW)
    page.evaluate("document.body.dispatchEvent(new Event('tick'))")

    page.locator(
        ".block[aria-label*='Ana T.'][aria-label*='Checked in']"
    ).first.wait_for()
    assert page.evaluate("document.activeElement.id") == "on"


def test_the_first_tab_skips_to_the_content(visit_as, live_site):
    day = staff_day()
    page = visit_as(day.members["coordinator"], DESK)
    page.goto(live_site + reverse("staff:patients"))

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_menu_closes_on_escape_and_gives_the_focus_back(visit_as, live_site):
    day = staff_day()
    page = visit_as(day.members["coordinator"], DESK)
    page.goto(live_site + reverse("staff:today"))

    summary = page.locator(".header details[data-menu] > summary")
    summary.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    assert page.get_by_role("button", name="Sign out").is_hidden()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_booking_works_without_javascript(new_page, live_site):
    day = staff_day()
    with new_page(java_script_enabled=False, **DESK) as page:
        sign_in(page, live_site, day.members["coordinator"])
        page.goto(live_site + PAGES["staff:patient"][1](day))
        page.get_by_role("link", name="Find a time").last.click()
        page.get_by_label("Visit", exact=True).select_option("follow-up")
        page.get_by_role("button", name="Search", exact=True).click()
        page.get_by_role("button", name="Book ").first.click()

        page.wait_for_url("**/staff/appointments/**")
        assert page.get_by_text(BOOKED).count() == 1
