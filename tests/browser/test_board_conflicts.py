"""Short visits in conflict on the board: whose they are can still be read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from scheduling.absences import services as absences
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import BY, NOW, at, sign_in, staff_day
from tests.factories import scheduling as make

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
NEXT_WEEK = 8
LENGTHS = (15, 20, 25)


@pytest.fixture
def day():
    """Visits of these lengths one after the other, with a clinician who falls ill."""
    found = staff_day()
    chen = found.clinic.resources.get(name="Dr. Ming Chen").pk
    start = at(8, 30, days=NEXT_WEEK)
    for minutes in LENGTHS:
        phase = make.PhaseSpec("Visit", 0, minutes, (make.NeedSpec(("clinician",)),))
        make.visit_type(found.clinic, phase, slug=f"short-{minutes}")
        found.practice.book(
            visit_type=f"short-{minutes}", start=start, clinician=chen, now=NOW
        )
        start += timedelta(minutes=minutes)
    absences.open_absence(
        clinic_id=found.clinic.pk,
        resource_id=chen,
        start=at(0, days=NEXT_WEEK),
        end=at(14, days=NEXT_WEEK),
        kind="ill",
        by=BY,
        now=NOW,
    )
    return found


def board(page, site, day):
    sign_in(page, site, day.members["coordinator"])
    on = at(0, days=NEXT_WEEK).date()
    page.goto(f"{site}{reverse('staff:board_on', args=[on])}?view=board&columns=all")


def is_within(part, whole):
    """Whether the name begins where the block shows it, on a whole line."""
    name, block = part.bounding_box(), whole.bounding_box()
    return (
        block["x"] <= name["x"] < block["x"] + block["width"] / 2 + 20
        and block["y"] <= name["y"]
        and name["y"] + name["height"] <= block["y"] + block["height"] + 1
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_name_and_the_conflict_are_seen_however_short_the_visit(
    new_page, live_site, day, size, scheme
):
    with new_page(viewport=size, color_scheme=scheme) as page:
        board(page, live_site, day)

        blocks = page.locator("a.block--conflict")
        expect(blocks).to_have_count(len(LENGTHS))
        for block in blocks.all():
            assert is_within(block.locator(".block__who"), block)
            mark = "e => getComputedStyle(e, '::before').content"
            assert block.evaluate(mark) == '"!"'
        check_accessible(page)
        check_no_sideways_scrolling(page)


def test_the_legend_says_what_conflicts_and_absences_look_like(page, live_site, day):
    board(page, live_site, day)

    legend = page.locator(".legend")
    expect(legend).to_contain_text("Conflict")
    expect(legend).to_contain_text("Absence")
