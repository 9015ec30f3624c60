"""Patients and tasks over REST."""

import json

import pytest
from django.test import Client

from clinics.models import AccessLogEntry
from core.models import JournalEntry
from patients.models import Patient, Task
from tests.factories import clinics as make
from tests.factories.patients import patient, task

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.patients.site")]

PATIENTS = "/api/v1/patients/"
MARISOL = {
    "given_name": "Marisol",
    "family_name": "Testcase-Vega",
    "birth_date": "1966-04-12",
}


@pytest.fixture
def here():
    return make.clinic()


@pytest.fixture
def coordinator(here):
    return caller("coordinator", here)


class Caller(Client):
    """A client with an API key that sends JSON."""

    def send(self, method, path, body, **headers):
        return self.generic(
            method, path, encode(body), "application/json", headers=headers
        )

    def post_json(self, path, body=None, **headers):
        return self.send("POST", path, body or {}, **headers)


def encode(body):
    return body if isinstance(body, bytes) else json.dumps(body)


def caller(role, here):
    key = make.api_key(make.membership(role, here))
    return Caller(headers={"Authorization": f"Bearer {key}"})


def pointers(response):
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == "invalid"
    assert all(error["detail"].endswith((".", "!")) for error in body["errors"])
    return {error["pointer"] for error in body["errors"]}


def test_a_coordinator_registers_a_patient(coordinator):
    response = coordinator.post_json(
        PATIENTS,
        MARISOL
        | {
            "phone": "713 555 0101",
            "email": "c1@example.org",
            "language": "es",
            "sms_consent": True,
        },
    )

    assert response.status_code == 201, response.content
    body = response.json()
    assert body == body | MARISOL | {
        "mrn": "CP-000001",
        "language": "es",
        "version": 1,
        "phone": "+17135550101",
        "email": "c1@example.org",
        "sms_consent": True,
        "email_consent": False,
        "time_zone": "America/Chicago",
    }
    assert str(Patient.objects.get().pk) == body["id"]


def test_the_same_key_gives_the_same_patient(coordinator):
    one, other = (
        coordinator.post_json(PATIENTS, MARISOL, idempotency_key="k1") for _ in "ab"
    )

    assert one.json() == other.json()
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"birth_date": "2999-01-01"}, "/birth_date"),
        ({"birth_date": "1899-12-31"}, "/birth_date"),
        ({"birth_date": "0000-00-00"}, "/birth_date"),
        ({"birth_date": "12/04/1966"}, "/birth_date"),
        ({"birth_date": 19660412}, "/birth_date"),
        ({"birth_date": None}, "/birth_date"),
        ({"given_name": "", "family_name": ""}, "/given_name"),
        ({"given_name": "   ", "family_name": "\u200b"}, "/given_name"),
        ({"given_name": None}, "/given_name"),
        ({"given_name": ["Marisol"]}, "/given_name"),
        ({"given_name": {"a": 1}}, "/given_name"),
        ({"given_name": True}, "/given_name"),
        ({"given_name": 7}, "/given_name"),
        ({"family_name": "Ve\x00ga"}, "/family_name"),
        ({"family_name": "Ve\ud800ga"}, "/family_name"),
        ({"family_name": "x" * 1_000_000}, "/family_name"),
        ({"phone": "12"}, "/phone"),
        ({"phone": "1" * 1000}, "/phone"),
        ({"phone": "713\x00555 0101"}, "/phone"),
        ({"email": "nobody"}, "/email"),
        ({"email": "a@" + "b" * 300 + ".org"}, "/email"),
        ({"email": "a\x00@example.org"}, "/email"),
        ({"language": "fr"}, "/language"),
        ({"sms_consent": "perhaps"}, "/sms_consent"),
        ({"mrn": "two words"}, "/mrn"),
        ({"mrn": "9" * 1000}, "/mrn"),
        ({"biological_sex": "f"}, "/biological_sex"),
        ({"time_zone": "../etc/passwd"}, "/time_zone"),
        ({"colour": "blue"}, "/colour"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_field_is_answered_in_words(coordinator, sent, pointer):
    response = coordinator.post_json(PATIENTS, MARISOL | sent)

    assert pointers(response) == {pointer}
    assert not Patient.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"null", b"{", b"\xff\xfe", b"7"])
def test_a_body_that_is_no_object_is_a_400(coordinator, body):
    response = coordinator.send("POST", PATIENTS, body)

    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"


def test_a_body_of_ten_megabytes_is_a_413_in_words(coordinator):
    response = coordinator.post_json(PATIENTS, MARISOL | {"phone": "1" * 10_000_000})

    assert response.status_code == 413
    assert response.json()["code"] == "too-large"
    assert "MB" in response.json()["detail"]


def test_all_that_is_missing_is_named(coordinator):
    assert pointers(coordinator.post_json(PATIENTS, {"phone": ""})) == {"/birth_date"}
    born = {"birth_date": "1966-04-12"}
    assert pointers(coordinator.post_json(PATIENTS, born)) == {"/given_name"}


def test_a_name_with_words_of_sql_or_html_is_just_a_name(coordinator):
    name = "Robert'); DROP TABLE <script>alert(1)</script>"

    response = coordinator.post_json(PATIENTS, MARISOL | {"given_name": name})

    assert response.json()["given_name"] == name


def test_a_patient_is_searched_for(coordinator, here):
    marisol = patient(here, given_name="María", family_name="Núñez")
    patient(here, given_name="Otra", family_name="Persona")
    patient(given_name="María", family_name="Núñez")

    body = coordinator.get(PATIENTS, {"q": "nunez maria"}).json()

    assert [row["id"] for row in body["results"]] == [str(marisol.pk)]
    assert body["next"] is None


@pytest.mark.parametrize("q", ["\x00", "%", "\ud800x", "x" * 5000, "'", "1" * 300])
def test_no_search_breaks(coordinator, here, q):
    patient(here)

    response = coordinator.get(PATIENTS, {"q": q.encode("utf-8", "surrogatepass")})

    assert response.status_code == 200
    assert response.json()["results"] == []


def test_the_list_is_read_a_page_at_a_time_by_name(coordinator, here):
    for name in ("Cruz", "Alba", "Cruz", "Bello"):
        patient(here, family_name=name)

    first = coordinator.get(PATIENTS, {"limit": 3}).json()
    second = coordinator.get(first["next"]).json()

    names = [row["family_name"] for row in first["results"] + second["results"]]
    assert names == ["Alba", "Bello", "Cruz", "Cruz"]
    assert second["next"] is None


def test_reading_one_is_a_deliberate_look_and_listing_is_not(coordinator, here):
    marisol = patient(here)

    coordinator.get(f"{PATIENTS}{marisol.pk}/")
    coordinator.get(PATIENTS)

    rows = AccessLogEntry.objects.order_by("id")
    assert [(row.patient_ids, row.deliberate) for row in rows] == [
        ([str(marisol.pk)], True),
        ([str(marisol.pk)], False),
    ]


def test_who_treats_sees_contacts_masked(here):
    marisol = patient(here, phone="713 555 0101", email="c1@example.org")

    body = caller("nurse", here).get(f"{PATIENTS}{marisol.pk}/").json()

    assert (body["phone"], body["email"]) == ("••• 0101", "c•••@example.org")


def test_another_clinics_patient_is_a_404(coordinator):
    elsewhere = patient()

    for response in (
        coordinator.get(f"{PATIENTS}{elsewhere.pk}/"),
        coordinator.send(
            "PATCH", f"{PATIENTS}{elsewhere.pk}/", {"version": 1, "language": "es"}
        ),
    ):
        assert response.status_code == 404
        assert response.json()["code"] == "not-found"


@pytest.mark.parametrize("role", ["nurse", "clinician", "admin", "auditor"])
def test_only_coordinators_register(here, role):
    assert caller(role, here).post_json(PATIENTS, MARISOL).status_code == 403
    assert not Patient.objects.exists()


def test_a_patient_is_amended_with_the_version_one_saw(coordinator, here):
    path = f"{PATIENTS}{patient(here).pk}/"

    amended = coordinator.send("PATCH", path, {"version": 1, "family_name": "Nueva"})
    stale = coordinator.send("PATCH", path, {"version": 1, "family_name": "Vieja"})

    assert (amended.json()["family_name"], amended.json()["version"]) == ("Nueva", 2)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-version")
    assert stale.json()["version"] == 2


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"language": "es"}, "/version"),
        ({"version": "one"}, "/version"),
        ({"version": 1, "birth_date": "2999-01-01"}, "/birth_date"),
        ({"version": 1, "given_name": "", "family_name": ""}, "/given_name"),
        ({"version": 1, "phone": None}, "/phone"),
        ({"version": 1, "mrn": "NEW-1"}, "/mrn"),
    ],
)
def test_a_wrong_amendment_is_answered_in_words(coordinator, here, sent, pointer):
    path = f"{PATIENTS}{patient(here).pk}/"

    assert pointers(coordinator.send("PATCH", path, sent)) == {pointer}


def test_no_journal_entry_holds_a_name_a_number_or_a_birth_date(coordinator):
    body = MARISOL | {"phone": "713 555 0101", "email": "c1@example.org"}
    made = coordinator.post_json(PATIENTS, body).json()
    coordinator.send(
        "PATCH",
        f"{PATIENTS}{made['id']}/",
        {"version": 1, "family_name": "Otra-Vega", "birth_date": "1967-05-13"},
    )

    written = " ".join(entry.payload for entry in JournalEntry.objects.all())

    for secret in ("Marisol", "Vega", "0101", "c1@", "1966", "1967"):
        assert secret not in written


def test_tasks_are_listed_acknowledged_and_closed(coordinator, here):
    opened = task(here, patient_id=patient(here).pk)
    path = f"/api/v1/tasks/{opened.pk}/"

    listed = coordinator.get("/api/v1/tasks/", {"state": "open"}).json()
    acknowledged = coordinator.post_json(f"{path}acknowledge/")
    closed = coordinator.post_json(f"{path}close/", {"outcome": "Called back."})
    left = coordinator.get("/api/v1/tasks/").json()

    assert [row["id"] for row in listed["results"]] == [str(opened.pk)]
    assert acknowledged.json()["acknowledged_by"].startswith("staff:")
    assert (closed.json()["state"], closed.json()["outcome"]) == (
        "done",
        "Called back.",
    )
    assert left["results"] == []


def test_closing_a_red_flag_over_rest_asks_for_what_is_missing(here):
    opened = task(here, tier=2)

    response = caller("nurse", here).post_json(f"/api/v1/tasks/{opened.pk}/close/")

    assert pointers(response) == {"/clinician", "/contacted_at", "/outcome"}


def test_a_clinician_closes_a_red_flag_and_the_coordinator_sees_no_outcome(here):
    opened = task(here, tier=2)

    closed = caller("clinician", here).post_json(
        f"/api/v1/tasks/{opened.pk}/close/",
        {"contacted_at": "2026-09-01T10:10:00-05:00", "outcome": "Sent to hospital."},
    )
    seen = caller("coordinator", here).get("/api/v1/tasks/", {"state": "done"}).json()

    assert closed.status_code == 200, closed.content
    assert closed.json()["outcome"] == "Sent to hospital."
    assert [row["outcome"] for row in seen["results"]] == [None]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"contacted_at": "2026-09-01T10:10:00"}, "/contacted_at"),
        ({"contacted_at": "2999-09-01T10:10:00Z"}, "/contacted_at"),
        ({"contacted_at": "yesterday"}, "/contacted_at"),
        ({"outcome": "x" * 501}, "/outcome"),
        ({"outcome": "a\x00b"}, "/outcome"),
        ({"clinician": "Dr Who"}, "/clinician"),
        ({"clinician": 10**30}, "/clinician"),
        ({"clinician": 999999}, "/clinician"),
    ],
)
def test_a_wrong_closing_is_answered_in_words(coordinator, here, sent, pointer):
    opened = task(here)

    response = coordinator.post_json(f"/api/v1/tasks/{opened.pk}/close/", sent)

    assert pointers(response) == {pointer}
    assert Task.objects.get().done_at is None


def test_an_unknown_state_is_answered_in_words(coordinator):
    assert pointers(coordinator.get("/api/v1/tasks/", {"state": "lost"})) == {"/state"}


def test_a_closed_task_is_a_409(coordinator, here):
    path = f"/api/v1/tasks/{task(here).pk}/close/"
    coordinator.post_json(path)

    response = coordinator.post_json(path)

    assert (response.status_code, response.json()["code"]) == (409, "task-closed")


def test_another_clinics_task_is_a_404(coordinator):
    path = f"/api/v1/tasks/{task().pk}/"

    assert coordinator.post_json(f"{path}acknowledge/").status_code == 404
    assert coordinator.post_json(f"{path}close/").status_code == 404
