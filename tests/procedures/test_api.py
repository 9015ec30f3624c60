"""REST of episodes: the same rules by HTTP, and what each role may see."""

from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from clinics.models import AccessLogEntry
from core import clock, journal
from procedures.models import Episode, Evaluation, Override
from tests.factories import clinics, patients
from tests.factories import procedures as make
from tests.factories.clinics import NOW, PASSWORD
from tests.factories.procedure_day import Day

pytestmark = pytest.mark.django_db

SIGN = {"signature": {"password": PASSWORD}}
FEVER = {"temperature_c": 38.3, "active_infection": True}


@pytest.fixture(autouse=True)
def _no_attempts_remembered():
    cache.clear()


@pytest.fixture
def place():
    return make.open_site()


@pytest.fixture
def call(place):
    """call("clinician", "decide", path, …) posts an act; the key is made once."""
    clients = {}

    def client(role):
        if role not in clients:
            key = clinics.api_key(place.person(role))
            clients[role] = Client(headers={"Authorization": f"Bearer {key}"})
        return clients[role]

    def post(role, act, path, body=None, **headers):
        version = Episode.objects.get(pk=path.pk).version
        return client(role).post(
            f"/api/v1/episodes/{path.pk}/{act}/",
            {"version": version, **(body or {})},
            content_type="application/json",
            headers=headers,
        )

    post.client = client
    return post


def codes(response):
    return [reason["code"] for reason in response.json()["reasons"]]


def test_an_episode_is_opened_read_and_listed(place, call):
    patient = patients.patient(place.clinic)
    body = {"patient": str(patient.pk), "targets": [make.KNEE]}

    made = call.client("coordinator").post(
        "/api/v1/episodes/", body, content_type="application/json"
    )
    read = call.client("clinician").get(f"/api/v1/episodes/{made.json()['id']}/")
    listed = call.client("clinician").get(f"/api/v1/episodes/?patient={patient.pk}")

    assert made.status_code == 201
    assert (read.json()["stage"], read.json()["version"]) == ("enquiry", 1)
    assert [e["id"] for e in listed.json()["results"]] == [made.json()["id"]]


def test_wrong_targets_are_pointed_at(place, call):
    patient = patients.patient(place.clinic)
    body = {"patient": str(patient.pk), "targets": [{"joint": "knee"}]}

    response = call.client("coordinator").post(
        "/api/v1/episodes/", body, content_type="application/json"
    )

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert response.json()["errors"][0]["pointer"] == "/targets/0/laterality"


def test_the_path_to_an_approval_by_rest(place, call):
    path = make.episode(place)

    seen = call("clinician", "evaluate", path, make.evaluation() | SIGN)
    decided = call("clinician", "decide", path, make.decision() | SIGN)

    assert (seen.status_code, decided.status_code) == (200, 200)
    assert decided.json()["stage"] == "approved"
    assert decided.json()["flags"]["open_items"] == [
        "consent",
        "estimate",
        "labs",
        "medication_plan",
    ]


def test_fever_never_passes_by_rest(place, call):
    path = make.evaluated(place, **FEVER)

    response = call("clinician", "decide", path, make.decision() | SIGN)

    assert response.status_code == 409
    assert codes(response) == ["INF-01"]
    assert response.json()["reasons"][0]["lifts"]
    assert Episode.objects.get(pk=path.pk).stage == "consultation"


def test_severe_damage_never_passes_by_rest(place, call):
    path = make.evaluated(place, finding={"grade_kl": 4})

    response = call("clinician", "decide", path, make.decision() | SIGN)

    assert (response.status_code, codes(response)) == (409, ["SEV-01"])


def test_override_attempts_on_a_hard_rule_by_rest(place, call):
    path = make.evaluated(place, **FEVER)
    body = {"rule": "INF-01", "reason": "The patient has travelled a long way."}

    by_clinician = call("clinician", "override", path, body | SIGN)
    by_admin = call("admin", "override", path, body | SIGN)

    assert (by_clinician.status_code, codes(by_clinician)) == (409, ["hard-rule"])
    assert by_admin.status_code == 403
    assert not Override.objects.exists()
    assert journal.entries(f"episode:{path.pk}").last().name == "episode.act_refused"
    admin = place.person("admin").user_id
    assert journal.entries(f"user:{admin}").filter(name="access.denied").exists()


def test_a_booking_before_the_approval_is_refused_by_rest(place, call):
    path = make.evaluated(place)
    body = {
        "patient": str(path.patient_id),
        "visit_type": "bmc-ultrasound",
        "start": "2030-01-08T08:30:00-06:00",
        "episode": str(path.pk),
    }

    response = call.client("coordinator").post(
        "/api/v1/appointments/", body, content_type="application/json"
    )

    assert (response.status_code, codes(response)) == (409, ["not-approved"])


def test_the_same_key_gives_the_same_refusal_and_one_entry(place, call):
    path = make.evaluated(place, **FEVER)
    body = make.decision() | SIGN

    first = call("clinician", "decide", path, body, idempotency_key="k-1")
    again = call("clinician", "decide", path, body, idempotency_key="k-1")

    assert first.json() == again.json()
    entries = journal.entries(f"episode:{path.pk}")
    assert entries.filter(name="episode.act_refused").count() == 1


def test_an_act_without_signature_or_version_is_invalid(place, call):
    path = make.episode(place)

    unsigned = call("clinician", "evaluate", path, make.evaluation())
    unversioned = call(
        "clinician", "evaluate", path, {**make.evaluation(), **SIGN, "version": None}
    )

    assert unsigned.json()["errors"] == [
        {"pointer": "/signature", "detail": "is required"}
    ]
    assert unversioned.json()["errors"][0]["pointer"] == "/version"


def test_a_wrong_password_signs_nothing(place, call):
    path = make.episode(place)
    wrong = {"signature": {"password": "not-mine", "meaning": "I sign."}}

    response = call("clinician", "evaluate", path, make.evaluation() | wrong)

    assert response.status_code in (400, 403)
    assert not Evaluation.objects.exists()


def test_an_old_version_is_stale(place, call):
    path = make.evaluated(place)

    response = call(
        "clinician", "decide", path, {**make.decision(), **SIGN, "version": 1}
    )

    assert (response.status_code, response.json()["code"]) == (409, "stale-version")


def test_a_late_entry_by_rest(place, call):
    path = make.episode(place)
    clock.set_to(NOW + timedelta(days=2))
    then = (NOW + timedelta(days=1)).isoformat()

    entry = {"occurred_at": then, "late_reason": "The network was down all day."}
    call("clinician", "evaluate", path, make.evaluation() | SIGN | entry)

    assert Evaluation.objects.get().occurred_at.isoformat() == then


def test_a_signature_over_rest_means_what_the_act_says(place, call):
    path = make.episode(place)
    signed = {"signature": {"password": PASSWORD, "meaning": "I was not there."}}

    response = call("clinician", "evaluate", path, make.evaluation() | signed)

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/signature/meaning"


def test_a_harvest_without_a_time_out_is_refused_whatever_the_body(place, call):
    day = Day.ready(place).until("checked_in")
    clock.set_to(day.at("09:30").astimezone(UTC))

    response = call("clinician", "harvest", day.episode, {"nonsense": [1]})

    assert (response.status_code, codes(response)) == (409, ["time-out-missing"])


@pytest.mark.parametrize("when", ["yesterday", "2026-09-01T10:00:00"])
def test_an_instant_without_offset_is_invalid(place, call, when):
    path = make.episode(place)

    response = call(
        "clinician", "evaluate", path, make.evaluation() | SIGN | {"occurred_at": when}
    )

    assert response.json()["errors"][0]["pointer"] == "/occurred_at"


def test_an_unknown_act_is_not_found(place, call):
    path = make.episode(place)

    for act in ("cure", "read", "open", "read-clinical"):
        assert call("clinician", act, path).status_code == 404


def test_planners_see_stage_and_flags_and_no_clinical_content(place, call):
    path = make.approved(place, infection_site="healed tooth abscess")

    planner = call.client("coordinator").get(f"/api/v1/episodes/{path.pk}/")
    carer = call.client("nurse").get(f"/api/v1/episodes/{path.pk}/")

    assert planner.json()["flags"]["decision"] == "approved"
    for secret in ("records", "targets", "day", "scores", "products"):
        assert secret not in planner.json()
    assert "abscess" not in planner.content.decode()
    assert "knee" not in planner.content.decode()
    records = carer.json()["records"]
    assert records["evaluation"]["infection_site"] == "healed tooth abscess"
    assert records["decision"]["outcome"] == "approved"


def test_the_timeline_by_role(place, call):
    path = make.evaluated(place, **FEVER)
    call("clinician", "decide", path, make.decision() | SIGN)
    address = f"/api/v1/episodes/{path.pk}/timeline/"

    carer = call.client("nurse").get(address).json()["results"]
    planner = call.client("coordinator").get(address).json()["results"]

    assert carer[-1]["details"]["codes"] == ["INF-01"]
    assert "codes" not in planner[-1]["details"]
    assert [e["name"] for e in planner] == [
        "episode.opened",
        "episode.stopped",
        "episode.evaluated",
        "episode.act_refused",
    ]


def test_administrators_read_no_episodes(place, call):
    path = make.episode(place)

    for address in ("", f"{path.pk}/", f"{path.pk}/timeline/"):
        response = call.client("admin").get(f"/api/v1/episodes/{address}")
        assert response.status_code == 403


def test_another_clinics_episode_is_not_found(place, call):
    path = make.episode(make.site())

    assert call("clinician", "evaluate", path).status_code == 404
    read = call.client("clinician").get(f"/api/v1/episodes/{path.pk}/")
    assert read.status_code == 404
    missing = call.client("clinician").get(f"/api/v1/episodes/{uuid4()}/")
    assert missing.status_code == 404


def test_every_answer_about_a_patient_is_in_the_access_log(place, call):
    path = make.evaluated(place, **FEVER)
    before = AccessLogEntry.objects.count()

    call.client("nurse").get(f"/api/v1/episodes/{path.pk}/")
    call.client("nurse").get(f"/api/v1/episodes/{path.pk}/timeline/")
    call.client("nurse").get("/api/v1/episodes/")
    call("clinician", "decide", path, make.decision() | SIGN)

    rows = AccessLogEntry.objects.order_by("pk")[before:]
    assert [row.patient_ids for row in rows] == [[str(path.patient_id)]] * 4
    assert [row.deliberate for row in rows] == [True, True, False, True]


def test_the_document_tells_the_next_acts_with_reasons(place, call):
    path = make.episode(place)

    acts = call.client("clinician").get(f"/api/v1/episodes/{path.pk}/").json()

    named = {act["act"]: act for act in acts["next_acts"]}
    assert set(named) == {
        "evaluate",
        "withdraw",
        "adverse-event",
        "enter-in-error",
        "lift-stop",
    }
    assert [r["code"] for r in named["lift-stop"]["reasons"]] == ["no-stop"]
    assert named["evaluate"]["signature"] == "These are my findings."
    assert named["evaluate"]["reasons"] == []


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
    ],
)
def test_no_act_was_done_then(place, call, moment):
    path = make.episode(place)
    body = {"occurred_at": moment, **make.evaluation(), **SIGN}

    answer = call("clinician", "evaluate", path, body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/occurred_at"
    assert "between 1900 and 2200" in error["detail"]
