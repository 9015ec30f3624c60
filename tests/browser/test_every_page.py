"""The gates of every staff page: axe, no sideways scrolling, no strangers, a clean
console, one h1, a title of its own; at a desk and on a phone, in light and dark."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from clinics import checks
from clinics.domain import policy
from clinics.domain.roles import STAFF_ROLES
from pages.kit.words import BOOKED
from scheduling.booking import book
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import BY, NOW, StaffDay, sign_in, staff_day
from tests.factories.urls import FORMS, ROUTES, parameters

DESK = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}

NEXT_WEEK = NOW.date() + timedelta(days=7)

# Answers that are no page of their own, or have tests of their own.
ELSEWHERE = FORMS | {"staff:home", "staff:repair_run", "staff:patient_return"}
ELSEWHERE_BEGINS = ("staff:episode", "staff:act")
# Pages of allauth inside our frame.
OUR_ACCOUNT = ("account_change_password", "mfa_index")

# What each parameter of an address stands for on this day.
PARAMETERS: dict[str, Callable[[StaffDay], Any]] = {
    "absence_id": lambda day: day.ids["absence"],
    "appointment_id": lambda day: day.visit.pk,
    "enquiry_id": lambda day: day.ids["enquiry"],
    "entry_id": lambda day: day.ids["waits"],
    "freed_id": lambda day: day.ids["freed"],
    "hold_id": lambda day: day.ids["hold"],
    "message_id": lambda day: day.ids["message"],
    "milestone_id": lambda day: day.ids["step"],
    "on": lambda day: day.visit.local_on,
    "patient_id": lambda day: day.patient.pk,
    "plan_id": lambda day: day.ids["plan"],
    "resource_id": lambda day: day.ids["room"],
    "text_id": lambda day: day.ids["text"],
    "kind": lambda day: "confirmation",
    "language": lambda day: "es",
    "channel": lambda day: "sms",
}
INSTEAD: dict[str, dict[str, Any]] = {
    "staff:hearing_on": {"on": NEXT_WEEK},
    "staff:today_on": {"on": NEXT_WEEK},
}
QUERIES: dict[str, Callable[[StaffDay], str]] = {
    "staff:appointment_move_preview": lambda day: f"on={NEXT_WEEK}&at=14:00",
    "staff:board": lambda day: f"view=list&on={NEXT_WEEK}",
    "staff:find": lambda day: (
        f"patient={day.patient.pk}"
        "&visit_type=bmc-ultrasound&first=2026-09-08&last=2026-09-20&search=1"
    ),
    "staff:hearing_on": lambda day: "span=week",
    "staff:waitlist_new": lambda day: f"patient={day.patient.pk}",
}
# The first of these who may; some pages are opened by others, so that each role is met.
ROLES = ("coordinator", "nurse", "technician", "admin", "auditor")
OPENED_BY = {
    "staff:board": "clinician",
    "staff:contacts_due": "nurse",
    "staff:inbox_text": "nurse",
    "staff:kits": "technician",
    "staff:patient_depart": "nurse",
    "staff:tasks": "clinician",
    "staff:today_on": "nurse",
    **dict.fromkeys(OUR_ACCOUNT, "nurse"),
}


def staff_pages() -> dict[str, str | None]:
    """Action of each address of the staff that shows a page, by URL name."""
    return {
        one.name: one.action
        for one in checks.addresses()
        if one.name.startswith("staff:")
        and one.name not in ELSEWHERE
        and not one.name.startswith(ELSEWHERE_BEGINS)
    }


def role_for(name: str, action: str | None) -> str:
    may = policy.rule(action).roles if action else ROLES
    return OPENED_BY.get(name) or next(role for role in ROLES if role in may)


def path_on(day: StaffDay, name: str) -> str:
    """The path of a page on this day."""
    needs = parameters(ROUTES[name])
    unknown = set(needs) - set(PARAMETERS)
    assert not unknown, f"{name}: say in PARAMETERS what {unknown} stand for"
    given = {one: PARAMETERS[one](day) for one in needs} | INSTEAD.get(name, {})
    asked = f"?{QUERIES[name](day)}" if name in QUERIES else ""
    return reverse(name, kwargs=given) + asked


PAGES = staff_pages() | dict.fromkeys(OUR_ACCOUNT)


def test_every_line_about_a_page_names_one():
    named = ELSEWHERE | set(INSTEAD) | set(QUERIES) | set(OPENED_BY)

    assert named <= set(ROUTES)
    assert {one for name in PAGES for one in parameters(ROUTES[name])} == set(
        PARAMETERS
    )


def test_each_role_opens_a_page():
    opened = {role_for(name, action) for name, action in PAGES.items()}

    assert opened == set(STAFF_ROLES) - {"medical_director"}


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

    for name, action in PAGES.items():
        page = visit_as(day.members[role_for(name, action)], look)
        response = page.goto(live_site + path_on(day, name))
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
        page.goto(live_site + path_on(day, "staff:patient"))
        page.get_by_role("link", name="Find a time").last.click()
        page.get_by_label("Visit", exact=True).select_option("follow-up")
        page.get_by_role("button", name="Search", exact=True).click()
        page.get_by_role("button", name="Book ").first.click()

        page.wait_for_url("**/staff/appointments/**")
        assert page.get_by_text(BOOKED).count() == 1
