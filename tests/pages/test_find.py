"""The finder: why each day is skipped, what would help, and what a variation costs."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.urls import reverse

from core import clock
from tests.scheduling.asking import absent

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 9, 2)
QUERY = {
    "visit_type": "bmc-ultrasound",
    "first": "2026-09-02",
    "last": "2026-09-09",
    "search": "1",
}


def search(client, **changes):
    return client.get(reverse("staff:find"), QUERY | changes).content.decode()


def broken_centrifuge(practice, days=0):
    """Out of order from this morning until 2 PM, so many days later."""
    start = datetime(2026, 9, 2, 12, tzinfo=UTC)
    end = datetime(2026, 9, 2, 19, tzinfo=UTC) + timedelta(days=days)
    absent(practice.one("centrifuge"), start, end, "broken")


def skipped(page):
    rows = re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", page)
    return {day: re.sub(r"<[^>]+>", "", text) for day, text in rows}


def ways(page, heading=None):
    """What would help and where it leads; under that heading, or under any."""
    found = re.findall(r'<div class="ways"><h3[^>]*>([^<]+)</h3>(.*?)</div>', page)
    links = [
        link
        for title, text in found
        if heading in (None, title)
        for link in re.findall(r'<li><a href="([^"]+)">([^<]+)</a></li>', text)
    ]
    return {html.unescape(text): html.unescape(address) for address, text in links}


def starts(page):
    return re.findall(r'name="start" value="([^"]+)"', page)


def test_five_openings_in_the_order_of_time(coordinator, practice):
    page = search(coordinator, patient=practice.patient().pk)

    found = list(dict.fromkeys(starts(page)))
    assert "The first 5 openings" in page
    assert page.count("<h1") == 1
    assert len(found) == 5
    assert found == sorted(found)


def test_every_skipped_day_has_its_reason(coordinator, practice):
    broken_centrifuge(practice, days=1)

    page = search(coordinator, first="2026-09-02", last="2026-09-08", show="60")

    assert "Why nothing sooner?" in page
    assert skipped(page) == {
        "Wed, Sep 2": "Centrifuge 1 is out of order until Thu, Sep 3, 2:00 PM. "
        "Otherwise 9:00 AM would fit.",
        "Sat, Sep 5": "The clinic is closed on Saturdays.",
        "Sun, Sep 6": "The clinic is closed on Sundays.",
    }


def test_days_that_were_not_asked_for_are_one_line(coordinator):
    page = search(coordinator, first="2026-09-03", last="2026-09-16", weekdays=["2"])

    assert skipped(page) == {
        "Other days": "Mondays, Tuesdays, Thursdays, Fridays, Saturdays and Sundays "
        "were not asked for."
    }


def test_without_any_opening_two_ways_at_least_lead_on(coordinator, practice):
    broken_centrifuge(practice, days=3)

    page = search(coordinator, last="2026-09-03", weekdays="2", part="morning")

    found = ways(page)
    assert "No opening fits" in page
    assert "Why nothing at all?" in page
    assert len([one for one in found.values() if one.startswith("?")]) >= 2
    for text, address in found.items():
        here = address.startswith("?")
        answer = coordinator.get((reverse("staff:find") if here else "") + address)
        assert answer.status_code == 200, text
        if here:
            assert "No opening fits" not in answer.content.decode(), text


def test_the_thing_in_the_way_is_shown_on_its_days_board(coordinator, practice):
    broken_centrifuge(practice)

    page = search(coordinator, last="2026-09-02", part="morning")

    board = reverse("staff:board_on", args=[WEDNESDAY])
    assert ways(page)["If centrifuge 1 were free on Wed, Sep 2, 9:00 AM"] == board


def test_what_is_said_to_be_sooner_is_sooner(coordinator, practice):
    broken_centrifuge(practice)

    page = search(coordinator, last="2026-09-08", part="morning", show="60")

    assert list(ways(page, "Sooner")) == [
        "Any time of day: first on Wed, Sep 2, 1:00 PM",
        "If centrifuge 1 were free on Wed, Sep 2, 9:00 AM",
    ]
    assert list(ways(page, "More to choose from")) == [
        "From Wed, Sep 9 until Wed, Sep 16: first on Wed, Sep 9, 8:00 AM",
    ]


def test_what_comes_later_is_not_said_to_be_sooner(coordinator):
    page = search(coordinator, last="2026-09-05", show="60")

    assert not ways(page, "Sooner")
    assert list(ways(page, "More to choose from")) == [
        "From Mon, Sep 7 until Mon, Sep 14: first on Mon, Sep 7, 8:00 AM",
        "From Tue, Sep 8 until Tue, Sep 15: first on Tue, Sep 8, 8:00 AM",
    ]


def test_after_a_full_page_links_lead_to_the_days_that_follow_it(coordinator, practice):
    page = search(coordinator, first="2026-09-06", patient=practice.patient().pk)

    (text, address), *_ = ways(page, "More to choose from").items()
    then = coordinator.get(reverse("staff:find") + address).content.decode()
    assert text == "From Tue, Sep 8 until Tue, Sep 15: first on Tue, Sep 8, 8:00 AM"
    assert starts(then)[0] == "2026-09-08T13:00:00+00:00"


def test_the_address_alone_gives_the_same_page(coordinator, practice):
    asked = {"targets": "3", "sedation": "iv", "order": "tightest", "part": "morning"}
    patient = practice.patient()

    first = search(coordinator, patient=patient.pk, **asked)
    again = search(coordinator, patient=patient.pk, **asked)

    assert starts(first) == starts(again)
    for name, value in asked.items():
        chosen = re.search(
            rf'<select name="{name}".*?<option value="([^"]+)" selected',
            first,
            re.DOTALL,
        )
        assert chosen, name
        assert chosen[1] == value


def test_a_variation_is_shown_before_booking_and_goes_with_each_card(
    coordinator, practice
):
    page = search(
        coordinator,
        patient=practice.patient().pk,
        targets="3",
        sedation="iv",
        image_guided_harvest="on",
    )

    assert (
        "3 h 1 min at the clinic, the procedure 1 h 21 min "
        "(3 targets: 16 min longer; IV sedation: 30 min longer; "
        "image-guided harvest: imaging from the harvest on)"
    ) in page
    forms = page.count('name="start"')
    assert forms == 10
    assert page.count('name="targets" value="3"') == forms
    assert page.count('name="sedation" value="iv"') == forms
    assert page.count('name="image_guided_harvest" value="on"') == forms


def test_a_variation_out_of_bounds_is_said_at_its_field(coordinator):
    response = coordinator.get(reverse("staff:find"), QUERY | {"targets": "12"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "would last" in page
    assert 'id="id_targets_error"' in page


def test_who_is_preferred_and_who_is_not_wanted(coordinator, practice):
    doctor = practice.one("clinician")

    preferred = search(coordinator, prefer=doctor.pk)
    unwanted = search(coordinator, without=doctor.pk)

    assert "With the clinician you prefer, clinician 1." in preferred
    assert "No opening fits" in unwanted
    found = ways(unwanted)
    nobody = next(text for text in found if text.startswith("Nobody excluded: first"))
    assert "without" not in parse_qs(found[nobody][1:])


def test_each_card_says_why_it_ranks_on_twelve_hour_clocks(coordinator):
    page = search(coordinator, order="tightest", targets="2")

    assert page.count('class="opening__why') == 5
    assert not re.search(r"before \d\d:\d\d,", page)


def test_show_more_shows_more(coordinator):
    page = search(coordinator, visit_type="follow-up")
    (address,) = re.findall(r'<a class="button" href="(\?[^"]+)">Show more', page)

    more = coordinator.get(reverse("staff:find") + html.unescape(address))

    assert "The first 10 openings" in more.content.decode()


def live(client, **changes):
    """The answer to a changed wish."""
    headers = {"HX-Request": "true"}
    return client.get(reverse("staff:find"), QUERY | changes, headers=headers)


def test_a_changed_wish_is_answered_with_the_openings_alone(coordinator):
    answer = live(coordinator)

    page = answer.content.decode()
    assert "<html" not in page
    assert page.lstrip().startswith('<div id="found">')
    assert (
        '<div id="live" hx-swap-oob="innerHTML">'
        "The first 5 openings, beginning with Wed, Sep 2, 9:00 AM</div>"
    ) in page


def test_a_changed_wish_that_is_no_question_is_said_so(coordinator):
    answer = live(coordinator, last="2026-09-01")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert 'href="#id_last"' in page
    assert 'id="results"' not in page


def test_wishes_ask_again_only_once_something_was_searched(coordinator):
    blank = coordinator.get(reverse("staff:find")).content.decode()

    assert "hx-get" not in blank
    assert "hx-get" in search(coordinator)
    assert "hx-get" not in search(coordinator, last="2026-09-01")


def test_the_first_five_openings_have_a_key(coordinator):
    page = search(coordinator, visit_type="follow-up", show="10")

    keys = re.findall(r'<kbd class="opening__key"[^>]* hidden>(\d)</kbd>', page)
    assert page.count('<li class="card opening"') == 10
    assert keys == ["1", "2", "3", "4", "5"]


def test_a_number_of_thousands_of_digits_shows_the_first_page(coordinator):
    assert "The first 5 openings" in search(coordinator, show="9" * 5000)


@pytest.mark.parametrize("digits", [20, 5000])
def test_a_booking_of_an_unheard_of_type_or_clinician_is_no_error_of_ours(
    coordinator, practice, digits
):
    ask = {
        "patient": practice.patient().pk,
        "start": "2026-09-03T14:00:00+00:00",
        "visit_type": "consultation",
    }

    for name in ("visit_type", "clinician", "prefer", "without", "shown"):
        answer = coordinator.post(reverse("staff:book"), ask | {name: "9" * digits})
        harmless = name == "shown" and digits == 20
        assert answer.status_code in ([302] if harmless else [400, 422]), name


def test_the_patients_age_beside_a_taken_time_is_of_the_clinics_day(
    coordinator, practice
):
    late = datetime(2026, 9, 3, 1, tzinfo=UTC)
    clock.set_to(late)
    patient = practice.patient()
    start = datetime(2026, 9, 3, 14, tzinfo=UTC)
    practice.book(start=start)

    answer = coordinator.post(
        reverse("staff:book"),
        {
            "patient": patient.pk,
            "start": start.isoformat(),
            "visit_type": "consultation",
        },
    )

    assert answer.status_code == 409
    assert answer.context_data["today"] == WEDNESDAY
