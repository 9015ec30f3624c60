"""Check-ins after a procedure: asked for once, stopped when answered, and the people
on call paged when an answer is alarming. Driven by the real acts of a whole day."""

import pytest

from core.actor import Actor
from core.models import FailedReaction
from notifications.models import MailboxItem, Message
from notifications.services.checking import faults
from notifications.services.sending import send_due
from patients.models import Task
from patients.services import consents, links, tasks
from procedures.follow_up import responses
from procedures.models import FollowUp
from tests.factories import clinics as make_clinic
from tests.factories import procedures as make
from tests.factories.procedure_day import Day

pytestmark = pytest.mark.django_db

D3 = make.at("2026-09-18", "10:00")
BEFORE = make.at("2026-09-17", "12:00")
ANSWERS = {
    "nrs": 4,
    "temperature_c": "36.8",
    "swelling": "mild",
    "bears_weight": "yes",
    "warning_signs": [],
}


@pytest.fixture
def day():
    """A patient who agreed to texts before the injection of 2026-09-15."""
    ready = Day.ready()
    consents.grant(
        patient_id=ready.episode.patient_id,
        channel="sms",
        by=ready.place.actor("coordinator"),
        now=make.at("2026-09-15", "08:31"),
    )
    return ready.until("discharged")


def answer(day, now, **changes):
    who = day.episode.patient
    by = Actor("patient", str(who.pk), role="patient", clinic_id=who.clinic_id)
    contact = FollowUp.objects.get(episode=day.episode, code="D3")
    return responses.submit(
        follow_up_id=contact.pk, answers=ANSWERS | changes, by=by, now=now
    )


INVITATIONS = {
    "check_in_d1": "2026-09-16",
    "check_in_d3": "2026-09-18",
    "check_in_d7": "2026-09-22",
    "check_in_d14": "2026-09-29",
    "check_in_w6": "2026-10-27",
    "check_in_m3": "2026-12-15",
    "check_in_m6": "2027-03-15",
    "check_in_m12": "2027-09-15",
}


def waiting(subject=None):
    assert not list(FailedReaction.objects.values_list("error", "place"))
    rows = Message.objects.filter(state="scheduled")
    if subject:
        rows = rows.filter(subject=subject)
    return list(rows.values_list("kind", "next_at"))


def test_an_injection_plans_an_invitation_to_every_follow_up_at_ten(day):
    invited = {kind: at for kind, at in waiting() if kind in INVITATIONS}

    assert invited == {kind: make.at(on, "10:00") for kind, on in INVITATIONS.items()}
    assert faults(make.at("2026-09-15", "11:00")) == []


def test_the_invitation_arrives_with_a_link_to_the_check_in(day):
    send_due(as_of=D3)

    message = Message.objects.get(kind="check_in_d3")
    item = MailboxItem.objects.latest("id")
    assert message.state == "accepted"
    assert links.token(message.link) in item.body
    assert (message.link.purpose, message.link.subject) == ("check_in", message.subject)
    # Open through the last day of its window.
    assert message.link.expires_at == make.at("2026-09-20", "00:00")


def test_an_answer_given_early_stops_the_invitation(day):
    answer(day, BEFORE)

    contact = FollowUp.objects.get(episode=day.episode, code="D3")
    assert waiting(f"follow_up:{contact.pk}") == []
    message = Message.objects.get(kind="check_in_d3")
    assert (message.state, message.reason) == ("cancelled", "answered_or_closed")


def test_an_alarming_answer_pages_who_is_on_call_and_says_no_name(day):
    make_clinic.on_call(day.place.person("clinician"))
    at_night = make.at("2026-09-19", "03:00")

    answer(day, at_night, bears_weight="no")
    send_due(as_of=at_night)

    page = MailboxItem.objects.latest("id")
    assert page.user == day.place.person("clinician").user
    assert "ON CALL" in page.body
    assert day.episode.patient.given_name not in page.body


def test_the_page_to_the_next_person_stops_with_an_acknowledgement(day):
    for position, role in enumerate(("clinician", "medical_director"), start=1):
        make_clinic.on_call(day.place.person(role), position)
    answer(day, D3, bears_weight="no")
    assert Message.objects.filter(kind="on_call_page", state="scheduled").count() == 2
    send_due(as_of=D3)

    tasks.acknowledge(
        task_id=Task.objects.get(tier=2).pk,
        by=day.place.actor("clinician"),
        now=make.at("2026-09-18", "10:05"),
    )

    pages = Message.objects.filter(kind="on_call_page").order_by("due_at")
    assert list(pages.values_list("state", flat=True)) == ["accepted", "cancelled"]
