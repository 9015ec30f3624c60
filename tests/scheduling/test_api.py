"""REST of scheduling: paths, bodies and answers as programs meet them."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.models import AccessLogEntry
from core import clock
from core.refusal import Reason
from scheduling.booking import rules
from scheduling.models import Appointment
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.scheduling.rest import Api, body, nine

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def api(client, at):
    """`api.post(path, body)` as a coordinator of the clinic."""
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def test_booking_answers_201_with_its_reservations(api, at):
    answer = api.post("appointments/", body(at))

    visit = answer.json()
    assert answer.status_code == 201
    assert visit["status"] == "booked"
    assert (visit["version"], visit["revision"]) == (1, 0)
    assert visit["start"] == nine().isoformat()
    assert {r["resource"] for r in visit["reservations"]} == {
        at.one("clinician").pk,
        at.one("consult_room").pk,
    }


def test_the_same_key_gives_the_same_booking(api, at):
    asked = body(at)

    first = api.post("appointments/", asked, key="once")
    again = api.post("appointments/", asked, key="once")

    assert first.json() == again.json()
    assert Appointment.objects.count() == 1


def test_a_rival_gets_409_with_alternatives(api, at):
    api.post("appointments/", body(at))

    answer = api.post("appointments/", body(at))

    assert answer.status_code == 409
    assert answer.json()["code"] == "slot-taken"
    assert (
        answer.json()["alternatives"][0]["start"]
        == (nine() + timedelta(minutes=45)).isoformat()
    )


def test_a_busy_patient_is_409_patient_busy(api, at):
    patient = at.patient()
    api.post("appointments/", body(at, patient))

    answer = api.post("appointments/", body(at, patient))

    assert (answer.status_code, answer.json()["code"]) == (409, "patient-busy")


def test_a_rules_refusal_is_409_with_reasons(api, at, monkeypatch):
    reason = Reason("no-approval", "There is no signed approval.", "Decide first.")
    monkeypatch.setattr(
        rules, "_rules", [rules.Rule(lambda ask: [reason], decides=True)]
    )

    answer = api.post("appointments/", body(at, visit_type="bmc-ultrasound"))

    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert answer.json()["reasons"] == [
        {
            "code": "no-approval",
            "text": "There is no signed approval.",
            "lifts": "Decide first.",
        }
    ]


def test_the_episode_becomes_the_subject_of_the_visit(api, at, monkeypatch):
    asked = []
    monkeypatch.setattr(
        rules, "_rules", [rules.Rule(lambda ask: asked.append(ask) or [], decides=True)]
    )
    episode = str(uuid4())

    answer = api.post("appointments/", body(at, episode=episode))

    assert answer.json()["subject"] == f"episode:{episode}"
    assert asked[0].subject == f"episode:{episode}"


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"visit_type": "surgery"}, "/visit_type"),
        ({"visit_type": "9" * 20}, "/visit_type"),
        ({"visit_type": "\u0663"}, "/visit_type"),
        ({"start": "2020-01-01T09:00:00-06:00"}, "/start"),
        ({"start": "2099-01-01T09:03:00-06:00"}, "/start"),
        ({"start": "2027-03-14T02:30:00"}, "/start"),
        ({"start": "tomorrow"}, "/start"),
        ({"start": None}, "/start"),
        ({"clinician": 10**30}, "/clinician"),
        ({"patient": "somebody"}, "/patient"),
        ({"colour": "blue"}, "/colour"),
    ],
)
def test_a_booking_that_cannot_be_meant_is_a_400_in_words(api, at, changed, pointer):
    answer = api.post("appointments/", body(at, **changed))

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_another_clinics_patient_is_404(api):
    stranger = make.practice({}).patient()

    answer = api.post("appointments/", body(None, stranger))

    assert answer.status_code == 404


def test_move_cancel_confirm_and_arrive(api, at):
    visit = api.post("appointments/", body(at)).json()
    path = f"appointments/{visit['id']}/"
    later = (nine() + timedelta(hours=1)).isoformat()

    confirmed = api.post(f"{path}confirm/", {"version": 1}).json()
    moved = api.post(f"{path}move/", {"version": 2, "start": later}).json()
    clock.set_to(datetime.fromisoformat(later))
    arrived = api.post(f"{path}arrive/", {"version": 3}).json()
    cancelled = api.post(f"{path}cancel/", {"version": 4, "reason": "ill"}).json()

    assert confirmed["confirmed_at"]
    assert (moved["start"], moved["revision"]) == (later, 1)
    assert arrived["status"] == "arrived"
    assert (cancelled["status"], cancelled["reservations"]) == ("cancelled", [])


def test_nobody_arrives_before_the_day_of_the_visit(api, at):
    visit = api.post("appointments/", body(at)).json()
    midnight = datetime.fromisoformat(visit["start"]) - timedelta(hours=9)

    clock.set_to(midnight - timedelta(minutes=1))
    before = api.post(f"appointments/{visit['id']}/arrive/", {"version": 1})
    clock.set_to(midnight)
    on_the_day = api.post(f"appointments/{visit['id']}/arrive/", {"version": 1})

    assert before.status_code == 409
    assert [reason["code"] for reason in before.json()["reasons"]] == ["not-yet"]
    assert on_the_day.json()["status"] == "arrived"


def test_an_arrival_is_taken_back_once_however_often_it_is_sent(api, at):
    visit = api.post("appointments/", body(at)).json()
    path = f"appointments/{visit['id']}/"
    clock.set_to(datetime.fromisoformat(visit["start"]))
    api.post(f"{path}arrive/", {"version": 1})

    first = api.post(f"{path}undo-arrival/", {"version": 2}, key="undo")
    again = api.post(f"{path}undo-arrival/", {"version": 2}, key="undo")
    stale = api.post(f"{path}undo-arrival/", {"version": 2})
    refused = api.post(f"{path}undo-arrival/", {"version": 3})

    assert (first.status_code, first.json()["status"]) == (200, "booked")
    assert again.json() == first.json()
    assert stale.json()["code"] == "stale-version"
    assert refused.status_code == 409
    assert refused.json()["reasons"][0]["code"] == "status"


@pytest.mark.parametrize("act", ["confirm", "arrive", "cancel"])
def test_acts_take_the_start_that_the_visit_has(api, at, act):
    visit = api.post("appointments/", body(at)).json()
    path = f"appointments/{visit['id']}/{act}/"
    later = (nine() + timedelta(hours=1)).isoformat()
    local = nine().replace(tzinfo=None).isoformat()
    clock.set_to(nine())

    other = api.post(path, {"version": 1, "start": later})
    stale = api.post(path, {"version": 9, "start": later})
    same = api.post(path, {"version": 1, "start": local, "reason": "asked"})

    assert [e["pointer"] for e in other.json()["errors"]] == ["/start"]
    assert stale.json()["code"] == "stale-version"
    assert same.status_code == 200
    assert same.json()["version"] == 2


def test_an_act_takes_an_empty_start_but_a_move_does_not(api, at):
    visit = api.post("appointments/", body(at)).json()
    path = f"appointments/{visit['id']}"

    confirmed = api.post(f"{path}/confirm/", {"version": 1, "start": None})
    moved = api.post(f"{path}/move/", {"version": 2, "start": None})

    assert (confirmed.status_code, moved.status_code) == (200, 400)


def test_a_stale_version_is_409(api, at):
    visit = api.post("appointments/", body(at)).json()
    api.post(f"appointments/{visit['id']}/confirm/", {"version": 1})

    answer = api.post(f"appointments/{visit['id']}/cancel/", {"version": 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "stale-version")
    assert answer.json()["version"] == 2


def test_a_no_show_too_early_is_refused(api, at):
    visit = api.post("appointments/", body(at)).json()

    answer = api.post(f"appointments/{visit['id']}/no-show/", {"version": 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "refused")


def test_another_clinics_visit_is_404(api):
    other = make.practice()
    visit = other.book()

    read = api.get(f"appointments/{visit.pk}/")
    change = api.post(f"appointments/{visit.pk}/cancel/", {"version": 1})

    for answer in (read, change):
        assert answer.status_code == 404
        assert "list the appointments" in answer.json()["detail"]


def test_a_hold_is_made_booked_and_deleted(api, at):
    patient = at.patient()
    asked = body(at, patient, minutes=30)
    held = api.post("holds/", asked).json()

    blocked = api.post("appointments/", body(at))
    booked = api.post("appointments/", {"patient": str(patient.pk), "hold": held["id"]})
    gone = api.delete(f"holds/{held['id']}/")

    assert held["expires_at"]
    assert blocked.status_code == 409
    assert (booked.status_code, booked.json()["start"]) == (201, held["start"])
    assert gone.status_code == 204


def test_a_hold_can_be_read_by_its_clinic_only(client, api, at):
    held = api.post("holds/", body(at)).json()
    stranger = people.membership("coordinator", make.practice().clinic)
    elsewhere = Api(client, people.api_key(stranger))

    assert api.get(f"holds/{held['id']}/").json() == held
    assert elsewhere.get(f"holds/{held['id']}/").status_code == 404


def test_deleting_a_hold_frees_its_time(api, at):
    held = api.post("holds/", body(at)).json()

    api.delete(f"holds/{held['id']}/")

    assert api.post("appointments/", body(at)).status_code == 201


def test_a_patients_visits_are_listed(api, at):
    patient = at.patient()
    visit = api.post("appointments/", body(at, patient)).json()

    listed = api.get("appointments/", patient=str(patient.pk)).json()["results"]

    assert listed == [visit]
    assert api.get(f"appointments/{visit['id']}/").json() == visit


def test_the_clinics_visits_are_listed_in_pages_the_latest_first(api, at):
    first = api.post("appointments/", body(at)).json()
    later = (nine() + timedelta(hours=2)).isoformat()
    second = api.post("appointments/", body(at, start=later)).json()
    make.practice().book()

    page = api.get("appointments/", limit=1).json()
    rest = api.client.get(page["next"], headers=api.headers).json()

    assert (page["results"], rest["results"]) == ([second], [first])
    assert rest["next"] is None
    row = AccessLogEntry.objects.order_by("pk").last()
    assert (row.patient_ids, row.deliberate) == ([first["patient"]], False)


def test_visits_are_listed_for_local_days(api, at):
    who = at.patient()
    visit = api.post("appointments/", body(at, who)).json()
    day, next_day = nine().date(), nine().date() + timedelta(days=1)

    def listed(**query):
        return api.get("appointments/", **query).json()["results"]

    assert listed(**{"from": day, "to": day}) == [visit]
    assert listed(**{"from": day, "to": day, "patient": who.pk}) == [visit]
    assert listed(**{"from": next_day}) == listed(to=day - timedelta(days=1)) == []
    assert listed(**{"from": next_day, "patient": who.pk}) == []


def test_every_answer_about_a_patient_is_on_the_access_log(api, at):
    patient = at.patient()
    before = AccessLogEntry.objects.count()

    visit = api.post("appointments/", body(at, patient)).json()
    api.post(f"appointments/{visit['id']}/confirm/", {"version": 1})

    rows = AccessLogEntry.objects.order_by("pk")[before:]
    assert [row.patient_ids for row in rows] == [[str(patient.pk)]] * 2


@pytest.mark.parametrize("role", ["nurse", "technician", "admin", "auditor"])
def test_other_roles_may_not_book(client, at, role):
    api = Api(client, people.api_key(people.membership(role, at.clinic)))

    answer = api.post("appointments/", body(at))

    assert answer.status_code == 403


def test_the_whole_request_stays_within_a_bound_of_statements(api, at):
    asked = body(at)
    api.get("resources/")

    with CaptureQueriesContext(connection) as statements:
        api.post("appointments/", asked, key="counted")

    counted = [
        q["sql"]
        for q in statements
        if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "SET", "BEGIN", "COMMIT"))
    ]
    assert len(counted) <= 60, "\n".join(counted)


@pytest.mark.parametrize("path", ["appointments/", "holds/"])
@pytest.mark.parametrize("wish", ["prefer_clinicians", "not_clinicians"])
def test_with_whom_and_with_whom_not_as_the_openings_take_it(client, path, wish):
    at = make.practice(make.ONE_OF_EACH | {"clinician": 2})
    api = Api(client, people.api_key(people.membership("coordinator", at.clinic)))
    first, second = (one.pk for one in at.by_kind["clinician"])
    named = second if wish == "prefer_clinicians" else first

    answer = api.post(path, body(at, **{wish: [named]}))
    unknown = api.post(path, body(at, **{wish: [at.one("nurse").pk]}))

    taken = {row["resource"] for row in answer.json()["reservations"]}
    assert second in taken
    assert first not in taken
    assert [e["pointer"] for e in unknown.json()["errors"]] == [f"/{wish}"]


@pytest.mark.parametrize("digits", [20, 350, 5000])
@pytest.mark.parametrize("wish", ["prefer_clinicians", "not_clinicians"])
def test_an_id_that_is_none_is_a_400_in_words(api, wish, digits):
    asked = {"visit_type": "consultation", wish: "9" * digits}

    answer = api.get("openings/", **asked)

    assert answer.status_code == 400
    assert [e["pointer"] for e in answer.json()["errors"]] == [f"/{wish}"]


def test_a_visit_type_says_what_varies_its_phases_and_what_they_need(api):
    types = {one["slug"]: one for one in api.get("visit-types/").json()["results"]}
    phases = {one["name"]: one for one in types["bmc-ultrasound"]["phases"]}

    injection, harvest = phases["Injection"], phases["Harvest"]
    conditions = {tuple(n["kinds"]): n["only_if"] for n in harvest["needs"]}
    assert injection["minutes_per_target"] == 8
    assert injection["min_duration_minutes"] == 10
    assert injection["max_duration_minutes"] < 68
    assert phases["Recovery"]["sedation_minutes"] == {"none": 15, "oral": 30, "iv": 60}
    assert conditions["ultrasound",] == "image-guided-harvest"
    assert conditions["clinician",] is None
