"""Moves on the board: a preview, the move, and taking it back."""

import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from core import clock
from core.actor import Actor, job
from scheduling.booking import book
from scheduling.models import Appointment
from scheduling.setup import services as setup
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories.scheduling import BY, minutes
from tests.factories.scheduling import NINE as TODAY_AT_NINE
from tests.pages.conftest import NOW

pytestmark = pytest.mark.django_db

BOARD = "/staff/board/2026-09-09/"
# A week ahead: nobody is asked why.
NINE = TODAY_AT_NINE + minutes(7 * 24 * 60)


@pytest.fixture
def visit(practice):
    who = practice.patient(given_name="Ana", family_name="Torres")
    return practice.book(who, start=NINE)


def address(visit):
    return reverse("staff:board_move", args=[visit.pk])


def preview(client, visit, shift):
    page = client.get(address(visit), {"shift": shift})
    return said(page)


def said(response):
    """(outcome, text) of the fragment."""
    text = response.content.decode()
    [found] = re.findall(r'<p data-outcome="([^"]*)">(.*?)</p>', text, re.DOTALL)
    return found


def move(client, visit, shift, **fields):
    given = {"shift": shift, "version": visit.version, **fields}
    return client.post(address(visit), given)


def start_of(visit):
    return Appointment.objects.get(pk=visit.pk).start


def test_a_preview_says_that_the_time_is_free_and_moves_nothing(coordinator, visit):
    assert preview(coordinator, visit, 15) == ("ok", "Free at 9:15 AM.")
    assert start_of(visit) == NINE


def test_a_preview_names_who_and_what_changes(coordinator, practice, visit):
    for kind in ("consult_room", "clinician"):
        setup.add_resource(
            clinic_id=practice.clinic.pk, kind=kind, name=f"{kind} B", by=BY, now=NOW
        )
    same = practice.one("clinician").pk
    practice.book(start=NINE + minutes(45), clinician=same)

    outcome, text = preview(coordinator, visit, 30)

    assert outcome == "changes"
    assert "clinician 1 becomes clinician B" in text


def test_a_preview_says_why_not_and_what_is_next(coordinator, practice, visit):
    practice.book(start=NINE + minutes(45))

    outcome, text = preview(coordinator, visit, 30)

    assert outcome == "no"
    assert text == (
        "Visit: consult_room 1 is booked from 9:45 AM until 10:30 AM."
        " Visit: clinician 1 is booked from 9:45 AM until 10:30 AM."
        " Next: Wed, Sep 9, 10:30 AM."
    )


@pytest.mark.parametrize(("shift", "words"), [(-60, "past"), (3, "every 5 minutes")])
def test_a_start_that_cannot_be_is_said_in_words(coordinator, practice, shift, words):
    outcome, text = preview(coordinator, practice.book(), shift)

    assert outcome == "no"
    assert words in text


def test_a_shift_that_is_none_is_refused(coordinator, visit):
    assert coordinator.get(address(visit)).status_code == 400
    assert move(coordinator, visit, "soon").status_code == 400


def test_a_move_is_told_with_its_undo(coordinator, visit):
    response = move(coordinator, visit, 15)

    assert said(response) == ("moved", "Moved to 9:15 AM. Undo available")
    assert (
        reverse("staff:appointment_undo_move", args=[visit.pk])
        in response.content.decode()
    )
    assert start_of(visit) == NINE + minutes(15)


def test_a_stale_move_says_who_changed_it_and_overwrites_nothing(
    coordinator, practice, visit
):
    maria = make.membership("coordinator", practice.clinic, display_name="Maria Lopez")
    move(browser(maria), visit, 30)
    clock.set_to(NOW + minutes(2))

    response = move(coordinator, visit, 15)

    assert response.status_code == 409
    outcome, text = said(response)
    assert outcome == "no"
    assert text == (
        "Changed by Maria Lopez 2 min ago. The board shows it as it is now."
    )
    assert start_of(visit) == NINE + minutes(30)


def test_a_move_into_taken_time_leaves_the_visit(coordinator, practice, visit):
    practice.book(start=NINE + minutes(45))

    response = move(coordinator, visit, 30)

    outcome, text = said(response)
    assert (response.status_code, outcome) == (409, "no")
    assert "clinician 1 is booked from 9:45 AM until 10:30 AM." in text
    assert "Next: Wed, Sep 9, 10:30 AM." in text
    assert start_of(visit) == NINE


def test_undo_brings_the_visit_back_and_shows_its_day(coordinator, visit):
    move(coordinator, visit, 15)
    undo = reverse("staff:appointment_undo_move", args=[visit.pk])

    response = coordinator.post(undo, {"version": visit.version + 1, "back": "board"})

    assert response["Location"] == BOARD
    assert start_of(visit) == NINE


def test_undo_waits_on_the_visits_page_too(coordinator, visit):
    page = reverse("staff:appointment", args=[visit.pk])
    undo = reverse("staff:appointment_undo_move", args=[visit.pk])
    before = coordinator.get(page).content.decode()
    move(coordinator, visit, 15)

    after = coordinator.get(page).content.decode()
    response = coordinator.post(undo, {"version": visit.version + 1})

    assert undo not in before
    assert undo in after
    assert response["Location"] == page
    assert start_of(visit) == NINE


def test_there_is_nothing_to_undo_twice(coordinator, visit):
    move(coordinator, visit, 15)
    undo = reverse("staff:appointment_undo_move", args=[visit.pk])
    coordinator.post(undo, {"version": visit.version + 1})

    response = coordinator.post(undo, {"version": visit.version + 2})

    assert response.status_code == 409


def test_only_what_may_be_moved_offers_it(coordinator, practice, visit):
    later = practice.book(start=NINE + minutes(60))
    book.check_in(appointment_id=later.pk, by=BY, now=NINE)

    page = coordinator.get(BOARD).content.decode()

    assert f'data-visit="{visit.pk}" data-version="{visit.version}"' in page
    assert f'data-visit="{later.pk}">' in page
    assert f'href="/staff/appointments/{visit.pk}/#move"' in page
    assert f"{later.pk}/#move" not in page


def test_who_may_not_move_gets_neither_key_nor_link(practice, visit):
    nurse = browser(make.membership("nurse", at=practice.clinic))

    page = nurse.get(BOARD).content.decode()

    assert "data-version" not in page
    assert "#move" not in page
    assert "board-move" not in page
    assert move(nurse, visit, 15).status_code == 403


def test_recent_changes_bring_a_visit_back_after_the_toast_has_gone(coordinator, visit):
    changes = f"{BOARD}changes/"
    empty = coordinator.get(changes).content.decode()
    move(coordinator, visit, 15)

    page = coordinator.get(changes).content.decode()
    undo = reverse("staff:appointment_undo_move", args=[visit.pk])
    coordinator.post(undo, {"version": visit.version + 1, "back": "board"})
    coordinator.post(undo, {"version": visit.version + 1})
    after = coordinator.get(changes).content.decode()

    assert "Nothing was moved" in empty
    assert undo in page
    assert "Ana Torres" in page
    assert undo not in after
    assert "Undone" in after
    assert start_of(visit) == NINE


@pytest.mark.parametrize("sooner", [0, 15])
def test_within_48_hours_the_board_asks_why_on_the_form(coordinator, practice, sooner):
    visit = practice.book(start=NOW + minutes(48 * 60 - sooner))
    start = visit.start - minutes(15)
    form = reverse("staff:appointment_move_preview", args=[visit.pk])
    asked = f"{form}?{urlencode({'start': start.isoformat()})}"

    seen = coordinator.get(address(visit), {"shift": -15})
    made = move(coordinator, visit, -15)
    page = coordinator.get(asked).content.decode()

    for response, status in ((seen, 200), (made, 409)):
        assert response.status_code == status
        assert said(response)[0] == "no"
        assert "less than 48 hours" in said(response)[1]
        assert f'href="{asked}"' in response.content.decode()
    assert start_of(visit) == visit.start
    assert "less than 48 hours" in page
    assert 'name="reason"' in page


def test_a_move_on_the_board_has_no_made_up_reason(coordinator, visit):
    move(coordinator, visit, 15)

    assert visit.moves.get().reason == ""


@pytest.mark.parametrize(
    ("by", "who"),
    [
        (Actor("patient", "p-1", role="patient"), "the patient"),
        (Actor("staff", "0", "Lena Former", "coordinator"), "Lena Former"),
        (job("repair"), "automatically"),
    ],
)
def test_recent_changes_name_whoever_moved_it(coordinator, visit, by, who):
    later = visit.start + minutes(15)
    book.move(appointment_id=visit.pk, start=later, version=1, by=by, now=NOW)

    page = coordinator.get(f"{BOARD}changes/").content.decode()

    assert re.search(rf"\b{who}\b", page)
