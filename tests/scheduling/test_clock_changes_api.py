"""Where clocks change, every time that is entered over REST lets one choose which."""

from datetime import datetime, time, timedelta

import pytest

from core import clock
from scheduling.booking import book, rules
from scheduling.repair import proposals
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.scheduling import BY, minutes
from tests.scheduling.rest import HOUSTON, Api, body
from tests.scheduling.test_bad_starts import ALWAYS

pytestmark = pytest.mark.django_db

# A Sunday and a Saturday night of Houston's.
GAP = "2027-03-14T02:30:00"
DOUBLED = "2026-11-01T01:30:00"
DAY_BEFORE = datetime(2026, 10, 31, 9, tzinfo=HOUSTON)
SKIPPED = "The clocks skip this time that day; choose one of its neighbours."
TWICE = "This time comes twice that day; say which, with its UTC offset."


@pytest.fixture
def at(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])
    clock.set_to(DAY_BEFORE)
    return make.practice({**make.ONE_OF_EACH, "clinician": 2}, hours=ALWAYS)


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def call_in_sick(api, at, start, end):
    ill = at.one("clinician").pk
    asked = {"resource": ill, "start": start, "end": end, "kind": "ill"}
    return api.post("absences/", asked)


def refused(answer, field, text):
    """The choices of a 400 about this field, in these words."""
    problem = answer.json()
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["code"] == "invalid"
    assert problem["errors"] == [{"pointer": f"/{field}", "detail": text}]
    return problem["choices"]


def walls(choices):
    return [datetime.fromisoformat(choice).replace(tzinfo=None) for choice in choices]


@pytest.mark.parametrize("field", ["start", "end"])
def test_an_absence_in_the_gap_is_refused_with_its_two_neighbours(api, at, field):
    asked = {"start": "2027-03-13T08:00:00", "end": "2027-03-15T08:00:00", field: GAP}

    choices = refused(call_in_sick(api, at, **asked), field, SKIPPED)

    assert [wall.time() for wall in walls(choices)] == [time(1, 55), time(3)]
    chosen = call_in_sick(api, at, **{**asked, field: choices[1]})
    assert chosen.json()[field] == "2027-03-14T03:00:00-05:00"


@pytest.mark.parametrize("field", ["start", "end"])
@pytest.mark.parametrize("which", [0, 1])
def test_an_absence_in_the_doubled_hour_is_asked_which(api, at, field, which):
    asked = {"start": "2026-10-31T12:00:00", "end": "2026-11-02T08:00:00"}
    asked[field] = DOUBLED

    choices = refused(call_in_sick(api, at, **asked), field, TWICE)

    assert choices == ["2026-11-01T01:30:00-05:00", "2026-11-01T01:30:00-06:00"]
    chosen = call_in_sick(api, at, **{**asked, field: choices[which]})
    assert chosen.json()[field] == choices[which]


def test_a_new_end_in_the_doubled_hour_is_asked_which(api, at):
    made = call_in_sick(api, at, "2026-10-31T12:00:00", "2026-11-02T08:00:00").json()
    end = f"absences/{made['id']}/end/"

    choices = refused(api.post(end, {"version": 1, "until": DOUBLED}), "until", TWICE)
    ended = api.post(end, {"version": 1, "until": choices[1]})

    assert ended.json()["end"] == choices[1]


@pytest.mark.parametrize("field", ["started_at", "ended_at"])
def test_a_phases_time_in_the_doubled_hour_is_asked_which(api, at, field):
    began = datetime(2026, 11, 1, 0, 30, tzinfo=HOUSTON)
    visit = at.book(start=began, now=DAY_BEFORE)
    visit = book.check_in(appointment_id=visit.pk, by=BY, now=began)
    clock.set_to(datetime(2026, 11, 1, 3, tzinfo=HOUSTON))
    phases = f"appointments/{visit.pk}/phases/"
    said = {"phase": "Visit", "version": visit.version, field: DOUBLED}
    why = {"reason": "seen late"} if field == "started_at" else {}

    choices = refused(api.post(phases, said | why), field, TWICE)
    answer = api.post(phases, said | why | {field: choices[1]})

    assert answer.json()["phases"][0][field] == choices[1]


def test_a_line_of_a_plan_is_given_a_start_on_the_clinics_clock(api, at):
    plan, line = a_plan(api, at, DAY_BEFORE + timedelta(hours=3))
    asked = {"version": plan["version"], "start": "2026-10-31T14:00:00"}

    answer = api.post(line, asked)

    [changed] = answer.json()["lines"]
    assert changed["start"] == "2026-10-31T14:00:00-05:00"


@pytest.mark.parametrize(("start", "text"), [(GAP, SKIPPED), (DOUBLED, TWICE)])
def test_a_line_of_a_plan_is_asked_which_start(api, at, start, text):
    plan, line = a_plan(api, at, DAY_BEFORE + timedelta(hours=3))

    answer = api.post(line, {"version": plan["version"], "start": start})

    assert len(refused(answer, "start", text)) == 2


def a_plan(api, at, start):
    """A plan for one visit at this start, and where its line is."""
    ill = at.one("clinician").pk
    api.post("appointments/", body(at, start=start.isoformat(), clinician=ill))
    end = start + minutes(60)
    made = call_in_sick(api, at, start.isoformat(), end.isoformat()).json()
    asked = api.post(f"absences/{made['id']}/plan/", {}).json()
    proposals.make_all(now=clock.now())
    plan = api.get(f"repair-plans/{asked['id']}/").json()
    return plan, f"repair-plans/{plan['id']}/lines/{plan['lines'][0]['position']}/"
