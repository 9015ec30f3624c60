"""REST: the holds that stand at a clinic."""

from datetime import timedelta

import pytest

from clinics.domain import policy
from clinics.domain.roles import STAFF_ROLES
from core import clock
from scheduling.booking import holds
from scheduling.models import Hold
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.acts import at_hold, live
from tests.scheduling.rest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(settings):
    settings.DEMO = True
    clock.set_to(NOW)
    return make.practice()


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def ids(answer):
    return [held["id"] for held in answer.json()["results"]]


def test_a_hold_is_listed_with_whose_it_is_and_until_when(api, at):
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk)

    [listed] = api.get("holds/").json()["results"]

    assert listed == api.get(f"holds/{held.pk}/").json()
    assert (listed["id"], listed["patient"]) == (str(held.pk), str(patient.pk))
    assert (listed["visit_type"], listed["status"]) == ("consultation", "held")
    assert (listed["start"], listed["expires_at"]) == (
        NINE.isoformat(),
        held.expires_at.astimezone(NINE.tzinfo).isoformat(),
    )
    assert listed["made_by"] == str(BY)
    assert listed["reservations"]


def test_the_first_to_end_comes_first_page_by_page(api, at):
    late, soon, last = (
        at_hold(at, start=NINE + minutes(60 * n), lasts=minutes(lasts))
        for n, lasts in enumerate([20, 10, 30])
    )

    first = api.get("holds/", limit=2)
    second = api.client.get(first.json()["next"], headers=api.headers)

    assert ids(first) == [str(soon.pk), str(late.pk)]
    assert ids(second) == [str(last.pk)]
    assert second.json()["next"] is None


def test_a_hold_of_nobody_is_listed_too(api, at):
    at_hold(at)

    [listed] = api.get("holds/").json()["results"]

    assert listed["patient"] is None


def test_what_no_longer_stands_is_left_out(api, at):
    released, booked, expired, over, robbed = (
        at_hold(at, start=NINE + minutes(60 * n)) for n in range(5)
    )
    holds.release(hold_id=released.pk, by=BY, now=NOW)
    at.book(hold_id=booked.pk, start=None)
    Hold.objects.filter(pk=expired.pk).update(expires_at=NOW)
    hour = timedelta(hours=1)
    past = (NOW - hour, NOW - hour / 2)
    Hold.objects.filter(pk=over.pk).update(during=past)
    live(robbed).filter(resource=at.one("clinician")).update(released_at=NOW)

    assert ids(api.get("holds/")) == []


def test_another_clinics_holds_are_not_listed(api):
    at_hold(make.practice())

    assert ids(api.get("holds/")) == []


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_who_reads_visits_reads_holds(client, at, role):
    api = Api(client, people.api_key(people.membership(role, at.clinic)))
    allowed = policy.may(role, "appointment.read").allowed

    assert api.get("holds/").status_code == (200 if allowed else 403)


def test_a_question_it_does_not_know_is_refused(api):
    assert api.get("holds/", patient="x").status_code == 400
