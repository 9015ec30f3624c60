"""Every provider Anymail knows takes our mail: built whole, up to the request."""

import dataclasses
import sys
from importlib import import_module
from types import ModuleType

import pytest
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailSerializationError, AnymailUnsupportedFeature

from config import mail as mail_settings
from notifications.channels.contract import NotSent, Refused, Unknown
from notifications.channels.email import EmailChannel
from notifications.channels.email.invitations import takes_form
from notifications.checks import providers
from tests.notifications.test_email import LETTER
from tests.notifications.test_invitations import invitation

# What each asks for; Amazon's needs a library that is not installed here.
NEEDED = {
    "brevo": ["BREVO_API_KEY"],
    "mailersend": ["MAILERSEND_API_TOKEN"],
    "mailgun": ["MAILGUN_API_KEY", "MAILGUN_SENDER_DOMAIN"],
    "mailjet": ["MAILJET_API_KEY", "MAILJET_SECRET_KEY"],
    "mailtrap": ["MAILTRAP_API_TOKEN"],
    "mandrill": ["MANDRILL_API_KEY"],
    "postal": ["POSTAL_API_KEY", "POSTAL_API_URL"],
    "postmark": ["POSTMARK_SERVER_TOKEN"],
    "resend": ["RESEND_API_KEY"],
    "scaleway": ["SCALEWAY_SECRET_KEY", "SCALEWAY_PROJECT_ID"],
    "sendgrid": ["SENDGRID_API_KEY"],
    "sendinblue": ["SENDINBLUE_API_KEY", "BREVO_API_KEY"],
    "sparkpost": ["SPARKPOST_API_KEY"],
    "unisender-go": ["UNISENDER_GO_API_KEY", "UNISENDER_GO_API_URL"],
}
SENT = dataclasses.replace(
    LETTER, sender="Cedar Joint Clinic", reply_to="d@example.org"
)


# Those whose interface takes a further form of the text; the others an attached file.
TAKES_FORMS = {"sendgrid"}
INVITED = dataclasses.replace(SENT, invitation=invitation())


class Reached(Exception):
    """The request to the provider is built and would leave now; with its mail."""


def _reached(self, payload, message):
    raise Reached(message, [payload.serialize_data(), getattr(payload, "files", [])])


@pytest.fixture
def use(settings):
    def apply(provider, **more):
        env = {f"ANYMAIL_{name}": "https://x.example.org" for name in NEEDED[provider]}
        read = mail_settings.read({"EMAIL_PROVIDER": provider, **env, **more})
        settings.EMAIL_BACKEND, settings.ANYMAIL = read.backend, read.anymail

    return apply


def test_the_list_of_providers_is_whole():
    assert set(providers()) == NEEDED.keys() | {"amazon-ses"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("provider", NEEDED)
def test_our_mail_can_be_handed_to_the_provider(use, monkeypatch, provider):
    monkeypatch.setattr(AnymailRequestsBackend, "post_to_esp", _reached)
    use(provider)

    with pytest.raises(Reached):
        EmailChannel().send(SENT)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("provider", NEEDED)
def test_an_invitation_goes_as_the_provider_can_carry_it(use, monkeypatch, provider):
    monkeypatch.setattr(AnymailRequestsBackend, "post_to_esp", _reached)
    use(provider)

    with pytest.raises(Reached) as reached:
        EmailChannel().send(INVITED)

    mail, request = reached.value.args
    forms = [form.mimetype for form in mail.alternatives]
    files = [(name, mimetype) for name, _, mimetype in mail.attachments]
    if provider in TAKES_FORMS:
        assert forms == ["text/html", "text/calendar; method=REQUEST"]
        assert files == []
    else:
        assert forms == ["text/html"]
        assert files == [("visit.ics", "text/calendar")]
    assert _holds(request), "the provider's request lacks the calendar file"


def _holds(request):
    """The calendar file is in it: as words, or as base64 of them."""
    sent = str(request)
    return "BEGIN:VCALENDAR" in sent or "QkVHSU46VkNBTEVOREFS" in sent


def test_amazon_carries_an_invitation_as_a_form_of_the_text(monkeypatch):
    """Its back end hands over the whole mail; its library is stood in for."""
    boto3, client = ModuleType("boto3"), ModuleType("botocore.client")
    errors = ModuleType("botocore.exceptions")
    client.Config = lambda **_: None
    for name in ("BotoCoreError", "ClientError", "ConnectionError"):
        setattr(errors, name, type(name, (Exception,), {}))
    stands_in = {"boto3": boto3, "botocore": ModuleType("botocore")}
    stands_in |= {"botocore.client": client, "botocore.exceptions": errors}
    for name, module in stands_in.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "anymail.backends.amazon_ses", raising=False)
    made = import_module("anymail.backends.amazon_ses").EmailBackend()

    assert takes_form(made, "text/calendar; method=REQUEST")


@pytest.mark.parametrize(
    "error", [AnymailUnsupportedFeature, AnymailSerializationError]
)
def test_what_a_provider_cannot_carry_is_refused_and_not_tried_again(
    use, monkeypatch, error
):
    def fail(self, payload, message):
        raise error("no")

    monkeypatch.setattr(AnymailRequestsBackend, "post_to_esp", fail)
    use("postmark")

    assert EmailChannel().send(SENT) == Refused("not_supported")


def test_a_provider_without_its_key_has_sent_nothing(settings):
    settings.EMAIL_BACKEND = mail_settings.backend_of("postmark")
    settings.ANYMAIL = {}

    assert EmailChannel().send(SENT) == NotSent("misconfigured")


def test_a_lost_answer_of_a_provider_is_not_known(use, monkeypatch):
    import requests

    def lost(*_, **__):
        raise requests.Timeout

    monkeypatch.setattr(requests.Session, "request", lost)
    use("postmark")

    assert isinstance(EmailChannel().send(SENT), Unknown)
