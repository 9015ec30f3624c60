"""Messages over REST."""

import pytest

from clinics.models import AccessLogEntry
from notifications.models import Message
from notifications.services.sending import send_due
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories.notifications import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    """Ask the API as somebody of a role at a clinic."""

    def call(method, path, clinic, role="coordinator"):
        key = make_clinic.api_key(make_clinic.membership(role, clinic))
        return client.generic(
            method, f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"}
        )

    return call


def test_the_list_shows_a_patients_messages_and_is_logged_once(ask):
    place, who, _ = make.booked()

    answer = ask("GET", f"messages/?patient={who.pk}", place.clinic)

    kinds = [row["kind"] for row in answer.json()["results"]]
    assert (answer.status_code, sorted(kinds)) == (200, ["confirmation", "day_before"])
    assert AccessLogEntry.objects.get().patient_ids == [str(who.pk)]


def test_the_list_filters_by_state(ask):
    place, _, _ = make.booked()
    send_due(as_of=NOW)

    answer = ask("GET", "messages/?state=accepted", place.clinic)

    assert [row["kind"] for row in answer.json()["results"]] == ["confirmation"]


@pytest.mark.parametrize("query", ["state=gone", "patient=7"])
def test_a_wrong_filter_is_explained(ask, query):
    place, _, _ = make.booked()

    answer = ask("GET", f"messages/?{query}", place.clinic)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_another_clinic_sees_nothing(ask):
    make.booked()
    message = Message.objects.get(kind="confirmation")
    elsewhere = make_clinic.clinic()

    listed = ask("GET", "messages/", elsewhere)
    cancelled = ask("POST", f"messages/{message.pk}/cancel/", elsewhere)

    assert listed.json()["results"] == []
    assert cancelled.status_code == 404


def test_a_message_is_taken_back(ask):
    place, _, _ = make.booked()
    message = Message.objects.get(kind="confirmation")

    answer = ask("POST", f"messages/{message.pk}/cancel/", place.clinic)

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["reason"]) == ("cancelled", "by_hand")


def test_a_message_that_left_is_refused_on_record(ask):
    place, _, _ = make.booked()
    send_due(as_of=NOW)
    message = Message.objects.get(kind="confirmation")

    answer = ask("POST", f"messages/{message.pk}/cancel/", place.clinic)

    assert answer.status_code == 409
    assert answer.json()["reasons"][0]["code"] == "message-gone"


def test_an_auditor_reads_no_messages(ask):
    place, _, _ = make.booked()

    assert ask("GET", "messages/", place.clinic, "auditor").status_code == 403
