"""Moving by forms: what would change, why, what changed, and back; starts in words."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from scheduling.booking import book as booking
from scheduling.booking import rules
from scheduling.models import Appointment, Hold
from scheduling.setup import services as setup
from tests.factories import scheduling as make
from tests.factories.scheduling import BY, NINE, minutes
from tests.pages.conftest import NOW
from tests.pages.test_booking import fields
from tests.scheduling.test_bad_starts import ALWAYS

pytestmark = pytest.mark.django_db

# The hours of 2026 in which Houston's clocks are put back; there is no gap ahead.
DOUBLED = {"on": "2026-11-01", "at": "01:30"}
GAP = {"on": "2027-03-14", "at": "02:30"}
FAR = {"on": "2026-09-10", "at": "10:00"}


@pytest.fixture
def later(practice):
    """A visit a week ahead: nobody need say why it is moved."""
    return practice.book(start=NINE + timedelta(days=7))


@pytest.fixture
def always_open(practice):
    setup.set_hours(clinic_id=practice.clinic.pk, hours=ALWAYS, by=BY, now=NOW)


def at(name, visit):
    return reverse(f"staff:{name}", args=[visit.pk])


def see(client, visit, when):
    response = client.get(at("appointment_move_preview", visit), when)
    return response, html.unescape(response.content.decode())


def page_of(client, visit):
    return html.unescape(client.get(at("appointment", visit)).content.decode())


def test_a_move_is_seen_before_it_is_made(coordinator, practice, later):
    response, page = see(coordinator, later, FAR)
    move = at("appointment_move", later)

    done = coordinator.post(move, fields(page, move))

    later.refresh_from_db()
    assert response.status_code == 200
    assert "What changes" in page
    assert "clinician 1" in page
    assert "stay</span>" in page
    assert done.status_code == 302
    assert later.start.isoformat() == "2026-09-10T15:00:00+00:00"


def test_the_preview_names_who_takes_whose_place(coordinator, practice, later):
    other = setup.add_resource(
        clinic_id=practice.clinic.pk, kind="clinician", name="Dr Chen", by=BY, now=NOW
    )
    setup.set_hours(
        clinic_id=practice.clinic.pk,
        resource_id=practice.one("clinician").pk,
        hours={2: make.WEEK[0]},
        by=BY,
        now=NOW,
    )

    _, page = see(coordinator, later, FAR)

    assert f"clinician 1 → {other.name}" in page


def test_a_time_that_is_taken_says_who_is_in_the_way_and_offers_others(
    coordinator, practice, later
):
    practice.book(start=NINE + timedelta(days=8, hours=1))

    response, page = see(coordinator, later, FAR)

    assert response.status_code == 200
    assert "is not possible" in page
    assert "This time is not available." in page
    assert "<li>Visit: clinician 1 is booked until 10:45 AM.</li>" in page
    assert at("appointment_move", later) in page


def test_a_move_that_comes_too_late_says_who_is_in_the_way(
    coordinator, practice, later
):
    practice.book(start=NINE + timedelta(days=8, hours=1))
    move = at("appointment_move", later)

    response = coordinator.post(move, {**FAR, "version": later.version})

    page = html.unescape(response.content.decode())
    assert response.status_code == 409
    assert "<li>Visit: clinician 1 is booked until 10:45 AM.</li>" in page
    assert "Choose one of the alternatives" in page


def test_close_to_the_visit_a_move_needs_its_reason(coordinator, practice):
    visit = practice.book()
    _, page = see(coordinator, visit, FAR)
    move = at("appointment_move", visit)
    ask = fields(page, move)

    without = coordinator.post(move, ask | {"reason": ""})
    with_one = coordinator.post(move, ask | {"reason": "Patient asked"})

    answer = without.content.decode()
    assert without.status_code == 422
    assert "Give the reason." in answer
    assert "Needed, because it is less than 48 hours to the old or the new" in answer
    assert with_one.status_code == 302
    visit.refresh_from_db()
    assert visit.revision == 1


def test_moving_into_the_next_48_hours_needs_its_reason_too(coordinator, later):
    move = at("appointment_move", later)

    response = coordinator.post(move, {"on": "2026-09-03", "at": "10:00", "version": 1})

    later.refresh_from_db()
    assert response.status_code == 422
    assert later.revision == 0


def test_what_changed_stays_on_the_page_with_its_undo(coordinator, practice, later):
    booking.confirm(appointment_id=later.pk, by=BY, now=NOW)
    move, undo = at("appointment_move", later), at("appointment_undo_move", later)
    coordinator.post(move, {**FAR, "version": 2, "reason": "Patient asked"})

    before = page_of(coordinator, later)
    response = coordinator.post(undo, fields(before, undo))
    after = page_of(coordinator, later)

    later.refresh_from_db()
    assert "Recent change" in before
    assert "Wed, Sep 9" in before
    assert "Patient asked" in before
    assert response.status_code == 302
    assert (later.start, later.confirmed_at) == (NINE + timedelta(days=7), NOW)
    assert "Recent change" not in after
    assert "Visit moved back" in after


def test_the_undo_goes_once_the_old_time_is_over(coordinator, practice):
    visit = practice.book()
    tomorrow = NINE + timedelta(days=1)
    booking.move(
        appointment_id=visit.pk,
        start=tomorrow,
        version=1,
        reason="patient asked",
        by=BY,
        now=NOW,
    )

    before = page_of(coordinator, visit)
    clock.set_to(NINE + minutes(30))
    after = page_of(coordinator, visit)
    late = coordinator.post(at("appointment_undo_move", visit), {"version": 2})

    assert "Undo this change" in before
    assert "Undo this change" not in after
    assert late.status_code == 409
    assert "cannot be moved back" in late.content.decode()


def test_other_resources_at_the_same_time_are_shown_and_undone(coordinator, practice):
    setup.add_resource(
        clinic_id=practice.clinic.pk, kind="clinician", name="Dr Chen", by=BY, now=NOW
    )
    visit = practice.book(start=NINE + timedelta(days=7))
    [ill] = visit.reservations.filter(resource__kind="clinician")
    booking.reassign(
        appointment_id=visit.pk,
        version=1,
        avoiding=frozenset({ill.resource_id}),
        by=BY,
        now=NOW,
    )

    page = page_of(coordinator, visit)

    assert "Recent change" in page
    assert re.search(r"(clinician 1 → Dr Chen|Dr Chen → clinician 1)", page)


@pytest.mark.usefixtures("always_open")
def test_a_doubled_hour_lets_one_choose_and_the_choice_is_moved_to(coordinator, later):
    response, page = see(coordinator, later, DOUBLED)
    links = re.findall(r'href="([^"]*move/preview/\?start=[^"]*)">([^<]*)<', page)

    chosen = coordinator.get(links[1][0])
    move = at("appointment_move", later)
    done = coordinator.post(move, fields(chosen.content.decode(), move))

    later.refresh_from_db()
    assert response.status_code == 422
    assert "Which start is meant?" in page
    assert [text[-11:] for _, text in links] == ["(UTC-05:00)", "(UTC-06:00)"]
    assert done.status_code == 302
    assert (later.fold, later.start.isoformat()) == (1, "2026-11-01T07:30:00+00:00")


@pytest.mark.parametrize(
    ("when", "words", "choices"),
    [
        (GAP, "The clocks skip this time that day", 2),
        ({"on": "2026-09-10", "at": "10:03"}, "Visits start every 5 minutes.", 2),
        ({"on": "2026-08-10", "at": "10:00"}, "in the past", 0),
        ({"on": "", "at": ""}, "Give a date for the day.", 0),
    ],
)
def test_a_start_that_cannot_be_meant_is_said_in_words(
    coordinator, later, when, words, choices
):
    response, page = see(coordinator, later, when)
    posted = coordinator.post(at("appointment_move", later), {**when, "version": 1})

    assert (response.status_code, posted.status_code) == (422, 422)
    assert words in page
    assert words in html.unescape(posted.content.decode())
    assert page.count("move/preview/?start=") == choices


@pytest.mark.usefixtures("always_open")
@pytest.mark.parametrize(("name", "model"), [("book", Appointment), ("hold_new", Hold)])
def test_a_doubled_start_can_be_chosen_when_booking(coordinator, practice, name, model):
    address = reverse(f"staff:{name}")
    ask = {
        "patient": practice.patient().pk,
        "visit_type": "consultation",
        "start": "2026-11-01T01:30:00",
    }

    response = coordinator.post(address, ask)
    page = response.content.decode()
    done = coordinator.post(address, fields(page, address))

    assert response.status_code == 422
    assert "Which start is meant?" in page
    assert done.status_code == 302
    assert model.objects.get().fold == 0


@pytest.mark.parametrize("name", ["book", "hold_new"])
@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"start": "2026-09-10T10:03:00-05:00"}, 422, "every 5 minutes"),
        ({"start": "2026-08-10T10:00:00-05:00"}, 422, "in the past"),
        ({"start": "soon"}, 400, "Choose a patient and an opening first."),
        ({"visit_type": "surgery"}, 400, "There is no visit type"),
        ({"clinician": "999999"}, 400, "No active clinician"),
        ({"targets": "99"}, 400, "1 to 20 targets"),
    ],
)
def test_a_booking_that_cannot_be_meant_is_said_in_words(
    coordinator, practice, name, changed, status, words
):
    ask = {
        "patient": practice.patient().pk,
        "visit_type": "consultation",
        "start": (NINE + timedelta(days=7)).isoformat(),
    }

    response = coordinator.post(reverse(f"staff:{name}"), ask | changed)

    assert response.status_code == status
    assert words in response.content.decode()


def test_another_clinics_patient_and_visit_are_not_there(coordinator):
    other = make.practice()
    visit = other.book()
    ask = {
        "patient": other.patient().pk,
        "visit_type": "consultation",
        "start": NINE.isoformat(),
    }

    booked = coordinator.post(reverse("staff:book"), ask)
    seen, _ = see(coordinator, visit, FAR)
    moved = coordinator.post(at("appointment_move", visit), {**FAR, "version": 1})

    codes = {booked.status_code, seen.status_code, moved.status_code}
    assert codes == {404}


def test_a_visit_is_booked_with_what_it_asks_for(coordinator, practice, monkeypatch):
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])
    ask = {
        "patient": practice.patient().pk,
        "visit_type": "bmc-ultrasound",
        "start": (NINE + timedelta(days=7)).isoformat(),
        "targets": "2",
        "sedation": "oral",
        "image_guided_harvest": "1",
    }

    held = coordinator.post(reverse("staff:hold_new"), ask)
    page = coordinator.get(held["Location"]).content.decode()
    book = reverse("staff:book")
    coordinator.post(book, fields(page, book))

    asked = {"targets": 2, "sedation": "oral", "image_guided_harvest": True}
    assert Appointment.objects.get().variation == asked
    assert "2 targets, sedation: oral, image-guided harvest" in page


def test_a_hold_shows_its_end_and_can_be_extended(coordinator, practice):
    held = Hold.objects.get(
        pk=coordinator.post(
            reverse("staff:hold_new"),
            {
                "patient": practice.patient().pk,
                "visit_type": "consultation",
                "start": (NINE + timedelta(days=7)).isoformat(),
            },
        )["Location"].split("/")[-2]
    )
    Hold.objects.update(expires_at=NOW + minutes(9))
    extend = at("hold_extend", held)

    page = coordinator.get(at("hold", held)).content.decode()
    longer = coordinator.post(extend, fields(page, extend))
    again = coordinator.get(at("hold", held)).content.decode()
    clock.set_to(NOW + timedelta(hours=49))
    over = coordinator.get(at("hold", held)).content.decode()
    refused = coordinator.post(extend, {})

    assert "Kept aside until" in page
    assert "in 9 min" in page
    assert longer.status_code == 302
    assert "in 2 days" in again
    assert "no longer held" in over
    assert extend not in over
    assert refused.status_code == 409
    assert "no longer kept aside" in refused.content.decode()


def test_a_third_hold_for_a_patient_is_refused_in_words(coordinator, practice):
    patient = practice.patient()
    answers = [
        coordinator.post(
            reverse("staff:hold_new"),
            {
                "patient": patient.pk,
                "visit_type": "consultation",
                "start": (NINE + timedelta(days=7, hours=hour)).isoformat(),
            },
        )
        for hour in range(3)
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 409]
    assert "kept aside for this patient already" in answers[2].content.decode()
