"""The inbox and what patients want no more of, over REST."""

import json

import pytest

from clinics.models import AccessLogEntry
from core import clock
from notifications.models import InboundText, Message
from notifications.selectors.opt_outs import scopes
from tests.factories import clinics as make_clinic
from tests.factories import inbound
from tests.factories import notifications as make
from tests.factories.notifications import NOW

pytestmark = pytest.mark.django_db

PHONE = "+17135550142"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def place():
    clock.set_to(NOW)
    return make.office()


@pytest.fixture
def who(place):
    return make.patient(place, phone=PHONE)


@pytest.fixture
def text(place, who):
    return inbound.send("May I eat before?", sender=PHONE)


@pytest.fixture
def ask(client, place):
    keys = {}

    def call(method, path, body=None, role="coordinator", clinic=place.clinic):
        member = keys.setdefault((role, clinic), make_clinic.membership(role, clinic))
        return client.generic(
            method,
            f"/api/v1/{path}",
            json.dumps(body or {}) if method == "POST" else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {make_clinic.api_key(member)}"},
        )

    return call


def test_what_came_in_is_listed_by_its_state_and_logged(ask, who, text):
    listed = ask("GET", "texts/").json()["results"]

    assert [(one["id"], one["body"]) for one in listed] == [(str(text.pk), text.body)]
    assert listed[0]["patient"] == str(who.pk)
    assert listed[0]["state"] == "unread"
    assert AccessLogEntry.objects.get().patient_ids == [str(who.pk)]
    assert ask("GET", "texts/?state=done").json()["results"] == []
    assert ask("GET", "texts/?state=lost").status_code == 400


def test_a_text_is_taken_on_answered_and_done_and_that_taken_back(ask, text):
    at = f"texts/{text.pk}"

    assert ask("POST", f"{at}/assign/").json()["state"] == "assigned"
    answered = ask("POST", f"{at}/answer/", {"body": "A light meal is fine."}).json()
    assert answered["state"] == "answered"
    assert [one["body"] for one in answered["answers"]] == ["A light meal is fine."]
    assert Message.objects.filter(inbound=text, kind="inbox_answer").exists()
    assert ask("POST", f"{at}/close/").json()["state"] == "done"
    assert ask("POST", f"{at}/undo/").json()["state"] == "answered"
    assert ask("GET", f"{at}/").json()["state"] == "answered"


def test_it_is_given_to_a_colleague_and_to_nobody_else(ask, place, text):
    nurse = make_clinic.membership("nurse", place.clinic)
    stranger = make_clinic.membership("nurse")
    at = f"texts/{text.pk}/assign/"

    assert ask("POST", at, {"user": nurse.user_id}).json()["assigned_to"] == (
        nurse.user_id
    )
    refused = ask("POST", at, {"user": stranger.user_id})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/user"
    assert InboundText.objects.get().assigned_to_id == nurse.user_id


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": "x" * 241}, {"text": "x"}])
def test_an_answer_that_says_nothing_or_too_much_is_explained(ask, text, body):
    refused = ask("POST", f"texts/{text.pk}/answer/", body)

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert InboundText.objects.get().state == "unread"


def test_who_wants_no_texts_is_answered_by_none(ask, who, text):
    stopped = ask("POST", f"patients/{who.pk}/opt-outs/", {"channel": "sms"})
    assert stopped.json() == {"results": [{"channel": "sms", "scope": "all"}]}

    refused = ask("POST", f"texts/{text.pk}/answer/", {"body": "Yes."})

    assert (refused.status_code, refused.json()["reasons"][0]["code"]) == (
        409,
        "opted-out",
    )


def test_a_stop_said_by_voice_counts_at_once_and_ends_by_the_same_way(ask, place, who):
    make.book(place, who)
    waiting = Message.objects.filter(patient=who, state="scheduled")
    at = f"patients/{who.pk}/opt-outs/"

    of_one = ask("POST", at, {"channel": "sms", "scope": "reminders"})
    assert of_one.json()["results"] == [{"channel": "sms", "scope": "reminders"}]
    assert set(waiting.values_list("kind", flat=True)) == {"confirmation"}
    ask("POST", at, {"channel": "sms"})
    assert scopes("sms", PHONE) == {"all", "reminders"}
    assert not waiting.exists()

    assert ask("POST", f"{at}end/", {"channel": "sms"}).json() == {"results": []}
    assert ask("GET", at).json() == {"results": []}
    assert waiting.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"channel": "fax"}, "/channel"),
        ({"channel": "sms", "scope": "some"}, "/scope"),
        ({}, "/channel"),
    ],
)
def test_a_stop_of_nothing_we_know_is_explained(ask, who, body, pointer):
    refused = ask("POST", f"patients/{who.pk}/opt-outs/", body)

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert scopes("sms", PHONE) == set()


def test_another_clinic_and_other_roles_see_and_change_nothing(ask, who, text):
    elsewhere = make_clinic.clinic()
    body = {"channel": "sms"}

    assert ask("GET", "texts/", clinic=elsewhere).json()["results"] == []
    for method, path, given in (
        ("GET", f"texts/{text.pk}/", None),
        ("POST", f"texts/{text.pk}/close/", None),
        ("GET", f"patients/{who.pk}/opt-outs/", None),
        ("POST", f"patients/{who.pk}/opt-outs/", body),
    ):
        assert ask(method, path, given, clinic=elsewhere).status_code == 404
    assert ask("GET", "texts/", role="technician").status_code == 403
    refused = ask("POST", f"patients/{who.pk}/opt-outs/", body, role="technician")
    assert refused.status_code == 403
    assert ask("POST", f"texts/{NOBODY}/close/").status_code == 404
    assert InboundText.objects.get().state == "unread"
    assert scopes("sms", PHONE) == set()
