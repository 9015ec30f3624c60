"""Other resources at the same time by forms: what would change, why, and back."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from scheduling.setup import services as setup
from tests.factories import scheduling as make
from tests.factories.scheduling import BY, NINE
from tests.pages.conftest import NOW
from tests.pages.test_booking import fields
from tests.pages.test_moving_pages import at, page_of

pytestmark = pytest.mark.django_db

SEE, CHANGE = "appointment_reassign_preview", "appointment_reassign"


@pytest.fixture
def chen(practice):
    """A second clinician."""
    return setup.add_resource(
        clinic_id=practice.clinic.pk, kind="clinician", name="Dr Chen", by=BY, now=NOW
    )


@pytest.fixture
def visit(practice):
    """A week ahead: nobody need say why it changes."""
    return practice.book(
        start=NINE + timedelta(days=7), clinician=practice.one("clinician").pk
    )


def clinician_of(visit):
    [row] = visit.reservations.filter(released_at=None, resource__kind="clinician")
    return row.resource


def see(client, visit, *avoiding):
    response = client.get(at(SEE, visit), {"avoiding": [one.pk for one in avoiding]})
    return response, html.unescape(response.content.decode())


@pytest.mark.usefixtures("chen")
def test_the_visit_offers_to_do_without_what_it_has(coordinator, visit):
    page = page_of(coordinator, visit)

    form = page.split('id="other-resources"')[1].split("</form>")[0]
    assert f'action="{at(SEE, visit)}"' in form
    assert "clinician 1" in form
    assert "Dr Chen" not in form


def test_who_would_serve_is_seen_before_anything_changes(coordinator, visit, chen):
    mine = clinician_of(visit)

    response, page = see(coordinator, visit, mine)

    visit.refresh_from_db()
    assert response.status_code == 200
    assert "clinician 1 → Dr Chen" in page
    assert "consult_room 1" in page
    assert (
        "No message is sent to the patient. They see another clinician: tell them"
        " yourself, as clinician 1 was asked for when the visit was booked."
    ) in page
    assert (visit.version, clinician_of(visit)) == (1, mine)
    assert re.search(rf'value="{mine.pk}"[^>]*checked', page)
    assert f'value="{chen.pk}"' in page


def test_the_change_is_made_and_can_be_undone(coordinator, visit, chen):
    mine = clinician_of(visit)
    change, undo = at(CHANGE, visit), at("appointment_undo_move", visit)
    _, page = see(coordinator, visit, mine)

    done = coordinator.post(change, fields(page, change) | {"reason": "Dr 1 is away"})
    after = page_of(coordinator, visit)

    visit.refresh_from_db()
    assert done.status_code == 302
    assert (clinician_of(visit), visit.start) == (chen, NINE + timedelta(days=7))
    assert "The visit has other resources now." in after
    assert "clinician 1 → Dr Chen" in after
    assert "Dr 1 is away" in after
    coordinator.post(undo, fields(after, undo))
    assert clinician_of(visit) == mine


@pytest.mark.usefixtures("chen")
def test_who_was_not_asked_for_may_still_be_expected(coordinator, practice):
    visit = practice.book(
        start=NINE + timedelta(days=7),
        prefer=frozenset({practice.one("clinician").pk}),
    )

    _, page = see(coordinator, visit, clinician_of(visit))

    assert "tell them yourself, as clinician 1 may be expected." in page


def test_another_room_changes_nothing_for_the_patient(coordinator, practice, visit):
    [room] = practice.by_kind["consult_room"]
    setup.add_resource(
        clinic_id=practice.clinic.pk,
        kind="consult_room",
        name="Consult B",
        by=BY,
        now=NOW,
    )

    _, page = see(coordinator, visit, room)

    assert "consult_room 1 → Consult B" in page
    assert (
        "No message is sent to the patient. Their time and whom they see stay" in page
    )
    assert "tell them yourself" not in page


@pytest.mark.usefixtures("chen")
def test_close_to_the_visit_the_change_needs_its_reason(coordinator, practice):
    visit = practice.book(clinician=practice.one("clinician").pk)
    change = at(CHANGE, visit)
    _, page = see(coordinator, visit, clinician_of(visit))
    ask = fields(page, change)

    without = coordinator.post(change, ask | {"reason": ""})
    with_one = coordinator.post(change, ask | {"reason": "ill"})

    answer = without.content.decode()
    assert "less than 48 hours" in page
    assert without.status_code == 422
    assert "Give the reason." in answer
    assert "less than 48 hours" in answer
    assert with_one.status_code == 302


def test_without_anybody_else_it_says_so_and_leads_to_the_move(coordinator, visit):
    mine = clinician_of(visit)

    response, page = see(coordinator, visit, mine)
    posted = coordinator.post(at(CHANGE, visit), {"avoiding": mine.pk, "version": 1})

    assert response.status_code == 200
    assert "No other resource is free at this time." in page
    assert f"{at('appointment', visit)}#move" in page
    assert at(CHANGE, visit) not in page.replace(at(SEE, visit), "")
    assert posted.status_code == 409
    assert "No other resource is free" in posted.content.decode()
    assert clinician_of(visit) == mine


@pytest.mark.usefixtures("chen")
def test_where_nothing_would_change_it_says_so(coordinator, visit):
    response, page = see(coordinator, visit)
    posted = coordinator.post(at(CHANGE, visit), {"version": 1})

    assert response.status_code == 200
    assert "Nothing would change" in page
    assert posted.status_code == 409


def test_a_resource_that_is_not_there_is_said_in_words(coordinator, visit):
    other = make.practice().one("clinician")

    response, page = see(coordinator, visit, other)
    posted = coordinator.post(at(CHANGE, visit), {"avoiding": "x", "version": 1})

    assert (response.status_code, posted.status_code) == (422, 422)
    assert "Not with" in page
    assert "is not one of the available choices" in page


@pytest.mark.usefixtures("chen")
def test_a_retired_resource_of_the_visit_can_be_left_out(coordinator, practice, visit):
    mine = clinician_of(visit)
    setup.retire_resource(
        clinic_id=practice.clinic.pk, resource_id=mine.pk, by=BY, now=NOW
    )

    _, page = see(coordinator, visit, mine)

    assert "clinician 1 → Dr Chen" in page


@pytest.mark.usefixtures("chen")
def test_somebody_elses_change_meanwhile_is_told(coordinator, visit):
    mine = clinician_of(visit)
    change = at(CHANGE, visit)
    _, page = see(coordinator, visit, mine)
    ask = fields(page, change)
    coordinator.post(at("appointment_confirm", visit), {"version": 1})

    response = coordinator.post(change, ask)

    assert response.status_code == 409
    assert clinician_of(visit) == mine


def test_a_visit_that_has_begun_is_refused_in_words(coordinator, practice):
    visit = practice.book()
    coordinator.post(at("appointment_arrive", visit), {"version": 1})
    coordinator.post(at("appointment_check_in", visit), {"version": 2})

    _, page = see(coordinator, visit)
    posted = coordinator.post(at(CHANGE, visit), {"version": 3, "reason": "late"})

    assert "checked in" in page
    assert "See what changes" not in page
    assert posted.status_code == 409


def test_another_clinics_visit_is_not_there(coordinator):
    visit = make.practice().book()

    seen, _ = see(coordinator, visit)
    posted = coordinator.post(reverse(f"staff:{CHANGE}", args=[visit.pk]))

    assert (seen.status_code, posted.status_code) == (404, 404)
