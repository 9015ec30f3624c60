"""Send modes: everybody, some or nobody is written to."""

import pytest
from django.test import Client

from core import clock
from notifications import channels
from notifications.channels.contract import Accepted
from notifications.models import Message
from notifications.selectors.going_live import missing
from notifications.selectors.send_mode import held_back
from notifications.services.sending import send_due
from tests.clinics.conftest import browser
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories import patients as make_patient
from tests.factories.notifications import NOW
from tests.notifications.scripted import Scripted
from tests.notifications.texts_set_up import use_providers
from tests.sms_provider import SmsProvider

pytestmark = pytest.mark.django_db

LISTED = "+17135550142"


@pytest.fixture
def there(settings):
    with SmsProvider("twilio") as provider:
        use_providers(settings, provider)
        yield provider


def two_people():
    place, _, _ = make.booked(phone=LISTED)
    make.book(place, make.patient(place, phone="+17135550143"))
    return place


def confirmations():
    rows = Message.objects.filter(kind="confirmation")
    return sorted(rows.values_list("state", "provider"))


def test_live_writes_to_everybody(there):
    two_people()

    send_due(as_of=NOW)

    assert len(there.ledger) == 2
    assert confirmations() == [("accepted", "twilio")] * 2
    assert held_back() == ""


@pytest.mark.parametrize("mode", ["sandbox", "", "lvie"])
def test_a_sandbox_and_whatever_is_no_mode_write_to_nobody(there, settings, mode):
    settings.SEND_MODE = mode
    two_people()

    send_due(as_of=NOW)

    assert there.asked == []
    assert confirmations() == [("accepted", "sandbox")] * 2
    assert "reach nobody" in held_back()


def test_an_allow_list_writes_to_those_on_it(there, settings):
    settings.SEND_MODE, settings.SEND_ALLOW_LIST = "allow-list", frozenset({LISTED})
    two_people()

    send_due(as_of=NOW)

    assert [taken.to for taken in there.ledger] == [LISTED]
    assert confirmations() == [("accepted", "sandbox"), ("accepted", "twilio")]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("marisol@example.org", True),
        ("Marisol@Example.org", True),
        ("anybody@clinic.test", True),
        ("anybody@other-clinic.test", False),
        ("marisol@example.org.evil.test", False),
        ("", False),
    ],
)
def test_a_list_names_addresses_and_domains(settings, address, allowed):
    settings.CHANNELS = {"sms": "none", "email": "email"}
    settings.SEND_MODE = "allow-list"
    settings.SEND_ALLOW_LIST = frozenset({"marisol@example.org", "@clinic.test"})

    assert channels.is_allowed("email", address) is allowed


def test_a_page_to_somebody_on_call_is_held_back_like_any_other(there, settings):
    settings.SEND_MODE = "sandbox"
    settings.CHANNELS = {"sms": "twilio", "email": "email"}
    place = make.office()
    make_clinic.on_call(make_clinic.membership("clinician", place.clinic))
    make_patient.task(place.clinic, kind="red_flag", tier=1, now=NOW)

    send_due(as_of=NOW, urgent=True)

    assert Message.objects.get(kind="on_call_page").provider == "sandbox"
    assert there.asked == []


def test_what_stays_on_this_machine_needs_no_mode(settings):
    settings.SEND_MODE = "sandbox"
    make.booked()

    send_due(as_of=NOW)

    assert confirmations() == [("accepted", "file")]
    assert held_back() == ""


def test_every_staff_page_says_that_messages_are_held_back(there, settings):
    coordinator = browser(make_clinic.membership("coordinator"))
    assert b"Test mode" not in coordinator.get("/staff/tasks/").content

    settings.SEND_MODE = "sandbox"

    for path in ("/staff/tasks/", "/staff/patients/", "/staff/messages/"):
        said = coordinator.get(path, follow=True).content.decode()
        assert "Test mode: messages reach nobody (SEND_MODE=sandbox)." in said


def test_going_live_lists_it(there, settings):
    clinic = make_clinic.clinic()
    assert not any("Test mode" in line for line in missing(clinic))

    settings.SEND_MODE = "allow-list"

    assert any("SEND_MODE=allow-list" in line for line in missing(clinic))


def test_the_log_of_messages_says_that_it_went_to_nobody(there, settings):
    settings.SEND_MODE = "sandbox"
    place = two_people()
    send_due(as_of=NOW)

    member = make_clinic.membership("coordinator", place.clinic)
    said = browser(member).get("/staff/messages/").content.decode()

    assert "Held back: test mode" in said


def test_a_new_password_goes_to_staff_in_every_mode(settings, monkeypatch):
    server = Scripted(Accepted("1"))
    monkeypatch.setitem(channels.PROVIDERS, "email", server)
    settings.CHANNELS = {"sms": "none", "email": "email"}
    settings.SEND_MODE = "sandbox"
    nurse = make_clinic.membership("nurse")

    Client().post("/account/password/reset/", {"email": nurse.user.email})
    send_due(as_of=clock.now())

    assert [letter.address for letter in server.letters] == [nurse.user.email]
