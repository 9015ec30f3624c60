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


def director(place):
    return make_clinic.membership("medical_director", place.clinic)


def paged():
    rows = Message.objects.filter(kind="on_call_page").order_by("due_at")
    return [(row.user_id, row.priority, row.due_at) for row in rows]


def test_the_director_is_paged_when_the_on_call_list_is_exhausted():
    place, who, _ = make.booked(sms_consent=False)
    head = director(place)
    alarm(place, who)

    send_due(as_of=at("2026-09-06 03:30"))
    assert head.user_id not in MailboxItem.objects.values_list("user", flat=True)
    send_due(as_of=at("2026-09-06 04:00"))

    assert paged()[-1] == (head.user_id, 0, at("2026-09-06 04:00"))
    assert head.user_id in MailboxItem.objects.values_list("user", flat=True)


def test_the_director_is_paged_at_once_when_nobody_is_on_call():
    place, who, _ = make.booked(sms_consent=False)
    head = director(place)
    alarm(place, who, people=0)

    assert paged() == [(head.user_id, 0, at("2026-09-06 03:00"))]


def test_a_director_on_call_is_paged_once():
    place, who, _ = make.booked(sms_consent=False)
    head = director(place)
    make_clinic.on_call(head)
    alarm(place, who, people=0)

    assert [user_id for user_id, *_ in paged()] == [head.user_id]
