"""Starts and names that cannot be meant, over REST: each a 4xx that says what to do.

The same for booking, holding and moving, wherever it can be got wrong.
"""

from datetime import date, datetime, time, timedelta

import pytest

from core import clock
from scheduling.booking import holds
from scheduling.models import Appointment, Hold, VisitType
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.scheduling.rest import HOUSTON, Api, body, nine

pytestmark = pytest.mark.django_db

ALWAYS = {weekday: [(time(0), time(0))] for weekday in range(7)}
VERBS = ("book", "hold", "move")


@pytest.fixture
def at():
    return make.practice(hours=ALWAYS)


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


@pytest.fixture(params=VERBS)
def ask(request, api, at):
    """`ask(start, …)`: book, hold or move to this start; the answer."""

    def book(start, **changed):
        return api.post("appointments/", body(at, start=start, **changed))

    def hold(start, **changed):
        return api.post("holds/", body(at, start=start, **changed))

    def move(start):
        made = visits or [api.post("appointments/", body(at)).json()]
        visits[:] = made
        asked = {"version": 1, "start": start}
        return api.post(f"appointments/{made[0]['id']}/move/", asked)

    visits = []
    asking = {"book": book, "hold": hold, "move": move}[request.param]
    asking.verb = request.param
    return asking


def sunday(month, which):
    """The first (0), second (1), … Sunday of that month next year."""
    first = date(clock.now().year + 1, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * which)


def at_hour(day, hour, minute=30):
    return datetime.combine(day, time(hour, minute))


def refused(answer, *words):
    """A 400 in problem+json about the start, in these words; the choices."""
    problem = answer.json()
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in problem["errors"]] == ["/start"]
    for word in words:
        assert word in problem["detail"]
    return [datetime.fromisoformat(choice) for choice in problem["choices"]]


def test_a_start_in_the_gap_is_refused_with_its_two_neighbours(ask):
    day = sunday(3, 1)

    choices = refused(ask(at_hour(day, 2).isoformat()), "skip", "neighbours")

    walls = [choice.astimezone(HOUSTON).time() for choice in choices]
    assert walls == [time(1, 55), time(3, 0)]
    assert ask(choices[1].isoformat()).status_code < 300


def test_a_doubled_start_asks_which_and_takes_the_one_that_is_said(ask):
    day = sunday(11, 0)

    choices = refused(ask(at_hour(day, 1).isoformat()), "twice", "UTC offset")
    answer = ask(choices[1].isoformat())

    assert [choice.utcoffset() for choice in choices] == [
        timedelta(hours=-5),
        timedelta(hours=-6),
    ]
    assert answer.status_code < 300
    assert answer.json()["start"] == choices[1].isoformat()
    made = (Hold if ask.verb == "hold" else Appointment).objects.latest("created_at")
    assert made.fold == 1


def test_a_start_off_the_grid_is_refused_with_its_two_neighbours(ask):
    start = nine() + timedelta(hours=1, minutes=3)

    choices = refused(ask(start.isoformat()), "every 5 minutes")

    assert choices == [start - timedelta(minutes=3), start + timedelta(minutes=2)]


def test_a_start_in_the_past_is_refused(ask):
    refused(ask("2020-06-01T09:00:00-05:00"), "in the past", "later")


@pytest.mark.parametrize("verb", ["book", "hold"])
def test_an_unknown_visit_type_names_those_there_are(api, at, verb):
    path = {"book": "appointments/", "hold": "holds/"}[verb]

    answer = api.post(path, body(at, visit_type="surgery"))

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/visit_type"
    assert "consultation" in error["detail"]


@pytest.mark.parametrize("verb", ["book", "hold"])
@pytest.mark.parametrize("name", ["slug", "pk"])
def test_a_retired_visit_type_is_refused_as_well(api, at, verb, name):
    path = {"book": "appointments/", "hold": "holds/"}[verb]
    kind = VisitType.objects.get(clinic=at.clinic, slug="consultation")
    VisitType.objects.filter(pk=kind.pk).update(active=False)

    answer = api.post(path, body(at, visit_type=str(getattr(kind, name))))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/visit_type"


def test_a_booked_visit_of_a_retired_type_is_still_moved(api, at):
    made = api.post("appointments/", body(at)).json()
    VisitType.objects.filter(clinic=at.clinic).update(active=False)
    later = (nine() + timedelta(hours=1)).isoformat()

    answer = api.post(
        f"appointments/{made['id']}/move/", {"version": 1, "start": later}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("act", ["move", "undo-move", "reassign"])
def test_a_stale_version_says_the_current_one(api, at, act):
    made = api.post("appointments/", body(at)).json()
    api.post(f"appointments/{made['id']}/confirm/", {"version": 1})
    start = {"start": nine().isoformat()} if act == "move" else {}

    answer = api.post(f"appointments/{made['id']}/{act}/", {"version": 1, **start})

    assert (answer.status_code, answer.json()["code"]) == (409, "stale-version")
    assert answer.json()["version"] == 2
    assert "Load it again" in answer.json()["detail"]


@pytest.mark.parametrize("verb", ["book", "hold"])
def test_another_clinics_clinician_is_refused(api, at, verb):
    path = {"book": "appointments/", "hold": "holds/"}[verb]
    stranger = make.practice().one("clinician")

    answer = api.post(path, body(at, clinician=stranger.pk))

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/clinician"]


def test_another_clinics_resource_is_not_avoided(api, at):
    made = api.post("appointments/", body(at)).json()
    stranger = make.practice().one("clinician")

    answer = api.post(
        f"appointments/{made['id']}/reassign/",
        {"version": 1, "avoiding": [stranger.pk]},
    )

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/avoiding"]


@pytest.mark.parametrize("verb", ["book", "hold"])
def test_another_clinics_patient_is_not_there(api, at, verb):
    path = {"book": "appointments/", "hold": "holds/"}[verb]

    answer = api.post(path, body(at, make.practice({}).patient()))

    assert answer.status_code == 404


def test_another_clinics_hold_is_not_there(api, at):
    other = make.practice()
    held = holds.hold(
        clinic_id=other.clinic.pk,
        visit_type="consultation",
        start=nine(),
        by=make.BY,
        now=clock.now(),
    )

    booked = api.post(
        "appointments/", {"patient": str(at.patient().pk), "hold": str(held.pk)}
    )
    extended = api.post(f"holds/{held.pk}/extend/", {})

    assert (booked.status_code, extended.status_code) == (404, 404)


@pytest.mark.parametrize("act", ["move", "undo-move", "reassign"])
def test_another_clinics_visit_is_not_there(api, act):
    other = make.practice().book()
    start = {"start": nine().isoformat()} if act == "move" else {}

    answer = api.post(f"appointments/{other.pk}/{act}/", {"version": 1, **start})

    assert answer.status_code == 404


def test_another_clinics_visit_is_not_previewed(api):
    other = make.practice().book()

    answer = api.get(f"appointments/{other.pk}/move-preview/", start=nine().isoformat())

    assert answer.status_code == 404


def test_a_preview_of_a_start_that_cannot_be_meant_is_refused_alike(api, at):
    made = api.post("appointments/", body(at)).json()
    doubled = at_hour(sunday(11, 0), 1).isoformat()

    answer = api.get(f"appointments/{made['id']}/move-preview/", start=doubled)

    assert len(refused(answer, "twice")) == 2
