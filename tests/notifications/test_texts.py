"""Texts by the providers' own libraries against a provider on this machine."""

import dataclasses
import logging
import socket
from datetime import timedelta
from uuid import UUID

import pytest

from config import texts
from notifications import channels
from notifications.channels import telnyx, twilio
from notifications.channels.contract import Accepted, NotSent, Refused, Unknown
from notifications.channels.telnyx.codes import CODES as TELNYX_CODES
from notifications.channels.twilio.codes import CODES as TWILIO_CODES
from notifications.channels.verdicts import FOR_GOOD, PASSING
from tests.notifications.test_email import LETTER
from tests.notifications.texts_set_up import use_providers
from tests.sms_provider import Manner, SmsProvider

TEXT = dataclasses.replace(
    LETTER,
    channel="sms",
    address="+17135550142",
    patient_id=UUID("11111111-2222-4333-8444-555555555555"),
    title="",
    body="Cedar: your visit is on Tuesday at 09:00. https://clinic.example.org/v/Tok3n/",
    expires_at=LETTER.at + timedelta(minutes=20),
)


@pytest.fixture(params=SmsProvider.dialects)
def there(request, settings):
    """The provider, to which the channel of its dialect is set."""
    with SmsProvider(request.param) as provider:
        use_providers(settings, provider)
        yield provider


def send(there, manner="accept", letter=TEXT):
    there.behave = lambda taken, nth: manner
    return channels.provider(there.dialect).send(letter)


def test_a_text_arrives_with_its_words_and_an_address_for_news(there):
    result = send(there)

    (taken,) = there.ledger
    assert result == Accepted(taken.name)
    assert (taken.to, taken.body, taken.message) == (
        TEXT.address,
        TEXT.body,
        TEXT.message_id,
    )
    assert taken.callback == (
        f"https://clinic.example.org/hooks/{there.dialect}/status"
        f"?message={TEXT.message_id}"
    )


def test_the_address_for_news_tells_nothing_of_the_patient(there):
    send(there)

    callback = there.ledger[0].callback
    assert "Tok3n" not in callback
    assert "555" not in callback
    assert str(TEXT.patient_id) not in callback


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        ("refused", Refused("number_invalid")),
        ("opted_out", Refused("opted_out")),
        ("busy", NotSent("too_many_requests", timedelta(seconds=2))),
        ("unavailable", NotSent("provider_busy", timedelta(seconds=3))),
        ("down", Unknown("http_500")),
        ("reset_before", Unknown("disconnected")),
        ("reset_inside", Unknown("disconnected")),
        ("garbage", Unknown("unreadable_answer")),
        (Manner(502, garbage=True), Unknown("http_502")),
        (Manner(503), Unknown("http_503")),
        (Manner(429, garbage=True), NotSent("too_many_requests")),
        (Manner(401), NotSent("http_401")),
        (Manner(404, garbage=True), Refused("http_404")),
        (Manner(429, "busy", retry_after="soon"), NotSent("too_many_requests")),
        (
            Manner(429, "busy", retry_after="9" * 30),
            NotSent("too_many_requests", timedelta(hours=1)),
        ),
    ],
)
def test_every_answer_says_whether_it_left(there, manner, expected):
    assert send(there, manner) == expected
    assert len(there.asked) == 1


@pytest.mark.parametrize("manner", ["late_before", "late_after"])
def test_an_answer_that_does_not_come_in_time_is_a_maybe(there, monkeypatch, manner):
    monkeypatch.setattr(twilio, "TIMEOUTS", (1.0, 0.2))
    monkeypatch.setattr(telnyx, "READ_SECONDS", 0.2)
    telnyx._client.cache_clear()

    result = send(there, manner)

    assert result == Unknown("timeout")
    assert len(there.asked) == 1


def test_nobody_listening_means_that_nothing_left(there, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    at = f"http://127.0.0.1:{port}"
    setting = there.dialect.upper()
    known = dataclasses.replace(getattr(settings, setting), base_url=at)
    setattr(settings, setting, known)

    assert send(there) == NotSent("connection_refused")


def test_a_name_that_does_not_exist_means_that_nothing_left(there, settings):
    setting = there.dialect.upper()
    known = dataclasses.replace(
        getattr(settings, setting), base_url="http://nowhere.invalid"
    )
    setattr(settings, setting, known)

    assert send(there).__class__ is NotSent


def test_a_line_that_is_never_taken_means_that_nothing_left(
    there, settings, monkeypatch
):
    monkeypatch.setattr(twilio, "TIMEOUTS", (0.2, 1.0))
    monkeypatch.setattr(telnyx, "CONNECT_SECONDS", 0.2)
    telnyx._client.cache_clear()
    # A full queue of calls nobody takes: the next one waits.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as busy:
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(busy.getsockname())
        setting = there.dialect.upper()
        at = f"http://127.0.0.1:{busy.getsockname()[1]}"
        known = dataclasses.replace(getattr(settings, setting), base_url=at)
        setattr(settings, setting, known)

        result = send(there)
        for one in waiting:
            one.close()

    assert result == NotSent("connect_timeout")


def test_no_log_names_the_number_or_the_words(there, caplog):
    caplog.set_level(logging.DEBUG)

    send(there)
    send(there, "refused")

    told = caplog.text
    assert "5550142" not in told
    assert "Cedar" not in told
    assert "Tok3n" not in told


def test_a_mail_is_no_text(there):
    mail = dataclasses.replace(TEXT, channel="email")

    assert send(there, letter=mail) == Refused("wrong_channel")


def test_twilio_keeps_a_text_no_longer_than_it_is_of_use(settings):
    with SmsProvider("twilio") as there:
        use_providers(settings, there)
        for minutes in (20, 0, 600):
            expires = TEXT.at + timedelta(minutes=minutes)
            send(there, letter=dataclasses.replace(TEXT, expires_at=expires))

    seconds = [taken.fields["ValidityPeriod"] for taken in there.ledger]
    assert seconds == ["1200", "60", "3600"]


def test_twilio_sends_by_a_service_where_one_is_set(settings):
    with SmsProvider("twilio") as there:
        use_providers(settings, there)
        settings.TWILIO = dataclasses.replace(
            settings.TWILIO,
            messaging_service="MG1",
            sender="",
            api_key="SK1",
            api_secret="a-secret",
        )
        assert isinstance(send(there), Accepted)

    assert there.ledger[0].fields["MessagingServiceSid"] == "MG1"
    assert "From" not in there.ledger[0].fields


@pytest.mark.parametrize("codes", [TWILIO_CODES, TELNYX_CODES])
def test_every_code_has_a_reason_that_has_a_verdict(codes):
    assert set(codes.values()) <= FOR_GOOD | PASSING | {"too_late"}


def test_secrets_stay_out_of_what_is_printed():
    found = texts.read(
        {
            "TWILIO_AUTH_TOKEN": "token-1",
            "TWILIO_API_SECRET": "secret-2",
            "TELNYX_API_KEY": "key-3",
        }
    )

    printed = repr(found)
    assert not any(word in printed for word in ("token-1", "secret-2", "key-3"))
