"""Hours, closed days and resources over REST, and what they do to booked visits."""

from datetime import time

import pytest

from core.models import JournalEntry
from scheduling.models import Conflict, Resource, ScheduleException
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.scheduling import minutes
from tests.scheduling.rest import Api, body, nine

pytestmark = pytest.mark.django_db

MORNINGS = {day: [["08:00", "08:45"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def admin(client, at):
    return Api(client, people.api_key(people.membership("admin", at.clinic)))


@pytest.fixture
def visit(client, at):
    """Booked by a coordinator for nine on a Monday to come."""
    key = people.api_key(people.membership("coordinator", at.clinic))
    return Api(client, key).post("appointments/", body(at)).json()


def put(api, fields):
    return api.client.put(
        "/api/v1/hours/", fields, content_type="application/json", headers=api.headers
    )


def closed(**changed):
    on = nine().date().isoformat()
    return {"kind": "closed", "applies_on": on, "reason": "Flood", **changed}


def test_hours_are_replaced_and_read_and_the_visit_outside_needs_a_decision(
    admin, visit
):
    answer = put(admin, {"weekdays": MORNINGS})

    assert answer.status_code == 200
    assert answer.json() == {
        "resource": None,
        "weekdays": MORNINGS,
        "conflicts": {"opened": 1, "settled": 0, "waiting": 1},
    }
    read = admin.get("hours/").json()
    assert read == {"resource": None, "weekdays": MORNINGS}
    assert str(Conflict.objects.get().appointment_id) == visit["id"]


def test_one_resource_has_split_shifts_of_its_own(admin, at):
    nurse = at.one("nurse")
    shifts = {"mon": [["08:00", "12:00"], ["13:00", "00:00"]]}

    put(admin, {"resource": nurse.pk, "weekdays": shifts})

    assert admin.get("hours/", resource=nurse.pk).json()["weekdays"] == shifts
    assert set(admin.get("hours/").json()["weekdays"]) == set(MORNINGS)


@pytest.mark.parametrize(
    ("weekdays", "words"),
    [
        ({"mon": [["12:00", "08:00"]]}, "Monday: the hours of a day run forwards"),
        ({"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}, "do not overlap"),
        ({"monday": []}, "Name days as mon"),
        ({"mon": [["08:00"]]}, "at least 2"),
        ({"mon": [["8 o'clock", "12:00"]]}, "Time has wrong format"),
        ("always", "Expected a dictionary"),
    ],
)
def test_hours_that_cannot_be_are_refused_in_words(admin, weekdays, words):
    answer = put(admin, {"weekdays": weekdays})

    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_a_closed_day_opens_conflicts_and_taking_it_back_settles_them(admin, visit):
    made = admin.post("schedule-exceptions/", closed())

    assert made.status_code == 201
    assert made.json()["conflicts"] == {"opened": 1, "settled": 0, "waiting": 1}
    listed = admin.get("schedule-exceptions/").json()["results"]
    assert [one["id"] for one in listed] == [made.json()["id"]]

    gone = admin.delete(f"schedule-exceptions/{made.json()['id']}/")

    assert gone.json() == {"conflicts": {"opened": 0, "settled": 1, "waiting": 0}}
    assert Conflict.objects.get().resolution == "kept"
    assert not ScheduleException.objects.exists()
    names = JournalEntry.objects.filter(name__startswith="hours.closed")
    assert [n.name for n in names.order_by("pk")] == [
        "hours.closed",
        "hours.closed_removed",
    ]


def test_a_few_closed_hours_leave_other_visits_alone(admin, visit):
    later = closed(local_start="13:00", local_end="15:00")

    answer = admin.post("schedule-exceptions/", later).json()

    assert (answer["local_start"], answer["local_end"]) == ("13:00", "15:00")
    assert answer["conflicts"]["opened"] == 0


def test_an_extra_opening_taken_back_opens_a_conflict(client, admin, at):
    saturday = nine() - minutes(2 * 24 * 60)
    extra = closed(kind="extra", applies_on=saturday.date().isoformat())
    made = admin.post(
        "schedule-exceptions/", extra | {"local_start": "08:00", "local_end": "12:00"}
    ).json()
    at.book(start=saturday, now=nine(0))

    gone = admin.delete(f"schedule-exceptions/{made['id']}/").json()

    assert gone["conflicts"] == {"opened": 1, "settled": 0, "waiting": 1}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "open"}, "not a valid choice"),
        ({"applies_on": "someday"}, "Date has wrong format"),
        ({"local_start": "10:00"}, "Give both times"),
        ({"local_start": "10:00", "local_end": "09:00"}, "not after the start"),
        ({"kind": "extra"}, "from when to when"),
        ({"reason": "x" * 201}, "no more than 200"),
        ({"why": "x"}, "no such field"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(admin, changed, words):
    answer = admin.post("schedule-exceptions/", closed(**changed))

    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_a_resource_is_added_and_retired(admin, at, visit):
    fields = {"kind": "nurse", "name": "Nurse Okafor", "capabilities": ["iv"]}

    made = admin.post("resources/", fields)
    assert made.status_code == 201
    assert made.json() == {**fields, "id": made.json()["id"], "active": True}

    where = f"resources/{at.one('clinician').pk}/retire/"
    retired = admin.post(where, {}).json()
    assert retired["active"] is False
    assert retired["conflicts"] == {"opened": 1, "settled": 0, "waiting": 1}
    assert admin.post(where, {}).json()["conflicts"]["opened"] == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "nurse 1"}, "one of this name already"),
        ({"name": " "}, "may not be blank"),
        ({"kind": "A nurse"}, "Name a kind as"),
        ({"capabilities": "iv"}, "Expected a list"),
    ],
)
def test_a_resource_that_cannot_be_is_refused_in_words(admin, changed, words):
    fields = {"kind": "nurse", "name": "Nurse Okafor", **changed}

    answer = admin.post("resources/", fields)

    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_another_clinics_things_do_not_exist(admin):
    other = make.practice()
    nurse = other.one("nurse").pk
    day = ScheduleException.objects.create(
        clinic=other.clinic, kind="closed", applies_on=nine().date()
    )

    answers = [
        admin.get("hours/", resource=nurse),
        put(admin, {"resource": nurse, "weekdays": {}}),
        admin.post("schedule-exceptions/", closed(resource=nurse)),
        admin.delete(f"schedule-exceptions/{day.pk}/"),
        admin.post(f"resources/{nurse}/retire/", {}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert Resource.objects.get(pk=nurse).active
    assert not other.one("nurse").opening_hours.filter(local_start=time(0)).exists()


@pytest.mark.parametrize("role", ["coordinator", "clinician", "auditor"])
def test_others_read_and_do_not_write(client, at, role):
    api = Api(client, people.api_key(people.membership(role, at.clinic)))

    assert api.get("hours/").status_code == 200
    refused = [
        put(api, {"weekdays": {}}),
        api.post("schedule-exceptions/", closed()),
        api.delete("schedule-exceptions/1/"),
        api.post("resources/", {"kind": "nurse", "name": "X"}),
        api.post(f"resources/{at.one('nurse').pk}/retire/", {}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 5
