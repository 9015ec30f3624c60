"""The address at the foot of a mail: one press ends mail to that address."""

import pytest
from django.test import Client

from config.logs import masked
from core import clock
from notifications.models import Message, OptOut
from notifications.services import mail_stops, sending
from pages.patient.texts import TEXTS
from patients.models import ContactPoint, Task
from scheduling.models import Appointment
from tests.factories import notifications as make

EN = TEXTS["en"]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def reader(db):
    clock.set_to(make.NOW)
    _, patient, _ = make.booked(sms_consent=False, email_consent=True)
    return patient


@pytest.fixture
def address(reader):
    contact = ContactPoint.objects.get(patient=reader, system="email")
    return f"/v/{mail_stops.token(contact)}/mail/"


def waiting(patient):
    return Message.objects.filter(patient=patient, state="scheduled", channel="email")


def test_looking_at_the_page_ends_nothing(reader, address):
    answer = Client().get(address)

    assert answer.status_code == 200
    assert EN["mail_stop_title"] in answer.content.decode()
    assert not OptOut.objects.exists()
    assert waiting(reader).exists()


def test_a_mail_program_ends_it_by_itself_without_cookies_or_token(reader, address):
    program = Client(enforce_csrf_checks=True)

    answer = program.post(address, ONE_CLICK)

    assert answer.status_code == 200
    assert OptOut.objects.get(ended_at=None).channel == "email"
    assert not waiting(reader).exists()
    assert "marisol" not in str(vars(OptOut.objects.get()))


def test_done_twice_it_is_the_same(address):
    assert Client().post(address, ONE_CLICK).status_code == 200
    assert Client().post(address, ONE_CLICK).status_code == 200

    assert OptOut.objects.count() == 1


def test_a_mistake_can_be_taken_back(reader, address):
    Client().post(address, ONE_CLICK)
    answer = Client().post(address, {"again": "1"})

    assert EN["mail_again_title"] in answer.content.decode()
    assert not OptOut.objects.filter(ended_at=None).exists()
    assert waiting(reader).exists()


def test_the_address_tells_nobody_whose_it_is(reader, address):
    page = Client().get(address).content.decode()

    for secret in ("marisol", reader.given_name, str(reader.pk), reader.pk.hex):
        assert secret not in page + address


@pytest.mark.parametrize("cut", [1, 10])
def test_a_token_that_was_changed_ends_nothing(address, cut):
    token = address.split("/")[2]
    forged = token[:-cut] + "A" * cut if not token.endswith("A" * cut) else "x"

    answer = Client().post(f"/v/{forged}/mail/", ONE_CLICK)

    assert answer.status_code == 404
    assert not OptOut.objects.exists()


def test_what_has_to_be_said_is_said_by_telephone_then(reader, address):
    sending.send_due(as_of=make.NOW)
    Client().post(address, ONE_CLICK)
    visit = Message.objects.filter(patient=reader).first().subject

    place = make.Office(reader.clinic, make.BY)
    appointment = Appointment.objects.get(pk=visit.partition(":")[2])
    make.cancel(place, appointment, now=make.NOW + make.HOUR)

    assert Task.objects.filter(patient=reader, kind="call_patient").exists()


def test_no_log_holds_the_token(address):
    token = address.split("/")[2]

    assert token not in masked(f"GET {address} 200")
    assert token not in masked(f"/v/{token}/mail/ %2Fv%2F{token}%2Fmail%2F")
