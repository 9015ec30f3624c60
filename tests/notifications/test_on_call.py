"""People on call are paged in turn, at any hour, until one of them answers."""

import pytest

from notifications.channels.contract import Accepted
from notifications.models import (
    MailboxItem,
    Message,
)
from notifications.services.sending import send_due
from patients.services import tasks
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories import patients as make_patient
from tests.factories.notifications import NOW, at

pytestmark = pytest.mark.django_db


def test_an_on_call_page_leaves_before_everything_else(provider):
    place, who, _ = make.booked()
    scripted = provider(Accepted())
    make_clinic.on_call(make_clinic.membership("clinician", place.clinic))
    make_patient.task(place.clinic, kind="red_flag", tier=1, patient_id=who.pk, now=NOW)

    send_due(as_of=NOW, limit=1)

    assert [letter.patient_id for letter in scripted.letters] == [None]
    assert "ON CALL" in scripted.letters[0].body
    assert who.given_name not in scripted.letters[0].body


def alarm(place, who, people=2):
    """A tier 2 task at 3 in the night, with people on call."""
    for position in range(1, people + 1):
        person = make_clinic.membership("clinician", place.clinic)
        make_clinic.on_call(person, position)
    return make_patient.task(
        place.clinic,
        kind="red_flag",
        tier=2,
        patient_id=who.pk,
        now=at("2026-09-06 03:00"),
    )


def test_the_next_person_is_paged_when_nobody_answers_at_any_hour():
    place, who, _ = make.booked(sms_consent=False)
    alarm(place, who)

    send_due(as_of=at("2026-09-06 03:00"))
    assert MailboxItem.objects.count() == 1
    send_due(as_of=at("2026-09-06 03:29"))
    assert MailboxItem.objects.count() == 1
    send_due(as_of=at("2026-09-06 03:30"))

    assert MailboxItem.objects.values("user").distinct().count() == 2


def test_an_acknowledged_alarm_pages_nobody_else():
    place, who, _ = make.booked(sms_consent=False)
    task = alarm(place, who)
    send_due(as_of=at("2026-09-06 03:00"))

    tasks.acknowledge(task_id=task.pk, by=place.by, now=at("2026-09-06 03:10"))
    send_due(as_of=at("2026-09-06 04:00"))

    assert MailboxItem.objects.count() == 1
    assert sorted(Message.objects.values_list("state", flat=True)) == [
        "accepted",
        "cancelled",
    ]
