"""REST: wherever a visit is asked for, what its type does not allow is said of the
field that was sent."""

import pytest

from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.scheduling.rest import Api, body, nine

pytestmark = pytest.mark.django_db

REST = PhaseSpec(
    "Rest",
    0,
    30,
    (NeedSpec(("clinician",)),),
    bounds=(30, 45),
    per_target=10,
    by_sedation={"iv": 60},
)
TOO_MUCH = [("targets", 5), ("sedation", "iv")]


@pytest.fixture
def at():
    practice = make.practice({"clinician": 1}, ship=False)
    make.visit_type(practice.clinic, REST)
    return practice


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def refused(answer):
    """The pointer of the one error."""
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert "would last" in error["detail"]
    return error["pointer"]


@pytest.mark.parametrize(("name", "value"), TOO_MUCH)
@pytest.mark.parametrize("path", ["appointments/", "holds/"])
def test_booking_and_holding_point_at_the_field(api, at, path, name, value):
    asked = body(at, visit_type="visit", **{name: value})

    assert refused(api.post(path, asked)) == f"/{name}"


@pytest.mark.parametrize(("name", "value"), TOO_MUCH)
def test_waiting_points_at_the_field(api, at, name, value):
    asked = {"patient": str(at.patient().pk), "visit_type": "visit", name: value}

    answer = api.post("waitlist/", asked | {"minimum_notice_hours": 24})

    assert refused(answer) == f"/{name}"


@pytest.mark.parametrize("explain", ["0", "1"])
@pytest.mark.parametrize(("name", "value"), TOO_MUCH)
def test_searching_points_at_the_field(api, name, value, explain):
    day = nine().date().isoformat()
    asked = {"visit_type": "visit", "from": day, "to": day, name: value}

    assert refused(api.get("openings/", **asked, explain=explain)) == f"/{name}"
