"""Find an opening, hold it, book it, move it, give it up: by forms alone."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import JournalEntry
from scheduling import selectors
from tests.factories.scheduling import NINE

pytestmark = pytest.mark.django_db


def search(client, **changes):
    query = {
        "visit_type": "consultation",
        "clinician": "",
        "first": "2026-09-02",
        "last": "2026-09-09",
        "part": "",
        "search": "1",
    }
    return client.get(reverse("staff:find"), query | changes)


def fields(page, action):
    """The hidden fields of the first form that posts to `action`."""
    form = re.search(
        rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL
    )
    assert form, f"no form posts to {action}"
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[1])
    return {name: html.unescape(value) for name, value in found}


def booked(patient):
    return list(selectors.appointments_of(patient.pk))


def test_an_opening_that_was_found_is_booked_at_one_press(coordinator, practice):
    patient = practice.patient()
    page = search(coordinator, patient=patient.pk).content.decode()
    ask = fields(page, reverse("staff:book"))

    response = coordinator.post(reverse("staff:book"), ask)

    (visit,) = booked(patient)
    assert response["Location"] == reverse("staff:appointment", args=[visit.pk])


def test_the_same_form_sent_twice_books_once(coordinator, practice):
    patient = practice.patient()
    page = search(coordinator, patient=patient.pk).content.decode()
    ask = fields(page, reverse("staff:book"))

    first = coordinator.post(reverse("staff:book"), ask)
    second = coordinator.post(reverse("staff:book"), ask)

    assert len(booked(patient)) == 1
    assert second["Location"] == first["Location"]


def test_an_opening_taken_meanwhile_is_answered_with_others(coordinator, practice):
    patient = practice.patient()
    page = search(coordinator, patient=patient.pk).content.decode()
    ask = fields(page, reverse("staff:book"))
    practice.book(start=NINE.fromisoformat(ask["start"]))

    response = coordinator.post(reverse("staff:book"), ask)

    answer = response.content.decode()
    assert response.status_code == 409
    assert "That time is taken" in answer
    assert answer.count(f'action="{reverse("staff:book")}"') == 3
    assert booked(patient) == []
    again = coordinator.post(
        reverse("staff:book"), fields(answer, reverse("staff:book"))
    )
    assert again.status_code == 302
    assert len(booked(patient)) == 1


def test_a_patient_who_has_another_visit_then_is_not_booked_twice(
    coordinator, practice
):
    patient = practice.patient()
    page = search(coordinator, patient=patient.pk).content.decode()
    ask = fields(page, reverse("staff:book"))
    start = NINE.fromisoformat(ask["start"])
    practice.book(patient, visit_type="follow-up", start=start)

    response = coordinator.post(reverse("staff:book"), ask)

    assert response.status_code == 409
    assert "another visit at this time" in response.content.decode()


def test_a_procedure_without_approval_is_refused_with_its_reason(coordinator, practice):
    patient = practice.patient()
    page = search(
        coordinator, patient=patient.pk, visit_type="bmc-ultrasound"
    ).content.decode()

    response = coordinator.post(
        reverse("staff:book"), fields(page, reverse("staff:book"))
    )

    assert response.status_code == 409
    assert "needs a signed approval" in response.content.decode()
    assert booked(patient) == []


def test_without_a_patient_openings_are_shown_and_not_booked(coordinator):
    page = search(coordinator).content.decode()

    assert "The first 5 openings" in page
    assert reverse("staff:book") not in page


def test_no_opening_offers_wishes_to_drop_as_working_links(coordinator):
    page = search(
        coordinator, first="2026-09-05", last="2026-09-06", weekdays="5", part="morning"
    ).content.decode()

    ways = re.findall(r'<li><a href="(\?[^"]+)">([^<]+)</a></li>', page)
    assert "No opening fits" in page
    assert ways
    for query, text in ways:
        followed = coordinator.get(reverse("staff:find") + html.unescape(query))
        assert "opening" in followed.content.decode(), text


def test_a_window_that_runs_backwards_is_said_in_words(coordinator):
    response = search(coordinator, first="2026-09-09", last="2026-09-02")

    assert response.status_code == 422
    assert "The last date is before the first." in response.content.decode()


def test_a_held_opening_is_booked_from_its_page(coordinator, practice):
    patient = practice.patient()
    page = search(coordinator, patient=patient.pk).content.decode()

    held = coordinator.post(
        reverse("staff:hold_new"), fields(page, reverse("staff:hold_new"))
    )
    its_page = coordinator.get(held["Location"]).content.decode()
    response = coordinator.post(
        reverse("staff:book"), fields(its_page, reverse("staff:book"))
    )

    assert "Kept aside until" in its_page
    assert response.status_code == 302
    assert len(booked(patient)) == 1
    over = coordinator.get(held["Location"]).content.decode()
    assert "no longer held" in over


def held_opening(client, patient):
    """The form that books an opening which is held for this patient."""
    page = search(client, patient=patient.pk).content.decode()
    ask = fields(page, reverse("staff:hold_new"))
    held = client.post(reverse("staff:hold_new"), ask)
    its_page = client.get(held["Location"]).content.decode()
    return fields(its_page, reverse("staff:book"))


def test_a_held_opening_is_not_booked_as_something_else(coordinator, practice):
    patient = practice.patient()
    ask = held_opening(coordinator, patient)

    response = coordinator.post(reverse("staff:book"), ask | {"visit_type": "bmc"})

    assert response.status_code == 400
    assert "The hold is for consultation;" in response.content.decode()
    assert booked(patient) == []


def test_a_held_opening_is_booked_at_its_own_start_instead_of_another(
    coordinator, practice
):
    patient = practice.patient()
    ask = held_opening(coordinator, patient)
    start = NINE.fromisoformat(ask["start"])
    book = reverse("staff:book")
    late = ask | {"start": (start + timedelta(minutes=5)).isoformat()}

    asked_back = coordinator.post(book, late)
    again = fields(asked_back.content.decode(), book)
    coordinator.post(book, again)

    assert asked_back.status_code == 422
    assert [visit.start for visit in booked(patient)] == [start]


def test_a_visit_is_moved_by_its_form(coordinator, practice):
    visit = practice.book()
    address = reverse("staff:appointment_move", args=[visit.pk])

    response = coordinator.post(
        address,
        {"on": "2026-09-03", "at": "10:00", "reason": "Ill", "version": visit.version},
    )

    visit.refresh_from_db()
    assert response.status_code == 302
    assert visit.start.isoformat() == "2026-09-03T15:00:00+00:00"


def test_moving_onto_another_visit_offers_times_to_move_to(coordinator, practice):
    visit = practice.book()
    practice.book(start=NINE.replace(hour=11))
    move = reverse("staff:appointment_move", args=[visit.pk])
    ask = {"on": "2026-09-02", "at": "11:00", "version": visit.version}

    response = coordinator.post(move, ask | {"reason": "Ill"})
    answer = response.content.decode()
    moved = coordinator.post(move, fields(answer, move) | {"reason": "Ill"})

    visit.refresh_from_db()
    assert response.status_code == 409
    assert moved.status_code == 302
    assert visit.start > NINE.replace(hour=11)


def test_an_outdated_page_changes_nothing(coordinator, practice):
    visit = practice.book()
    cancel = reverse("staff:appointment_cancel", args=[visit.pk])
    coordinator.post(
        reverse("staff:appointment_confirm", args=[visit.pk]),
        {"version": visit.version},
    )

    response = coordinator.post(cancel, {"reason": "Moved away", "version": 1})

    visit.refresh_from_db()
    assert response.status_code == 409
    assert visit.status == "booked"


def test_cancelling_needs_a_reason_in_words(coordinator, practice):
    visit = practice.book()
    address = reverse("staff:appointment_cancel", args=[visit.pk])

    response = coordinator.post(address, {"reason": "", "version": visit.version})

    assert response.status_code == 422
    assert "Give the reason." in response.content.decode()


def test_an_act_that_no_longer_fits_is_refused_on_record(coordinator, practice):
    visit = practice.book()
    arrive = reverse("staff:appointment_arrive", args=[visit.pk])
    cancel = reverse("staff:appointment_cancel", args=[visit.pk])
    coordinator.post(cancel, {"reason": "Ill", "version": visit.version})

    response = coordinator.post(arrive, {"idempotency_key": str(uuid.uuid4())})

    assert response.status_code == 409
    assert "cannot be marked as arrived" in response.content.decode()
    names = JournalEntry.objects.values_list("name", flat=True)
    assert "appointment.arrive.refused" in names


def test_the_visits_page_offers_only_what_can_be_done_now(coordinator, practice):
    visit = practice.book()
    address = reverse("staff:appointment", args=[visit.pk])
    cancel = reverse("staff:appointment_cancel", args=[visit.pk])

    before = coordinator.get(address).content.decode()
    coordinator.post(cancel, {"reason": "Ill", "version": visit.version})
    after = coordinator.get(address).content.decode()

    assert cancel in before
    assert reverse("staff:appointment_arrive", args=[visit.pk]) in before
    assert cancel not in after
    assert "can no longer be moved or cancelled" in after


def test_an_arrival_is_taken_back_at_one_press_on_its_day(coordinator, practice):
    visit = practice.book()
    address = reverse("staff:appointment", args=[visit.pk])
    undo = reverse("staff:appointment_undo_arrival", args=[visit.pk])
    booked = coordinator.get(address).content.decode()
    coordinator.post(reverse("staff:appointment_arrive", args=[visit.pk]))

    arrived = coordinator.get(address).content.decode()
    response = coordinator.post(undo, fields(arrived, undo))
    back = coordinator.get(address).content.decode()

    visit.refresh_from_db()
    assert undo not in booked
    assert "Not here after all" in arrived
    assert response["Location"] == address
    assert visit.status == "booked"
    assert undo not in back
    assert "Arrival taken back" in back


def missed(coordinator, visit):
    """The page of a visit nobody came to, at twenty past."""
    clock.set_to(NINE + timedelta(minutes=20))
    coordinator.post(reverse("staff:appointment_no_show", args=[visit.pk]))
    return coordinator.get(
        reverse("staff:appointment", args=[visit.pk])
    ).content.decode()


def test_a_no_show_who_walks_in_is_taken_back_at_one_press(coordinator, practice):
    visit = practice.book()
    undo = reverse("staff:appointment_undo_no_show", args=[visit.pk])
    page = missed(coordinator, visit)

    response = coordinator.post(undo, fields(page, undo))

    visit.refresh_from_db()
    assert "Patient came after all" in page
    assert response.status_code == 302
    assert visit.status == "booked"
    assert visit.reservations.filter(released_at=None).exists()


def test_a_no_show_whose_time_is_taken_is_offered_other_times(coordinator, practice):
    visit = practice.book()
    undo = reverse("staff:appointment_undo_no_show", args=[visit.pk])
    page = missed(coordinator, visit)
    practice.book(start=NINE + timedelta(minutes=30), now=NINE + timedelta(minutes=21))

    response = coordinator.post(undo, fields(page, undo))

    shown = response.content.decode()
    visit.refresh_from_db()
    assert response.status_code == 409
    assert visit.status == "noshow"
    assert "is taken from" in shown
    assert reverse("staff:book") in shown


def test_the_day_after_an_arrival_is_not_taken_back(coordinator, practice):
    visit = practice.book()
    undo = reverse("staff:appointment_undo_arrival", args=[visit.pk])
    coordinator.post(reverse("staff:appointment_arrive", args=[visit.pk]))
    clock.set_to(NINE + timedelta(days=1))

    page = coordinator.get(reverse("staff:appointment", args=[visit.pk]))
    response = coordinator.post(undo)

    assert undo not in page.content.decode()
    assert response.status_code == 409
    assert "noted on another day" in response.content.decode()


def test_before_its_day_a_visit_is_confirmed_first_and_nobody_arrives(
    coordinator, practice
):
    visit = practice.book(start=NINE + timedelta(days=1))
    address = reverse("staff:appointment", args=[visit.pk])

    before = coordinator.get(address).context_data["acts"]
    clock.set_to(NINE + timedelta(days=1))
    on_the_day = coordinator.get(address).context_data["acts"]

    assert [act["label"] for act in before] == ["Confirmed with the patient"]
    assert on_the_day[0]["label"] == "Patient has arrived"
