"""Patients who wait today are told of a delay: by a press, from 15 minutes on."""

import pytest

from clinics.models import Clinic
from core import clock
from notifications.models import Message
from notifications.services.sending import send_due
from scheduling.booking import book
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories.scheduling import BY, NINE, minutes

pytestmark = pytest.mark.django_db

BOARD = "/staff/board/2026-09-02/"
TELL = "/staff/board/delay/"


@pytest.fixture
def clinic(practice):
    Clinic.objects.filter(pk=practice.clinic.pk).update(tells_delays=True)
    return practice.clinic


@pytest.fixture
def talk(practice, clinic):
    """A consultation at nine that goes on and on."""
    who = practice.patient(given_name="Ana", sms_consent=True)
    visit = practice.book(who)
    book.check_in(appointment_id=visit.pk, by=BY, now=NINE)
    return visit


@pytest.fixture
def following(practice, talk):
    who = practice.patient(given_name="Ben", sms_consent=True)
    return practice.book(who, start=NINE + minutes(45))


def told(visit=None):
    rows = Message.objects.filter(kind="running_late").order_by("created_at")
    if visit is not None:
        rows = rows.filter(patient=visit.patient_id)
    return list(rows.values_list("occurrence", flat=True))


def at(after):
    clock.set_to(NINE + minutes(after))


def test_who_waits_is_told_once_and_again_a_quarter_of_an_hour_later(
    coordinator, talk, following
):
    at(65)  # twenty minutes behind
    assert "Tell 1 waiting patient" in coordinator.get(BOARD).content.decode()
    coordinator.post(TELL)
    coordinator.post(TELL)
    at(75)
    coordinator.post(TELL)
    assert told() == ["20"]
    at(82)
    coordinator.post(TELL)

    assert told() == ["20", "35"]
    send_due(as_of=clock.now())
    body = Message.objects.filter(kind="running_late").latest("created_at").body
    assert "about 35 min late" in body


def test_who_is_here_and_waits_is_told_too(coordinator, talk, following):
    book.arrive(appointment_id=following.pk, by=BY, now=NINE + minutes(40))
    at(65)
    coordinator.post(TELL)

    assert told(following) == ["20"]


def test_less_than_a_quarter_of_an_hour_is_not_told(coordinator, talk, following):
    at(57)
    assert "waiting patient" not in coordinator.get(BOARD).content.decode()
    coordinator.post(TELL)

    assert told() == []


def test_who_is_seen_already_is_not_told(coordinator, talk, following):
    at(65)
    coordinator.post(TELL)

    assert told(talk) == []


def test_a_clinic_that_has_not_switched_it_on_tells_nobody(
    coordinator, clinic, talk, following
):
    Clinic.objects.filter(pk=clinic.pk).update(tells_delays=False)
    at(65)

    assert "waiting patient" not in coordinator.get(BOARD).content.decode()
    assert coordinator.post(TELL).status_code == 409
    assert told() == []


def test_only_coordinators_tell(practice, talk, following):
    at(65)
    nurse = browser(make.membership("nurse", at=practice.clinic))

    assert "waiting patient" not in nurse.get(BOARD).content.decode()
    assert nurse.post(TELL).status_code == 403


def test_a_patient_who_is_late_themselves_is_not_told(coordinator, practice, clinic):
    visit = practice.book(practice.patient(sms_consent=True))
    at(30)
    coordinator.post(TELL)

    assert told(visit) == []


def test_who_may_be_sent_nothing_is_called(coordinator, practice, talk):
    who = practice.patient(given_name="Eva")
    practice.book(who, start=NINE + minutes(45))
    at(65)
    coordinator.post(TELL)

    assert told() == []
    assert who.tasks.filter(kind="call_patient").exists()


def test_an_administrator_switches_it_on_the_clinic_page(practice):
    admin = browser(make.membership("admin", at=practice.clinic))
    fields = {
        "phone": practice.clinic.phone,
        "address": "1 Example Street",
        "text_number": "+17135550188",
        "tells_delays": "on",
        "offer_batch_size": "3",
        "offer_valid_minutes": "240",
    }

    assert admin.post("/staff/clinic/", fields).status_code == 302
    now = Clinic.objects.get(pk=practice.clinic.pk)
    assert (now.tells_delays, now.text_number) == (True, "+17135550188")
