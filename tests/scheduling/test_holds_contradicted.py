"""Over REST, what is sent beside a hold says the same as the hold, or is refused."""

from uuid import uuid4

import pytest

from core import clock
from scheduling.models import Appointment
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import at_hold
from tests.scheduling.rest import Api

pytestmark = pytest.mark.django_db

VARIED = {"targets": 2, "sedation": "oral", "image_guided_harvest": True}


@pytest.fixture
def at(settings):
    settings.DEMO = True
    clock.set_to(NOW)
    return make.practice({**make.ONE_OF_EACH, "clinician": 2})


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


@pytest.fixture
def asked(at):
    """The first of the two clinicians, without the second."""
    asked, other = at.by_kind["clinician"]
    return {"clinician": asked.pk, "not_clinicians": [other.pk]}


@pytest.fixture
def kind(at):
    """A visit type that needs no decision, whatever its visits ask for."""
    return make.visit_type(at.clinic)


@pytest.fixture
def hold(api, asked, kind):
    said = {"visit_type": kind.slug, "start": NINE.isoformat(), **asked, **VARIED}
    return api.post("holds/", said).json()


def book(api, at, hold, key="", **beside):
    who = {"patient": str(at.patient().pk), "hold": hold["id"]}
    return api.post("appointments/", {**who, **beside}, key)


def test_the_same_said_again_is_booked(api, at, hold, asked):
    said = {"visit_type": hold["visit_type"], "start": hold["start"], **asked, **VARIED}

    answer = book(api, at, hold, **said)

    assert answer.status_code == 201, answer.json()
    assert {name: answer.json()[name] for name in VARIED} == VARIED


def test_the_visit_type_may_be_named_by_its_id(api, at, hold, kind):
    assert book(api, at, hold, visit_type=str(kind.pk)).status_code == 201


@pytest.mark.parametrize("name", ["clinician", "episode"])
def test_null_is_nothing_said(api, at, hold, name):
    assert book(api, at, hold, **{name: None}).status_code == 201


def test_what_is_left_out_is_as_the_hold_has_it(api, at, hold, asked):
    answer = book(api, at, hold, targets=2)

    assert answer.json()["sedation"] == "oral"
    assert Appointment.objects.get().clinician_id == asked["clinician"]


@pytest.mark.parametrize(
    ("field", "said", "held"),
    [
        ("visit_type", "consultation", "for visit;"),
        ("targets", 1, "for 2 targets;"),
        ("sedation", "none", "for oral sedation;"),
        ("image_guided_harvest", False, "for an image-guided harvest;"),
        ("not_clinicians", [], "without the clinicians"),
    ],
)
def test_what_says_otherwise_is_refused_naming_the_field(
    api, at, hold, field, said, held
):
    answer = book(api, at, hold, **{field: said})

    [error] = answer.json()["errors"]
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert error["pointer"] == f"/{field}"
    assert held in error["detail"]
    assert error["detail"].endswith("leave the field out or hold anew.")
    assert not Appointment.objects.exists()


def test_another_clinician_than_the_holds_is_refused_with_whom_it_is(api, at, hold):
    other = at.by_kind["clinician"][1]

    [error] = book(api, at, hold, clinician=other.pk).json()["errors"]

    assert error["pointer"] == "/clinician"
    assert "for clinician 1;" in error["detail"]


@pytest.mark.parametrize(
    ("field", "held"),
    [
        ("clinician", "any clinician"),
        ("not_clinicians", "nobody excluded"),
        ("targets", "1 target;"),
        ("sedation", "the sedation its visit type has"),
        ("image_guided_harvest", "no image-guided harvest"),
    ],
)
def test_a_hold_that_asks_for_nothing_more_is_booked_with_nothing_more(
    api, at, asked, field, held
):
    plain = {"id": str(at_hold(at).pk)}

    [error] = book(api, at, plain, **{field: (asked | VARIED)[field]}).json()["errors"]

    assert error["pointer"] == f"/{field}"
    assert held in error["detail"]


def test_all_that_says_otherwise_is_named_at_once(api, at, hold):
    answer = book(api, at, hold, targets=3, sedation="iv")

    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/targets", "/sedation"]


def test_another_start_than_the_holds_is_refused_with_the_one_it_has(api, at, hold):
    answer = book(api, at, hold, start=(NINE + minutes(5)).isoformat())

    [error] = answer.json()["errors"]
    assert error["pointer"] == "/start"
    assert "hold anew" in error["detail"]
    assert answer.json()["choices"] == [hold["start"]]


@pytest.mark.parametrize("contact", [{}, {"follow_up": "W1"}])
def test_another_episode_than_the_holds_is_refused(api, at, contact):
    held = {"id": str(at_hold(at, subject=f"episode:{uuid4()}#W6").pk)}

    answer = book(api, at, held, episode=str(uuid4()), **contact)

    assert [error["pointer"] for error in answer.json()["errors"]] == ["/episode"]


def test_another_contact_of_the_same_episode_is_refused(api, at):
    episode = str(uuid4())
    held = {"id": str(at_hold(at, subject=f"episode:{episode}#W6").pk)}

    [error] = book(api, at, held, episode=episode, follow_up="W12").json()["errors"]

    assert error["pointer"] == "/follow_up"
    assert "the contact W6" in error["detail"]


def test_the_same_request_again_gets_the_same_answer(api, at, hold):
    who = str(at.patient().pk)
    asked = {"patient": who, "hold": hold["id"], "targets": 2}

    first = api.post("appointments/", asked, "once")
    second = api.post("appointments/", asked, "once")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
