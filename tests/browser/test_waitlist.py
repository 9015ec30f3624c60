"""The waiting list with the keyboard alone, and a yes that appears by itself."""

from django.urls import reverse

from patients.models import PatientLink
from patients.services import links
from scheduling.models import Offer
from scheduling.waitlist import acceptance, ends
from tests.browser.accessibility import check_accessible, check_no_sideways_scrolling
from tests.browser.staff_day import BY, NOW, sign_in, staff_day
from tests.factories.patients import BORN

PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


def test_two_are_chosen_and_an_offer_is_sent_by_keyboard(page, live_site):
    day = staff_day()
    sign_in(page, live_site, day.members["coordinator"])
    page.goto(live_site + reverse("staff:waitlist_opening", args=[day.ids["freed"]]))

    boxes = page.get_by_role("checkbox")
    for number in range(2):
        boxes.nth(number).focus()
        page.keyboard.press("Space")
        page.keyboard.press("Space")
        assert boxes.nth(number).is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("90")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_text("Offered to 2 patients until Tue, Sep 8, 10:50 AM.").wait_for()
    check_accessible(page)
    assert Offer.objects.filter(freed=day.ids["freed"]).count() == 2


def test_a_yes_appears_on_the_open_page_and_on_the_board(page, live_site):
    day = staff_day()
    offer = Offer.objects.get(entry=day.ids["waits"])
    sign_in(page, live_site, day.members["coordinator"])
    page.goto(live_site + reverse("staff:waitlist"))
    page.get_by_text("No answer yet").wait_for()

    acceptance.accept(offer_id=offer.pk, by=BY, now=NOW)
    ends.close_offer_batches(by=BY, now=NOW)
    page.evaluate("document.body.dispatchEvent(new Event('tick'))")

    page.get_by_text("Accepted").wait_for()
    page.goto(live_site + reverse("staff:board_on", args=[offer.hold.local_on]))
    page.locator(".block[aria-label*='Hanna W.']").first.wait_for()


def test_a_patient_takes_the_time_on_a_phone_without_javascript(new_page, live_site):
    day = staff_day()
    link = PatientLink.objects.get(subject__startswith="offer:")
    with new_page(java_script_enabled=False, **PHONE) as page:
        page.goto(f"{live_site}/v/{links.token(link)}/")
        page.get_by_label("Month").fill(str(BORN.month))
        page.get_by_label("Day").fill(str(BORN.day))
        page.get_by_label("Year").fill(str(BORN.year))
        page.get_by_role("button", name="Open").click()
        page.get_by_role("button", name="Take this time").click()

        page.get_by_role("heading", name="Thank you. This time is yours.").wait_for()
    assert Offer.objects.get(entry=day.ids["waits"]).state == "accepted"


def test_the_pages_of_an_offer_pass_the_gates(new_page, live_site):
    staff_day()
    link = PatientLink.objects.get(subject__startswith="offer:")
    for look in ({"viewport": {"width": 1440, "height": 900}}, PHONE):
        with new_page(**look) as page:
            page.goto(f"{live_site}/v/{links.token(link)}/")
            page.get_by_label("Month").fill(str(BORN.month))
            page.get_by_label("Day").fill(str(BORN.day))
            page.get_by_label("Year").fill(str(BORN.year))
            page.get_by_role("button", name="Open").click()
            page.get_by_role("heading", name="A time is free").wait_for()
            check_accessible(page)
            check_no_sideways_scrolling(page)
            for language in ("Español", "English"):
                page.get_by_role("link", name=language).click()
                check_accessible(page)
