"""What every REST resource refuses in words: cursors made up, bodies too deep."""

import base64
import json

import pytest

from tests.clinics.conftest import api
from tests.factories import clinics as make
from tests.factories import scheduling

pytestmark = pytest.mark.django_db

LISTS = [
    "appointments",
    "episodes",
    "holds",
    "messages",
    "offers",
    "schedule-exceptions",
    "tasks",
    "waitlist",
]
MADE_UP = ["x", *(f"p={p}" for p in ("", "123", "abc", "2026-09-01")), "o=-1"]


def nested(levels):
    return "[" * levels + "]" * levels


@pytest.fixture
def send():
    """`send(body)`: one that opens an episode; the answer."""
    client = api(make.membership("coordinator"))

    def sent(body):
        return client.post("/api/v1/episodes/", body, content_type="application/json")

    return sent


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_we_did_not_give_is_a_400_that_says_so(name):
    client = api(make.membership("coordinator"))

    for text in MADE_UP:
        cursor = base64.b64encode(text.encode()).decode()
        answer = client.get(f"/api/v1/{name}/", {"cursor": cursor})
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "/cursor"
        assert "not one we gave" in error["detail"]


def test_a_cursor_of_another_list_is_not_one_of_this():
    at = scheduling.practice({"clinician": 2})
    client = api(make.membership("coordinator", at.clinic))

    following = client.get("/api/v1/resources/?limit=1").json()["next"]

    assert client.get(following).status_code == 200
    elsewhere = following.replace("resources", "visit-types")
    assert client.get(elsewhere).json()["errors"][0]["pointer"] == "/cursor"


@pytest.mark.parametrize("levels", [33, 500, 100_000])
def test_a_body_nested_too_deep_is_a_400_that_says_so(send, levels):
    answer = send(nested(levels))

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "Nest lists and objects at most 32 levels deep."


def test_objects_count_as_levels_and_brackets_never_closed_do(send):
    objects = send('{"a":' * 40 + "1" + "}" * 40)
    unclosed = send("[" * 100_000)

    assert objects.json()["detail"] == unclosed.json()["detail"]
    assert unclosed.status_code == 400


def test_as_many_levels_as_may_be_are_read(send):
    answer = send(json.dumps({"reason": json.loads(nested(31))}))

    assert answer.json()["code"] == "invalid"
