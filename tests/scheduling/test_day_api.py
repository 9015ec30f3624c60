"""REST of the day as it goes: phases, projection, durations."""

from datetime import timedelta

import pytest

from clinics.models import AccessLogEntry
from core import clock
from scheduling.booking import book, rules
from scheduling.models import PhaseRecord
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.scheduling import BY
from tests.scheduling.rest import Api, nine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])


@pytest.fixture
def at():
    return make.practice(hours={d: [(make.time(0), make.time(0))] for d in range(7)})


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


@pytest.fixture
def visit(at):
    """A consultation a week from now; recorded of is what cannot be known yet."""
    return at.book(start=nine(), now=clock.now())


def phases(visit):
    return f"appointments/{visit.pk}/phases/"


def post(api, visit, body, key=""):
    return api.post(phases(visit), {"version": visit.version, **body}, key=key)


def arrived(at, minutes_ago=45):
    """A procedure of a while ago whose patient is checked in, and its arrival."""
    began = clock.now() - timedelta(minutes=minutes_ago)
    began = began.replace(second=0, microsecond=0)
    began -= timedelta(minutes=began.minute % 5)
    booked = at.book(
        visit_type="bmc-ultrasound", start=began, now=began - timedelta(hours=1)
    )
    return book.check_in(appointment_id=booked.pk, by=BY, now=began), began


def test_phases_are_listed_with_what_is_on_record(api, visit):
    answer = api.get(phases(visit))

    assert answer.status_code == 200
    [phase] = answer.json()["phases"]
    assert (phase["phase"], phase["name"]) == (0, "Visit")
    assert phase["planned_start"] == nine().isoformat()
    assert (phase["started_at"], phase["ended_at"]) == (None, None)
    assert AccessLogEntry.objects.last().patient_ids == [str(visit.patient_id)]


def test_a_phase_is_begun_and_ended_once_per_key(api, at):
    visit, began = arrived(at)
    body = {"phase": "Harvest", "started_at": began.isoformat()}

    first = post(api, visit, body, key="once")
    again = post(api, visit, body, key="once")
    ended = post(api, visit, {"phase": "2", "ended_at": clock.now().isoformat()})

    assert (first.status_code, first.json()) == (200, again.json())
    assert ended.json()["phases"][2]["ended_at"] is not None
    assert PhaseRecord.objects.filter(position=2).count() == 1


def test_a_reason_puts_a_time_right(api, at):
    visit, began = arrived(at)
    post(api, visit, {"phase": "Harvest", "started_at": began.isoformat()})
    other = (began + timedelta(minutes=1)).isoformat()

    refused = post(api, visit, {"phase": "Harvest", "started_at": other})
    put_right = post(
        api, visit, {"phase": "Harvest", "started_at": other, "reason": "Slip."}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    assert put_right.status_code == 200
    assert PhaseRecord.objects.get(position=2).started_at == began + timedelta(
        minutes=1
    )


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"phase": "Visit"}, 400, "/started_at"),
        ({"phase": "Lunch", "started_at": "2026-01-01T09:00:00Z"}, 400, "/phase"),
        ({"phase": "Visit", "started_at": "soon"}, 400, "/started_at"),
        ({"phase": "Visit", "colour": "blue"}, 400, "/colour"),
        ({"started_at": "2026-01-01T09:00:00Z"}, 400, "/phase"),
        ({"phase": "Visit", "started_at": "2027-03-14T02:30:00"}, 400, "/started_at"),
    ],
)
def test_wrong_bodies_are_told_what_to_do(api, visit, body, status, pointer):
    answer = post(api, visit, body)

    assert answer.status_code == status
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


def test_before_check_in_it_is_refused(api, visit):
    answer = post(api, visit, {"phase": "Visit", "started_at": clock.now().isoformat()})

    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert "not checked in" in answer.json()["reasons"][0]["text"]


def test_an_old_version_is_told(api, at):
    visit, began = arrived(at)
    body = {"phase": "Harvest", "started_at": began.isoformat(), "version": 1}

    answer = post(api, visit, body)

    assert (answer.status_code, answer.json()["code"]) == (409, "stale-version")


def test_without_a_version_nothing_is_recorded(api, at):
    visit, began = arrived(at)

    answer = api.post(
        phases(visit), {"phase": "Harvest", "started_at": began.isoformat()}
    )

    assert answer.status_code == 400
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/version"]
    assert not PhaseRecord.objects.filter(position=2).exists()


def test_another_clinics_visit_is_not_there(api):
    other = make.practice().book(start=nine(), now=clock.now())

    assert api.get(phases(other)).status_code == 404
    body = {"phase": "Visit", "started_at": clock.now().isoformat()}
    assert post(api, other, body).status_code == 404


def test_the_day_says_who_is_affected_from_when_and_why(api, at):
    visit, _ = arrived(at, minutes_ago=60)

    answer = api.get("projection/", date=visit.local_on.isoformat())

    assert answer.status_code == 200
    told = answer.json()
    [late] = told["affected"]
    assert late["appointment"] == str(visit.pk)
    assert late["cause"]["code"] == "late"
    assert late["cause"]["text"].startswith("Preparation is expected to last until ")
    assert 20 <= late["delay_minutes"] <= 25
    [expected] = told["visits"]
    states = [phase["state"] for phase in expected["phases"]]
    assert states == ["under-way", *["to-come"] * 5]
    assert AccessLogEntry.objects.last().patient_ids == [str(visit.patient_id)]


def test_a_day_that_is_none_is_told(api):
    answer = api.get("projection/", date="2026-02-30")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/date"


def test_durations_by_type_and_phase(api, at):
    visit, began = arrived(at)
    ended = (began + timedelta(minutes=20)).isoformat()
    post(api, visit, {"phase": "Preparation", "ended_at": ended})
    on = visit.local_on.isoformat()

    answer = api.get("phase-durations/", **{"from": on, "to": on})

    assert answer.json() == {
        "durations": [
            {
                "visit_type": "bmc-ultrasound",
                "phase": "Preparation",
                "count": 1,
                "planned_minutes": 40.0,
                "median_minutes": 20.0,
                "p90_minutes": 20.0,
                "late_minutes": 0.0,
            }
        ]
    }


def test_durations_run_forward(api):
    answer = api.get("phase-durations/", **{"from": "2026-02-02", "to": "2026-02-01"})

    assert answer.status_code == 400
