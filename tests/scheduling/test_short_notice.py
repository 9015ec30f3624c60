"""Within 48 hours of a visit whoever moves, reassigns or cancels it says why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from scheduling.booking import book
from scheduling.booking.errors import ReasonNeeded
from scheduling.booking.short_notice import NEAR, is_near
from scheduling.models import Appointment, AppointmentMove
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE
from tests.scheduling.acts import act
from tests.scheduling.rest import Api, body

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
TOMORROW = NINE + timedelta(days=1)


@pytest.fixture
def at():
    return make.practice({**make.ONE_OF_EACH, "clinician": 2})


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def changes(at, visit):
    """Each act with what it takes, on a visit tomorrow or in a week."""
    has = visit.reservations.values_list("resource_id", flat=True)
    [mine] = [one.pk for one in at.by_kind["clinician"] if one.pk in has]
    return {
        "move": (book.move, {"start": NINE + 2 * WEEK}),
        "reassign": (book.reassign, {"avoiding": frozenset({mine})}),
        "cancel": (book.cancel, {}),
    }


@pytest.mark.parametrize(
    ("ahead", "near"),
    [
        (NEAR, False),
        (NEAR - timedelta(seconds=1), True),
        (timedelta(0), True),
        (-NEAR, True),
    ],
)
def test_near_begins_48_hours_before_and_never_ends(ahead, near):
    assert is_near(NOW, NOW + ahead) is near
    assert is_near(NOW, NOW + WEEK, NOW + ahead) is near


@pytest.mark.parametrize("reason", ["", "  "])
@pytest.mark.parametrize("name", ["move", "reassign", "cancel"])
def test_a_change_at_short_notice_says_why(at, name, reason):
    visit = at.book(start=TOMORROW)
    verb, fields = changes(at, visit)[name]

    with pytest.raises(ReasonNeeded, match="less than 48 hours"):
        act(verb, visit, **fields, reason=reason)

    before = Appointment.objects.get(pk=visit.pk)
    assert (before.version, before.status) == (1, "booked")
    assert act(verb, visit, **fields, reason="clinician is ill").version == 2


@pytest.mark.parametrize("name", ["move", "reassign", "cancel"])
def test_a_change_a_week_ahead_need_not_say_why(at, name):
    visit = at.book(start=NINE + WEEK)
    verb, fields = changes(at, visit)[name]

    assert act(verb, visit, **fields, reason="").version == 2


def test_a_move_to_a_near_time_says_why_too(at):
    visit = at.book(start=NINE + WEEK)

    with pytest.raises(ReasonNeeded, match="the old or the new time"):
        act(book.move, visit, start=TOMORROW, reason="")


def test_a_change_back_has_the_reason_of_the_change(at):
    visit = at.book(start=TOMORROW)
    moved = act(book.move, visit, start=NINE + WEEK, reason="patient asked")

    back = book.undo_move(
        appointment_id=visit.pk, version=moved.version, by=BY, now=NOW
    )

    assert back.start == TOMORROW
    assert AppointmentMove.objects.latest("version").reason == "patient asked"


def test_other_acts_on_a_near_visit_ask_for_nothing(at):
    visit = act(book.confirm, at.book(start=TOMORROW))

    assert act(book.arrive, visit, now=TOMORROW).status == "arrived"


def test_the_question_costs_no_statement(at):
    visit = at.book(start=TOMORROW)
    far = at.book(start=NINE + WEEK)

    with CaptureQueriesContext(connection) as near_ones:
        act(book.cancel, visit, reason="patient asked")
    with CaptureQueriesContext(connection) as far_ones:
        act(book.cancel, far, reason="patient asked")

    assert len(near_ones) == len(far_ones)


@pytest.fixture
def today(settings):
    settings.DEMO = True
    clock.set_to(NOW)


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("name", ["move", "reassign", "cancel"])
def test_rest_asks_for_the_reason_by_name(api, at, name):
    made = api.post("appointments/", body(at, start=TOMORROW.isoformat())).json()
    has = {row["resource"] for row in made["reservations"]}
    asked = {
        "move": {"start": (NINE + WEEK).isoformat()},
        "reassign": {
            "avoiding": [o.pk for o in at.by_kind["clinician"] if o.pk in has]
        },
        "cancel": {},
    }[name]
    path = f"appointments/{made['id']}/"

    answer = api.post(f"{path}{name}/", {"version": 1, **asked})
    said = api.post(f"{path}{name}/", {"version": 1, "reason": "ill", **asked})

    problem = answer.json()
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["code"] == "reason-needed"
    assert [error["pointer"] for error in problem["errors"]] == ["/reason"]
    assert "Give the reason." in problem["detail"]
    assert said.status_code == 200


@pytest.mark.usefixtures("today")
def test_a_preview_says_whether_the_move_has_to_say_why(api, at):
    start = (NINE + WEEK).isoformat()
    made = api.post("appointments/", body(at, start=start)).json()
    path = f"appointments/{made['id']}/move-preview/"

    near = api.get(path, start=TOMORROW.isoformat()).json()
    far = api.get(path, start=(NINE + 2 * WEEK).isoformat()).json()

    assert (near["reason_needed"], far["reason_needed"]) == (True, False)
