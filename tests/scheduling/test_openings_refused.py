"""Questions about openings that cannot be answered: each 400 says what to do."""

from datetime import timedelta

import pytest

from scheduling.models import VisitType
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.scheduling.rest import Api, nine

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture(params=["0", "1"], ids=["plain", "explained"])
def refusal(request, client, at):
    """`refusal(…)`: pointer and detail of the one error a query is refused with."""
    api = Api(client, people.api_key(people.membership("coordinator", at.clinic)))

    def ask(**query):
        asked = {"visit_type": "consultation", "explain": request.param}
        answer = api.get("openings/", **asked | query)
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        (error,) = answer.json()["errors"]
        return error["pointer"], error["detail"]

    return ask


def test_an_unknown_visit_type_names_those_there_are(refusal):
    pointer, detail = refusal(visit_type="surgery")

    assert pointer == "/visit_type"
    assert detail.endswith(
        "there are: bmc-fluoroscopy, bmc-ultrasound, consultation, follow-up, "
        "remote-check."
    )


def test_a_retired_visit_type_is_not_searched_by_name_nor_by_id(refusal, at):
    kind = VisitType.objects.get(clinic=at.clinic, slug="follow-up")
    VisitType.objects.filter(pk=kind.pk).update(active=False)

    for name in ("follow-up", str(kind.pk)):
        pointer, detail = refusal(visit_type=name)

        assert pointer == "/visit_type"
        assert "there are: " in detail
        assert "follow-up" not in detail


def test_a_window_of_more_than_370_days_asks_for_an_earlier_last_date(refusal):
    first = nine().date()
    last = first + timedelta(days=370)

    assert refusal(**{"from": first.isoformat(), "to": last.isoformat()}) == (
        "/to",
        "Search 370 days at most; name an earlier last date.",
    )


def test_a_window_that_runs_backwards_asks_for_a_later_one(refusal):
    assert refusal(**{"from": "2030-01-02", "to": "2030-01-01"}) == (
        "/to",
        "The last date is before the first. Swap them, or name a later last date.",
    )


@pytest.mark.parametrize("name", ["clinician", "prefer_clinicians", "not_clinicians"])
def test_another_clinics_clinician_asks_for_one_of_its_own(refusal, name):
    stranger = make.practice({"clinician": 1}).one("clinician")

    pointer, detail = refusal(**{name: str(stranger.pk)})

    assert pointer == f"/{name}"
    assert "choose one of its resources of the kind clinician" in detail


def test_a_room_is_no_clinician(refusal, at):
    pointer, _ = refusal(clinician=str(at.one("consult_room").pk))

    assert pointer == "/clinician"


def test_a_visit_out_of_its_bounds_says_which(refusal):
    pointer, detail = refusal(visit_type="bmc-ultrasound", targets="12")

    assert pointer == "/targets"
    assert "here it lasts" in detail


def test_a_day_that_is_none_and_a_patient_that_is_none(refusal):
    assert refusal(**{"from": "2026-02-30"})[0] == "/from"
    assert refusal(patient="nobody")[0] == "/patient"


@pytest.mark.parametrize("wish", ["clinician", "prefer_clinicians"])
def test_a_clinician_wished_for_and_excluded_at_once_is_refused(refusal, at, wish):
    pk = str(at.one("clinician").pk)

    pointer, detail = refusal(**{wish: pk, "not_clinicians": pk})

    assert pointer == "/not_clinicians"
    assert detail == "A clinician cannot be wished for and excluded at once."
