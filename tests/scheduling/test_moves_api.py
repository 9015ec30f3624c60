"""Moves over REST: what would change, what changed, back again; holds extended."""

from datetime import datetime, timedelta

import pytest

from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.scheduling.rest import Api, body, nine

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return make.practice({**make.ONE_OF_EACH, "clinician": 2})


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def hours(count):
    return (nine() + timedelta(hours=count)).isoformat()


def booked(api, at, **changed):
    return api.post("appointments/", body(at, **changed)).json()


def mine(made, at):
    """The clinician the visit has, and the other one."""
    has = {row["resource"] for row in made["reservations"]}
    return sorted(at.by_kind["clinician"], key=lambda one: one.pk not in has)


def test_a_move_says_what_it_changed(api, at):
    made = booked(api, at)
    path = f"appointments/{made['id']}/"

    moved = api.post(f"{path}move/", {"version": 1, "start": hours(1)}).json()

    assert moved["changes"] == [
        {"what": "start", "phase": None, "from": made["start"], "to": hours(1)}
    ]


def test_reassigning_says_who_takes_whose_place(api, at):
    made = booked(api, at)
    ill, other = mine(made, at)

    asked = {"version": 1, "avoiding": [ill.pk]}
    answer = api.post(f"appointments/{made['id']}/reassign/", asked)

    [change] = answer.json()["changes"]
    assert answer.status_code == 200
    assert (change["what"], change["from"]["id"], change["to"]["id"]) == (
        "resource",
        ill.pk,
        other.pk,
    )
    assert (answer.json()["start"], answer.json()["revision"]) == (made["start"], 0)


def test_undo_brings_back_the_start_and_the_confirmation(api, at):
    made = booked(api, at)
    path = f"appointments/{made['id']}/"
    confirmed = api.post(f"{path}confirm/", {"version": 1}).json()
    api.post(f"{path}move/", {"version": 2, "start": hours(1)})

    back = api.post(f"{path}undo-move/", {"version": 3})
    again = api.post(f"{path}undo-move/", {"version": 4})

    assert back.json()["start"] == made["start"]
    assert back.json()["confirmed_at"] == confirmed["confirmed_at"]
    assert back.json()["changes"][0]["to"] == made["start"]
    assert again.status_code == 409
    assert again.json()["reasons"][0]["code"] == "nothing-to-undo"


def test_the_same_undo_twice_is_one(api, at):
    made = booked(api, at)
    path = f"appointments/{made['id']}/"
    api.post(f"{path}move/", {"version": 1, "start": hours(1)})

    first = api.post(f"{path}undo-move/", {"version": 2}, key="undo")
    second = api.post(f"{path}undo-move/", {"version": 2}, key="undo")

    assert first.json() == second.json()


def test_a_preview_names_what_stays_and_what_goes_and_moves_nothing(api, at):
    made = booked(api, at)
    ill, _ = mine(made, at)
    rival = booked(api, at, start=hours(2), clinician=ill.pk)

    preview = api.get(f"appointments/{made['id']}/move-preview/", start=hours(2))
    api.post(f"appointments/{rival['id']}/cancel/", {"version": 1})
    free = api.get(f"appointments/{made['id']}/move-preview/", start=hours(2)).json()

    assert preview.json()["possible"] is False
    assert preview.json()["reasons"][0]["code"] == "slot-taken"
    assert preview.json()["in_the_way"] == [
        "Visit: consult_room 1 is booked until 11:45."
    ]
    [block] = preview.json()["blocks"]
    assert block["resource"]["kind"] == "consult_room"
    assert preview.json()["alternatives"]
    assert free["possible"] is True
    assert (free["start"], free["version"]) == (hours(2), 1)
    kept = {one["id"] for phase in free["phases"] for one in phase["kept"]}
    assert kept == {ill.pk, at.one("consult_room").pk}
    assert api.get(f"appointments/{made['id']}/").json() == made


def test_a_hold_is_extended_while_it_stands(api, at):
    held = api.post("holds/", body(at, minutes=30)).json()

    longer = api.post(f"holds/{held['id']}/extend/", {"minutes": 60})
    too_long = api.post(f"holds/{held['id']}/extend/", {"minutes": 2881})
    api.delete(f"holds/{held['id']}/")
    over = api.post(f"holds/{held['id']}/extend/", {})

    assert longer.status_code == 200
    before, after = held["expires_at"], longer.json()["expires_at"]
    assert datetime.fromisoformat(before) < datetime.fromisoformat(after)
    assert too_long.status_code == 400
    assert (over.status_code, over.json()["reasons"][0]["code"]) == (409, "hold-over")


def test_a_third_hold_of_a_patient_is_refused_in_words(api, at):
    who = at.patient()
    for hour in (0, 1):
        api.post("holds/", body(at, who, start=hours(hour)))

    answer = api.post("holds/", body(at, who, start=hours(2)))

    assert answer.status_code == 409
    assert "let one go" in answer.json()["reasons"][0]["lifts"]
