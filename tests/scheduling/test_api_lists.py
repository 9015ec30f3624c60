"""REST: resources, visit types and openings."""

from datetime import timedelta

import pytest

from clinics.domain.roles import STAFF_ROLES
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.scheduling.rest import Api, nine

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def api(client, at):
    """`api.post(path, body)` as a coordinator of the clinic."""
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def test_resources_and_visit_types_are_listed(api):
    resources = api.get("resources/").json()["results"]
    types = api.get("visit-types/").json()["results"]

    assert {r["kind"] for r in resources} == set(make.ONE_OF_EACH)
    assert [t["slug"] for t in types] == [
        "consultation",
        "follow-up",
        "bmc-fluoroscopy",
        "bmc-ultrasound",
        "remote-check",
    ]
    assert {t["slug"]: t["minutes"] for t in types}["bmc-ultrasound"] == 135


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_every_staff_role_may_read_the_visit_types(client, at, role):
    api = Api(client, people.api_key(people.membership(role, at.clinic)))

    assert api.get("visit-types/").status_code == 200


def test_a_need_names_the_need_whose_resources_it_takes(api):
    types = {t["slug"]: t for t in api.get("visit-types/").json()["results"]}
    phases = types["bmc-ultrasound"]["phases"]
    needs = {n["id"]: n for phase in phases for n in phase["needs"]}

    followers = [n for n in needs.values() if n["same_as"]]

    assert followers
    assert all(n["kinds"] == needs[n["same_as"]]["kinds"] for n in followers)


def test_rejected_days_are_explained_where_asked_for(api):
    sunday = (nine() - timedelta(days=1)).date().isoformat()
    asked = {"visit_type": "consultation", "from": sunday, "to": sunday}

    explained = api.get("openings/", **asked, explain=1).json()
    plain = api.get("openings/", **asked, explain=0).json()

    assert plain == {"openings": []}
    (rejected,) = explained["rejected"]
    assert explained["openings"] == []
    assert rejected["date"] == sunday
    assert rejected["reason"] == "The clinic is closed on Sundays."
    assert rejected["resource"] is None
    assert len(explained["relaxations"]) >= 2
    for way in explained["relaxations"]:
        assert set(way) == {"code", "text", "change", "first"}
        changed = {k: v for k, v in (asked | way["change"]).items() if v is not None}
        if way["change"]:
            first = api.get("openings/", **changed).json()["openings"][0]
            assert first == way["first"]


def test_openings_have_the_documented_shape(api):
    day = nine().date().isoformat()

    answer = api.get(
        "openings/",
        visit_type="bmc-ultrasound",
        **{"from": day, "to": day, "limit": 2, "earliest": "09:00", "step": 15},
    )

    openings = answer.json()["openings"]
    assert [o["start"] for o in openings] == [
        nine().isoformat(),
        (nine() + timedelta(minutes=15)).isoformat(),
    ]
    assert set(openings[0]) == {"start", "end", "phases", "why"}
    assert set(openings[0]["phases"][0]) == {"name", "start", "end", "resources"}
    assert set(openings[0]["phases"][0]["resources"][0]) == {"id", "kind", "name"}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({}, "/visit_type"),
        ({"visit_type": "surgery"}, "/visit_type"),
        ({"visit_type": "consultation", "limit": "0"}, "/limit"),
        ({"visit_type": "consultation", "weekdays": "someday"}, "/weekdays"),
        ({"visit_type": "consultation", "step": "7"}, "/step"),
        ({"visit_type": "consultation", "wishes": "x"}, "/wishes"),
        ({"visit_type": "consultation", "clinician": "999"}, "/clinician"),
        (
            {"visit_type": "consultation", "from": "2030-01-01", "to": "2029-01-01"},
            "/to",
        ),
    ],
)
def test_a_query_that_cannot_be_meant_is_a_400_that_names_the_field(
    api, query, pointer
):
    answer = api.get("openings/", **query)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
