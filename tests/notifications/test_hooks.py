"""Posts of providers: only what they signed is read, and once."""

import dataclasses
import logging
from urllib.parse import urlencode

import pytest
from django.test import Client

from notifications.models import InboundText, Message, ProviderEvent
from notifications.selectors.opt_outs import scopes
from notifications.services import inbound
from notifications.services.sending import send_due
from tests.factories import notifications as make
from tests.factories.notifications import NOW
from tests.notifications.texts_set_up import SITE, use_providers
from tests.sms_provider import SmsProvider, signed_form, signed_json

pytestmark = pytest.mark.django_db

LIMIT = 64 * 1024


@pytest.fixture(params=SmsProvider.dialects)
def there(request, settings):
    with SmsProvider(request.param) as provider:
        use_providers(settings, provider)
        yield provider


@pytest.fixture
def sent(there):
    """A confirmation that the provider took."""
    make.booked()
    send_due(as_of=NOW)
    return there.ledger[0]


@pytest.fixture
def heard(monkeypatch):
    """Return what our inbox was given."""
    found = []
    monkeypatch.setattr(inbound, "receive", lambda **given: found.append(given) or True)
    return found


def state():
    send_due(as_of=NOW)
    return Message.objects.get(kind="confirmation").state


def test_a_signed_report_is_kept_and_applied(there, sent):
    answer = there.callback(sent, "delivered").post(Client())

    assert (answer.status_code, answer.content) == (204, b"")
    assert state() == "delivered"
    event = ProviderEvent.objects.get()
    assert event.applied_at is not None
    assert event.provider_message_id == sent.name


def test_a_form_token_is_not_asked_for(there, sent):
    strict = Client(enforce_csrf_checks=True)

    assert there.callback(sent, "delivered").post(strict).status_code == 204


def test_the_same_report_twice_is_one(there, sent):
    report = there.callback(sent, "delivered")

    assert [report.post(Client()).status_code for _ in range(2)] == [204, 204]
    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"X-Twilio-Signature": "", "Telnyx-Signature-Ed25519": ""}},
        {
            "headers": {
                "X-Twilio-Signature": "bm8gc2lnbmF0dXJl",
                "Telnyx-Signature-Ed25519": "bm8gc2lnbmF0dXJl",
            }
        },
        {"headers": {"X-Twilio-Signature": "é", "Telnyx-Signature-Ed25519": "é"}},
    ],
)
def test_a_forged_report_is_refused_and_leaves_no_trace(there, sent, changes, caplog):
    caplog.set_level(logging.DEBUG)
    report = there.callback(sent, "delivered")

    answer = report.post(Client(), **changes)

    assert (answer.status_code, answer.content) == (403, b"")
    assert not ProviderEvent.objects.exists()
    assert sent.to not in caplog.text
    assert sent.name not in caplog.text
    assert state() == "accepted"


@pytest.mark.parametrize("cut", [1, 20, 10_000])
def test_a_truncated_report_is_refused(there, sent, cut):
    report = there.callback(sent, "delivered")

    answer = report.post(Client(), body=report.body[:-cut])

    assert answer.status_code == 403
    assert not ProviderEvent.objects.exists()


def test_a_changed_report_is_refused(there, sent):
    report = there.callback(sent, "sent")

    answer = report.post(Client(), body=report.body.replace(b"sent", b"read"))

    assert answer.status_code == 403


def test_a_report_signed_for_another_message_is_refused_by_twilio(settings):
    with SmsProvider("twilio") as there:
        use_providers(settings, there)
        make.booked()
        send_due(as_of=NOW)
        report = there.callback(there.ledger[0], "delivered")
        elsewhere = report.path.replace("message=", "message=0")

        assert report.post(Client(), path=elsewhere).status_code == 403


def test_telnyx_names_the_message_whatever_the_address_says(settings):
    """Its signature covers the body alone: the address may be another message's."""
    with SmsProvider("telnyx") as there:
        use_providers(settings, there)
        place, _, _ = make.booked()
        make.book(place, make.patient(place, phone="+17135550143"))
        send_due(as_of=NOW)
        first, second = there.ledger
        moved = there.callback(first, "delivered")

        moved.post(Client(), path=there.callback(second, "sent").path)
        send_due(as_of=NOW)

    states = {row.pk: row.state for row in Message.objects.filter(sent_at=NOW)}
    assert states[first.message] == "delivered"
    assert states[second.message] == "accepted"


def test_an_old_report_of_telnyx_is_refused(settings):
    with SmsProvider("telnyx") as there:
        use_providers(settings, there)
        url = f"{SITE}/hooks/telnyx/status?message=x"
        payload = {"id": "1", "to": [{"status": "delivered"}]}
        old = signed_json(url, "message.finalized", payload, age=400)

        assert old.post(Client()).status_code == 403


def test_a_token_of_another_account_is_refused(settings):
    with SmsProvider("twilio") as there:
        use_providers(settings, there)
        fields = {"MessageSid": "SM1", "MessageStatus": "delivered"}
        url = f"{SITE}/hooks/twilio/status?message=x"
        other = signed_form(url, fields, token="another token")

        assert other.post(Client()).status_code == 403
        settings.TWILIO = dataclasses.replace(settings.TWILIO, auth_token="")
        unset = signed_form(url, fields, token="")
        assert unset.post(Client()).status_code == 403


def test_behind_a_proxy_the_public_address_counts(there, sent):
    inner = Client(SERVER_NAME="127.0.0.1", SERVER_PORT="8000")

    assert there.callback(sent, "delivered").post(inner).status_code == 204


@pytest.mark.parametrize("hook", ["status", "inbound"])
@pytest.mark.parametrize(("size", "code"), [(LIMIT, 403), (LIMIT + 1, 413)])
def test_a_body_too_large_is_refused_before_it_is_read(there, hook, size, code):
    answer = Client().post(
        f"/hooks/{there.dialect}/{hook}",
        b"x" * size,
        content_type="application/x-www-form-urlencoded",
    )

    assert (answer.status_code, answer.content) == (code, b"")


@pytest.mark.parametrize(
    ("path", "code"),
    [("/hooks/nobody/status", 404), ("/hooks/file/inbound", 404)],
)
def test_a_provider_we_do_not_have_is_not_found(path, code):
    assert Client().post(path, {}).status_code == code


def test_only_a_post_is_answered(there):
    assert Client().get(f"/hooks/{there.dialect}/status").status_code == 405


def test_hundreds_of_fields_are_no_report(settings):
    with SmsProvider("twilio") as there:
        use_providers(settings, there)
        many = urlencode([("a", "1")] * 3000).encode()

        answer = Client().post(
            "/hooks/twilio/status",
            many,
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": "x"},
        )

    assert answer.status_code == 403


def test_a_status_without_meaning_to_us_is_taken_and_not_kept(there, sent):
    answer = there.callback(sent, "scheduled").post(Client())

    assert answer.status_code == 204
    assert not ProviderEvent.objects.exists()


def test_news_of_a_message_that_is_not_ours_is_kept_quietly(there, sent):
    stranger = dataclasses.replace(
        sent, name="SM-other", callback=sent.callback.replace("message=", "message=f")
    )

    assert there.callback(stranger, "delivered").post(Client()).status_code == 204
    assert state() == "accepted"
    assert ProviderEvent.objects.get().applied_at is None


def test_a_text_before_any_clinic_is_set_up_is_left_with_its_provider(there):
    """Not taken, in plain words, and its log keeps it; a STOP holds all the same."""
    answer = there.inbound(SITE, "+17135550142", "When is my visit?").post(Client())
    stopped = there.inbound(SITE, "+17135550142", "STOP").post(Client())

    assert (answer.status_code, stopped.status_code) == (404, 404)
    assert b"No clinic is set up" in answer.content
    assert not InboundText.objects.exists()
    assert scopes("sms", "+17135550142") == {"all"}
    place = make.office()
    make.patient(place, phone="+17135550142")
    again = there.inbound(SITE, "+17135550142", "When is my visit?").post(Client())
    assert again.status_code == 200
    assert InboundText.objects.get().clinic == place.clinic


def test_a_text_from_somebody_is_handed_on_as_it_was_written(there, heard):
    report = there.inbound(SITE, "+17135550142", "C, si puedo ñ & +1 😀")

    answer = report.post(Client())

    assert (answer.status_code, answer.content) == (200, b"<Response/>")
    (given,) = heard
    assert given["provider"] == there.dialect
    assert given["event_id"]
    assert (given["sender"], given["recipient"]) == ("+17135550142", "+17135550199")
    assert given["body"] == "C, si puedo ñ & +1 😀"
    assert given["received_at"].tzinfo is not None


def test_a_forged_text_from_somebody_is_refused(there, heard):
    report = there.inbound(SITE, "+17135550142", "STOP")

    answer = report.post(Client(), body=report.body.replace(b"STOP", b"STAR"))

    assert answer.status_code == 403
    assert heard == []


def test_the_same_text_told_twice_is_noted_once(there, sent):
    report = there.inbound(SITE, "+17135550142", "C")

    assert [report.post(Client()).status_code for _ in range(2)] == [200, 200]
    assert InboundText.objects.filter(provider=there.dialect).count() == 1
