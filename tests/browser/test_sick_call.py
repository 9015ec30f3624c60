"""The sick call as a coordinator does it, with the keyboard; progress and undo."""

from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from core import clock
from scheduling.models import Conflict, RepairPlan
from scheduling.repair import execution, proposals
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import sign_in, staff_day
from tests.rivals import race

# The page asks every ten seconds; in milliseconds.
POLLED = 25_000
HOUR = timedelta(hours=1)


@pytest.fixture
def day():
    return staff_day()


def worker(plan):
    """What Celery does, beside the browser."""
    carry_on = partial(execution.carry_on, plan_id=plan.pk, now=clock.now())
    assert race([carry_on]) == [None]


def as_booked(visit):
    visit.refresh_from_db()
    taken = visit.reservations.filter(released_at=None).values_list("resource")
    return visit.start, sorted(taken)


def test_from_the_plan_to_the_report_and_back(page, live_site, day):
    plan = RepairPlan.objects.get()
    visit = plan.lines.get().appointment
    before = as_booked(visit)
    sign_in(page, live_site, day.members["coordinator"])
    page.goto(live_site + reverse("staff:absence", args=[plan.absence_id]))

    page.get_by_role("link", name="Open the plan").press("Enter")
    page.get_by_label("Way for Ana Torres").select_option("first-opening")
    page.get_by_role("button", name="Change").press("Enter")
    page.get_by_text("Another day", exact=True).first.wait_for()
    page.get_by_role("link", name="Next: messages and calls").press("Enter")
    page.get_by_role("heading", name="Messages (1 patient)").wait_for()
    page.get_by_role("button", name="Carry out the plan").press("Enter")

    page.get_by_role("heading", name="Under way").wait_for()
    page.reload()
    assert page.get_by_text("0 of 1 visits").count() == 1
    check_accessible(page)
    worker(plan)
    page.get_by_role("heading", name="Done").wait_for(timeout=POLLED)
    assert page.get_by_text("1 of 1 visits").count() == 1
    assert page.locator("progress").get_attribute("value") == "1"
    assert as_booked(visit) != before
    check_accessible(page)

    page.get_by_role("button", name="Undo the whole plan").press("Enter")
    page.get_by_role("heading", name="Being taken back").wait_for()
    worker(plan)
    page.get_by_role("heading", name="Taken back").wait_for(timeout=POLLED)
    assert as_booked(visit) == before
    assert Conflict.objects.get().resolved_at is None


def test_a_sick_call_is_entered_with_the_keyboard(page, live_site, day):
    sign_in(page, live_site, day.members["coordinator"])
    page.goto(live_site + reverse("staff:absence_new"))

    page.get_by_label("Who or what is away").focus()
    page.keyboard.type("Dr. Ming")
    page.keyboard.press("Tab")
    page.keyboard.type("ill")
    page.get_by_label("Note for colleagues").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/staff/absences/**")
    page.get_by_role("heading", name="Dr. Ming Chen – ill").wait_for()


def test_the_run_fits_a_phone(phone, live_site, day):
    plan = RepairPlan.objects.get()
    RepairPlan.objects.update(state="applying")
    sign_in(phone, live_site, day.members["coordinator"])
    phone.goto(live_site + reverse("staff:repair_run", args=[plan.pk]))

    check_no_sideways_scrolling(phone)
    check_accessible(phone)


def test_a_plan_that_is_being_made_says_how_far_it_is_and_comes_by_itself(
    page, live_site, day
):
    plan = RepairPlan.objects.get()
    sign_in(page, live_site, day.members["coordinator"])
    page.goto(live_site + reverse("staff:absence", args=[plan.absence_id]))
    page.get_by_role("button", name="Propose a new plan").press("Enter")

    page.get_by_role("heading", name="Plan being made").wait_for()
    page.get_by_text("Waiting for its turn.").wait_for()
    check_accessible(page)
    made = RepairPlan.objects.get(state="planning")
    RepairPlan.objects.filter(pk=made.pk).update(stage="least-delay")
    page.get_by_text("Looking for the shortest delays").wait_for(timeout=POLLED)
    make = partial(proposals.make, plan_id=made.pk, now=clock.now())
    assert race([make]) == [None]

    page.get_by_role("heading", name="Proposed plan").wait_for(timeout=POLLED)
    assert page.get_by_text("Exact", exact=True).count() == 1


def test_the_plan_being_made_fits_a_phone(phone, live_site, day):
    RepairPlan.objects.update(state="planning", asked_at=clock.now() - HOUR)
    sign_in(phone, live_site, day.members["coordinator"])
    phone.goto(live_site + reverse("staff:repair", args=[RepairPlan.objects.get().pk]))

    phone.get_by_role("button", name="Plan one by one").wait_for()
    check_no_sideways_scrolling(phone)
    check_accessible(phone)
