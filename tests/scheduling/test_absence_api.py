"""The sick call over REST, from the call to the repaired day."""

from uuid import uuid4

import pytest

from core import clock
from scheduling.models import Appointment, RepairPlan
from scheduling.repair import execution, proposals
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.scheduling import minutes
from tests.scheduling.rest import Api, body, nine

pytestmark = pytest.mark.django_db

TWO = {**make.ONE_OF_EACH, "clinician": 2}


@pytest.fixture
def at():
    return make.practice(TWO)


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def sick_call(api, ill, **changed):
    asked = {
        "resource": ill.pk,
        "start": nine().isoformat(),
        "end": (nine() + minutes(240)).isoformat(),
        "kind": "ill",
        **changed,
    }
    return api.post("absences/", asked)


def a_visit(api, at, ill):
    return api.post("appointments/", body(at, clinician=ill.pk)).json()


def test_a_sick_call_is_repaired(api, at, ill):
    visit = a_visit(api, at, ill)

    called = sick_call(api, ill)
    absence = called.json()
    assert called.status_code == 201
    assert [c["appointment"] for c in absence["conflicts"]] == [visit["id"]]
    assert api.get("absences/").json()["results"][0]["id"] == absence["id"]
    assert len(api.get("conflicts/", state="open").json()["results"]) == 1

    asked = api.post(f"absences/{absence['id']}/plan/", {}).json()
    assert (asked["state"], asked["method"]) == ("planning", "")
    plan = made(api, asked)
    assert (plan["method"], plan["progress"]) == (
        "exact",
        {"done": 0, "failed": 0, "total": 1},
    )
    [line] = plan["lines"]
    assert (line["way"], line["start"]) == ("same-time", nine().isoformat())

    where = f"repair-plans/{plan['id']}"
    started = api.post(f"{where}/apply/", {"version": plan["version"]}).json()
    assert started["state"] == "applying"
    carry_on()
    report = api.get(f"{where}/").json()
    assert (report["state"], report["progress"]["done"]) == ("applied", 1)
    assert api.get("conflicts/").json()["results"] == []

    assert api.post(f"{where}/undo/", {}).status_code == 400
    stale = api.post(f"{where}/undo/", {"version": plan["version"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-version")
    undone = api.post(f"{where}/undo/", {"version": report["version"]})
    assert undone.json()["state"] == "undoing"
    carry_on()
    assert api.get(f"{where}/").json()["state"] == "undone"
    assert len(api.get("conflicts/").json()["results"]) == 1


def made(api, plan):
    """The plan once a worker has answered."""
    proposals.make_all(now=clock.now())
    return api.get(f"repair-plans/{plan['id']}/").json()


def carry_on():
    """What the worker does; its own transactions nest in the test's here."""
    plan = RepairPlan.objects.get()
    by, now = execution.in_whose_name(plan), plan.started_at
    for line in plan.lines.all():
        if plan.state == "applying":
            execution._apply_line(line.pk, by, now)
        else:
            execution._undo_line(line.pk, by, now)
    execution._finish(plan.pk, plan.clinic_id, by, now)


def test_a_line_is_changed_locked_and_the_rest_planned_anew(api, at, ill):
    a_visit(api, at, ill)
    absence = sick_call(api, ill).json()
    plan = made(api, api.post(f"absences/{absence['id']}/plan/", {}).json())
    version = plan["version"]
    line = f"repair-plans/{plan['id']}/lines/1/"

    changed = api.post(line, {"version": version, "way": "call"}).json()
    assert (changed["lines"][0]["way"], changed["lines"][0]["locked"]) == ("call", True)
    again = api.post(
        f"repair-plans/{plan['id']}/replan/", {"version": version + 1}
    ).json()
    assert again["lines"][0]["way"] == "call"
    unlocked = api.post(line, {"version": version + 2, "locked": False}).json()
    assert unlocked["lines"][0]["locked"] is False
    stale = api.post(line, {"version": 1, "locked": True})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-version")


def test_a_conflict_is_kept_with_a_reason(api, at, ill):
    a_visit(api, at, ill)
    [conflict] = sick_call(api, ill).json()["conflicts"]
    keep = f"conflicts/{conflict['id']}/keep/"

    assert api.post(keep, {}).status_code == 400
    kept = api.post(keep, {"reason": "Dr Chen comes in for it"}).json()
    again = api.post(keep, {"reason": "again"})

    assert (kept["resolution"], kept["reason"]) == ("kept", "Dr Chen comes in for it")
    assert (again.status_code, again.json()["code"]) == (409, "conflict-resolved")


def test_an_absence_ends_early(api, at, ill):
    a_visit(api, at, ill)
    absence = sick_call(api, ill).json()

    assert api.post(f"absences/{absence['id']}/end/", {}).status_code == 400
    ended = api.post(f"absences/{absence['id']}/end/", {"version": 1})

    assert ended.json()["ended_at"]
    assert ended.json()["conflicts"] == []
    stale = api.post(f"absences/{absence['id']}/end/", {"version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-version")
    over = api.post(f"absences/{absence['id']}/end/", {"version": 2})
    assert (over.status_code, over.json()["code"]) == (409, "absence-over")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"end": "2020-01-01T09:00:00Z"}, "/end"),
        ({"kind": "bored"}, "/kind"),
        ({"resource": 0}, "/resource"),
        ({"color": "red"}, "/color"),
    ],
)
def test_bad_input_is_told_in_words(api, ill, changed, pointer):
    answer = sick_call(api, ill, **changed)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_what_is_not_here_is_404(api, ill):
    elsewhere = make.practice().one("clinician")

    assert sick_call(api, ill, resource=elsewhere.pk).status_code == 404
    assert sick_call(api, ill, resource=10**12).status_code == 404
    assert api.get(f"absences/{uuid4()}/").status_code == 404
    assert api.get(f"repair-plans/{uuid4()}/").status_code == 404
    assert api.post("conflicts/999999/keep/", {"reason": "x"}).status_code == 404


def test_only_coordinators_write(client, at, ill):
    nurse = Api(client, people.api_key(people.membership("nurse", at.clinic)))

    assert sick_call(nurse, ill).status_code == 403
    assert nurse.get("absences/").status_code == 200
    assert not Appointment.objects.exists()
