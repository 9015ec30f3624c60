"""The address at the foot of a mail: one press ends mail to that address."""

import pytest
from django.test import Client

from config.logs import masked
from core import clock
from notifications.models import Message, OptOut
from notifications.selectors import situations
from notifications.services import mail_parts, mail_stops, sending
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


@pytest.fixture
def reminders(reader):
    """The address in the header of a reminder."""
    contact = ContactPoint.objects.get(patient=reader, system="email")
    return f"/v/{mail_stops.token(contact, 'reminders')}/mail/"


def scopes():
    rows = OptOut.objects.filter(ended_at=None, channel="email")
    return set(rows.values_list("scope", flat=True))


def test_one_click_in_a_reminder_ends_reminders_and_nothing_else(reader, reminders):
    before = set(waiting(reader).values_list("kind", flat=True))
    assert {"confirmation", "day_before"} <= before

    answer = Client(enforce_csrf_checks=True).post(reminders, ONE_CLICK)

    assert answer.status_code == 200
    assert scopes() == {"reminders"}
    left = set(waiting(reader).values_list("kind", flat=True))
    assert "confirmation" in left
    assert "day_before" not in left


def test_its_page_offers_to_end_all_with_one_more_press(reader, reminders):
    page = Client().get(reminders).content.decode()
    assert EN["mail_stop_title_of"].format(what=EN["mail_reminders"]) in page
    assert EN["mail_stop_all_button"] in page
    assert scopes() == set()

    Client().post(reminders, {"stop": "all"})

    assert scopes() == {"all"}
    assert not waiting(reader).exists()


def test_either_of_them_can_be_taken_back(reader, reminders):
    Client().post(reminders, {"stop": "reminders"})
    Client().post(reminders, {"again": "reminders"})
    assert scopes() == set()
    assert waiting(reader).filter(kind="day_before").exists()

    Client().post(reminders, {"stop": "all"})
    Client().post(reminders, {"again": "all"})
    assert scopes() == set()


def test_a_reminder_names_reminders_in_its_header(reader):
    row = waiting(reader).get(kind="day_before")
    found = mail_parts.unsubscribe(row, situations.load(row.subject))

    token = found.split("/")[-3]
    assert mail_stops.read(token)[1] == "reminders"


def test_the_scope_of_a_token_cannot_be_changed(reader, reminders):
    token = reminders.split("/")[2]
    forged = token.replace(".reminders", ".check_ins")
    assert forged != token

    assert Client().post(f"/v/{forged}/mail/", ONE_CLICK).status_code == 404
    assert scopes() == set()


def test_in_spanish_it_says_the_same(reader, reminders):
    page = Client().get(f"{reminders}?lang=es").content.decode()

    assert TEXTS["es"]["mail_reminders"] in page
    assert TEXTS["es"]["mail_stop_all_button"] in page


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
