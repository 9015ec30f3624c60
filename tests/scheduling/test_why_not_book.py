"""A booking or a hold that cannot be had says what is in the way, as moves do."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from scheduling.booking.errors import SlotTaken
from scheduling.explain.why_not import why_not
from scheduling.setup import services as setup
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from scheduling.visit_types.selectors import visit_kind
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.acts import at_hold
from tests.scheduling.asking import absent
from tests.scheduling.rest import Api, body

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(settings):
    settings.DEMO = True
    clock.set_to(NOW)
    return make.practice()


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


@pytest.fixture(params=["appointments/", "holds/"])
def ask(request, api, at):
    """`ask(…)`: book or hold a consultation on Wednesday at nine; the answer."""

    def ask(who=None, **changed):
        return api.post(
            request.param, body(at, who, **{"start": NINE.isoformat(), **changed})
        )

    return ask


def refused(answer):
    assert (answer.status_code, answer.json()["code"]) == (409, "slot-taken")
    return answer.json()


def test_a_start_that_is_taken_says_by_what_and_until_when(ask, at):
    at.book(at.patient(given_name="Ana", family_name="Torres"))

    answer = ask()
    problem = refused(answer)

    assert problem["in_the_way"] == [
        "Visit: consult_room 1 is booked until 09:45.",
        "Visit: clinician 1 is booked until 09:45.",
    ]
    assert {block["code"] for block in problem["blocks"]} == {"booking"}
    assert {block["resource"]["name"] for block in problem["blocks"]} == {
        "clinician 1",
        "consult_room 1",
    }
    assert problem["detail"].startswith(" ".join(problem["in_the_way"]))
    assert problem["alternatives"]


def test_whose_visit_is_in_the_way_is_not_said(ask, at):
    other = at.patient(given_name="Ana", family_name="Torres")
    visit = at.book(other)

    said = ask().content.decode()

    for secret in ("Ana", "Torres", other.mrn, str(other.pk), str(visit.pk)):
        assert secret not in said


def test_a_hold_in_the_way_says_so(ask, at):
    at_hold(at, patient_id=at.patient().pk)

    assert "Visit: clinician 1 is held until 09:45." in refused(ask())["in_the_way"]


def test_an_absence_in_the_way_says_until_when(ask, at):
    absent(at.one("clinician"), NINE, NINE + minutes(180), "leave")

    [text] = refused(ask())["in_the_way"]

    assert text == "Visit: clinician 1 is on leave until 12:00."


def test_closed_hours_are_named_with_their_day(ask):
    early = (NINE - minutes(120)).isoformat()

    [block] = refused(ask(start=early))["blocks"]

    assert block["text"] == "The clinic is open only 08:00–17:00 on Wed 2 Sep."


def test_the_clinician_asked_for_is_the_one_who_is_named(ask, at):
    for kind in ("clinician", "consult_room"):
        setup.add_resource(
            clinic_id=at.clinic.pk, kind=kind, name=f"{kind} 2", by=BY, now=NOW
        )
    asked = at.one("clinician").pk
    at.book(clinician=asked)

    said = refused(ask(clinician=asked))["in_the_way"]

    assert said == ["Visit: clinician 1 is booked until 09:45."]


def test_what_is_explained_is_what_a_move_to_that_start_is_told(ask, api, at):
    at.book()
    visit = at.book(start=NINE + timedelta(days=7))
    move = {"version": 1, "start": NINE.isoformat(), "reason": "patient asked"}

    moved = refused(api.post(f"appointments/{visit.pk}/move/", move))
    asked = refused(ask())

    for name in ("in_the_way", "blocks"):
        assert asked[name] == moved[name]


def test_a_hold_that_is_booked_is_not_in_its_own_way(api, at):
    who = at.patient()
    held = at_hold(at, patient_id=who.pk)
    afternoons = {weekday: [(time(13), time(17))] for weekday in range(7)}
    setup.set_hours(clinic_id=at.clinic.pk, hours=afternoons, by=BY, now=NOW)

    asked = {"patient": str(who.pk), "hold": str(held.pk)}
    problem = refused(api.post("appointments/", asked))

    assert problem["in_the_way"] == [
        "The clinic is open only 13:00–17:00 on Wed 2 Sep."
    ]


def test_a_hold_that_is_over_says_who_has_its_time_now(api, at):
    who = at.patient()
    held = at_hold(at, patient_id=who.pk)
    clock.set_to(NOW + minutes(11))
    at.book(now=NOW + minutes(11))

    asked = {"patient": str(who.pk), "hold": str(held.pk)}
    problem = refused(api.post("appointments/", asked))

    assert "Visit: clinician 1 is booked until 09:45." in problem["in_the_way"]


def test_a_hold_that_is_over_names_nothing_where_its_time_is_free(api, at):
    who = at.patient()
    held = at_hold(at, patient_id=who.pk)
    clock.set_to(NOW + minutes(11))

    asked = {"patient": str(who.pk), "hold": str(held.pk)}
    problem = refused(api.post("appointments/", asked))

    assert (problem["in_the_way"], problem["blocks"]) == ([], [])


def test_explaining_takes_seven_statements_and_what_succeeds_none(at):
    rival = at.patient()
    with CaptureQueriesContext(connection) as succeeding:
        at.book(rival)
    with CaptureQueriesContext(connection) as refusing, pytest.raises(SlotTaken):
        at.book(rival, start=NINE - minutes(120))
    kind = visit_kind(clinic_id=at.clinic.pk, visit_type="consultation")
    with CaptureQueriesContext(connection) as explaining:
        why_not(kind, kind.plan, start=NINE - minutes(120), now=NOW)

    assert len(explaining) <= 7
    assert [looks_thing_by_thing(each) for each in (explaining, refusing)] == [1, 1]
    assert looks_thing_by_thing(succeeding) == 0


def looks_thing_by_thing(queries):
    """How often it was read, row by row, what takes time and whose it is."""
    return sum("r.absence_id::text" in query["sql"] for query in queries)


def test_of_two_clinicians_who_was_not_asked_for_is_not_said_to_be_taken():
    at = make.practice({**make.ONE_OF_EACH, "clinician": 2})
    both = NeedSpec(("clinician",))
    make.visit_type(at.clinic, PhaseSpec("Visit", 0, 30, (both, both)))
    asked = at.one("clinician")
    at.book(clinician=asked.pk)

    with pytest.raises(SlotTaken) as refused:
        at.book(visit_type="visit", clinician=asked.pk)

    said = " ".join(refused.value.in_the_way)
    assert f"{asked.name} is booked until 09:45" in said
