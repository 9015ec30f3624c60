"""Other lanes on the board: what one would change, taking it, and taking it back."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from scheduling.models import Appointment
from scheduling.setup import services as setup
from tests.factories.scheduling import BY, minutes
from tests.factories.scheduling import NINE as TODAY_AT_NINE
from tests.pages.conftest import NOW
from tests.pages.test_board_moves import address, said, start_of

pytestmark = pytest.mark.django_db

# A week ahead: nobody is asked why.
NINE = TODAY_AT_NINE + minutes(7 * 24 * 60)


@pytest.fixture
def visit(practice):
    who = practice.patient(given_name="Ana", family_name="Torres")
    return practice.book(who, start=NINE)


@pytest.fixture
def rooms(practice):
    """Consultation rooms: the one the visit has, and two more."""
    return [practice.one("consult_room"), *(room(practice, name) for name in "BC")]


def room(practice, name):
    return setup.add_resource(
        clinic_id=practice.clinic.pk,
        kind="consult_room",
        name=f"Room {name}",
        by=BY,
        now=NOW,
    )


def lane(old, new, shift=0):
    return {"shift": shift, "lane": old.pk, "to": new.pk}


def look(client, visit, asked):
    return said(client.get(address(visit), asked))


def drop(client, visit, asked):
    return client.post(address(visit), {**asked, "version": visit.version})


def room_of(visit):
    live = visit.reservations.filter(released_at=None)
    return live.get(resource__kind="consult_room").resource


def take(practice, visit, which):
    """Somebody else has this room while the visit lasts."""
    clinician = setup.add_resource(
        clinic_id=practice.clinic.pk, kind="clinician", name="Dr. X", by=BY, now=NOW
    )
    shown = frozenset({which.pk, clinician.pk})
    other = practice.book(start=visit.start, shown=shown)
    assert room_of(other) == which


def test_a_preview_says_what_would_change_and_changes_nothing(
    coordinator, visit, rooms
):
    said = look(coordinator, visit, lane(rooms[0], rooms[2]))

    assert said == ("ok", "Free at 9:00 AM; consult_room 1 becomes Room C.")
    assert room_of(visit) == rooms[0]


def test_the_chosen_room_is_taken_and_nothing_else_changes(coordinator, visit, rooms):
    before = set(visit.reservations.values_list("resource_id", flat=True))

    response = drop(coordinator, visit, lane(rooms[0], rooms[2]))

    live = visit.reservations.filter(released_at=None)
    after = set(live.values_list("resource_id", flat=True))
    assert said(response) == ("moved", "Moved to Room C. Undo available")
    assert before ^ after == {rooms[0].pk, rooms[2].pk}
    assert start_of(visit) == visit.start


def test_undo_brings_the_room_back(coordinator, visit, rooms):
    drop(coordinator, visit, lane(rooms[0], rooms[1]))
    undo = reverse("staff:appointment_undo_move", args=[visit.pk])

    coordinator.post(undo, {"version": visit.version + 1, "back": "board"})

    assert room_of(visit) == rooms[0]


def test_time_and_room_change_in_one_drop(coordinator, visit, rooms):
    asked = lane(rooms[0], rooms[2], shift=15)

    seen = look(coordinator, visit, asked)
    response = drop(coordinator, visit, asked)

    assert seen == ("ok", "Free at 9:15 AM; consult_room 1 becomes Room C.")
    assert said(response) == ("moved", "Moved to Room C at 9:15 AM. Undo available")
    assert (room_of(visit), start_of(visit)) == (rooms[2], NINE + minutes(15))
    assert visit.moves.count() == 1


@pytest.mark.parametrize("shift", [0, 5])
def test_a_room_that_is_taken_is_refused_though_another_is_free(
    coordinator, practice, visit, rooms, shift
):
    take(practice, visit, rooms[1])
    asked = lane(rooms[0], rooms[1], shift)

    seen = look(coordinator, visit, asked)
    response = drop(coordinator, visit, asked)

    assert seen[0] == "no"
    assert seen[1].startswith(f"Room B cannot take the visit at 9:0{shift} AM.")
    assert (response.status_code, said(response)) == (409, seen)
    assert (room_of(visit), start_of(visit)) == (rooms[0], NINE)


def test_a_resource_of_another_kind_is_refused(coordinator, practice, visit, rooms):
    asked = lane(rooms[0], practice.one("procedure_room"))

    for found in (
        look(coordinator, visit, asked),
        said(drop(coordinator, visit, asked)),
    ):
        assert found == ("no", "This is not another resource like consult_room 1.")


def test_a_resource_the_visit_does_not_have_is_refused(coordinator, visit, rooms):
    seen = look(coordinator, visit, lane(rooms[1], rooms[2]))

    assert seen == ("no", "The visit does not have this resource any more.")


def test_a_stale_lane_says_who_changed_it(coordinator, visit, rooms):
    drop(coordinator, visit, lane(rooms[0], rooms[1]))

    response = drop(coordinator, visit, lane(rooms[0], rooms[2]))

    assert response.status_code == 409
    assert said(response)[1].startswith("Changed by")
    assert room_of(visit) == rooms[1]


def test_within_48_hours_the_form_asks_why_and_offers_the_same_room(
    coordinator, practice, rooms
):
    soon = practice.book(start=NOW + minutes(24 * 60))
    form = reverse("staff:appointment_reassign_preview", args=[soon.pk])
    left_out = sorted([rooms[0].pk, rooms[1].pk])
    asked = f"{form}?{urlencode({'avoiding': left_out}, doseq=True)}"

    seen = coordinator.get(address(soon), lane(rooms[0], rooms[2]))
    made = drop(coordinator, soon, lane(rooms[0], rooms[2]))
    page = coordinator.get(asked).content.decode()

    for response in (seen, made):
        assert "less than 48 hours" in said(response)[1]
        assert asked.replace("&", "&amp;") in response.content.decode()
    assert room_of(soon) == rooms[0]
    assert "Room C" in page
    assert 'name="reason"' in page


def test_within_48_hours_time_and_room_go_one_after_the_other(
    coordinator, practice, rooms
):
    soon = practice.book(start=NOW + minutes(24 * 60))
    asked = lane(rooms[0], rooms[2], shift=15)

    for response in (
        coordinator.get(address(soon), asked),
        drop(coordinator, soon, asked),
    ):
        assert said(response)[0] == "no"
        assert "one after the other" in said(response)[1]
        assert "<a" not in response.content.decode()
    assert (room_of(soon), start_of(soon)) == (rooms[0], soon.start)


def test_a_lane_that_needs_others_too_is_shown_first(
    coordinator, practice, visit, rooms
):
    setup.add_resource(
        clinic_id=practice.clinic.pk, kind="clinician", name="Dr. X", by=BY, now=NOW
    )
    mine = practice.one("clinician").pk
    taken = practice.book(start=NINE + minutes(45), clinician=mine)
    assert isinstance(taken, Appointment)

    outcome, text = look(coordinator, visit, lane(rooms[0], rooms[2], shift=30))

    assert outcome == "changes"
    assert "clinician 1 becomes Dr. X" in text
    assert "consult_room 1 becomes Room C" in text


def test_the_board_names_resource_and_kind_of_each_lane(coordinator, visit, rooms):
    page = coordinator.get("/staff/board/2026-09-09/").content.decode()

    assert f'data-resource="{rooms[1].pk}" data-kind="consult_room">Room B</h3>' in page
