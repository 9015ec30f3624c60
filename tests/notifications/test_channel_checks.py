"""Wrong settings of the channels are said before a message is lost."""

import base64
import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks

from config import mail as mail_settings
from config import texts as text_settings
from notifications import channels, checks
from notifications.checks import TAG, providers
from notifications.selectors.situations import channels_of, reach_of
from notifications.starting import stop_if_wrong
from patients.services import consents
from tests.architecture.tree import ROOT
from tests.factories import clinics
from tests.factories import notifications as make
from tests.factories.clinics import NOW

GOOD = {
    "EMAIL_HOST": "mail.clinic.test",
    "EMAIL_HOST_USER": "visits@clinic.test",
    "EMAIL_HOST_PASSWORD": "a-secret-of-the-mail",
    "DEFAULT_FROM_EMAIL": "Cedar <visits@clinic.test>",
}
TEXTS = {
    "sms": "twilio:80,telnyx:20",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "a-secret-of-twilio",
    "TWILIO_FROM": "+17135550100",
    "TELNYX_API_KEY": "KEY-a-secret-of-telnyx",
    "TELNYX_PUBLIC_KEY": base64.b64encode(bytes(32)).decode(),
    "TELNYX_FROM": "+17135550101",
}
NAMES = {
    "EMAIL_PROVIDER": "provider",
    "EMAIL_BACKEND": "backend",
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "user",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_TLS": "tls",
    "EMAIL_USE_TLS": "use_starttls",
    "EMAIL_USE_SSL": "use_implicit_tls",
    "EMAIL_REPLY_TO": "reply_to",
    "DEFAULT_FROM_EMAIL": "sender",
    "ANYMAIL": "anymail",
}


@pytest.fixture
def production(settings):
    """Set what an installation's environment would set; what the check says then."""

    def apply(sms="none", email="email", **env):
        read = mail_settings.read({**GOOD, **env})
        settings.DEMO = False
        settings.CHANNELS = {"sms": sms, "email": email}
        words = text_settings.read({"SEND_MODE": "live", **env})
        settings.SEND_MODE, settings.SEND_ALLOW_LIST = words.mode, words.allowed
        settings.TWILIO, settings.TELNYX = words.twilio, words.telnyx
        settings.SITE_URL = env.get("SITE_URL", "https://clinic.test")
        for name, of in NAMES.items():
            setattr(settings, name, getattr(read, of))
        return {m.id: m for m in run_checks(tags=[TAG], include_deployment_checks=True)}

    return apply


def test_mail_with_login_and_tls_and_no_texts_is_right(production):
    assert production() == {}
    assert channels.carried() == {"email"}


def test_texts_by_two_providers_are_right(production):
    assert production(**TEXTS) == {}
    assert channels.carried() == {"sms", "email"}


def test_a_library_that_is_not_installed_is_named(production, monkeypatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: None)

    found = production(**TEXTS)

    assert 'pip install "crestpath[sms]"' in found["messages.E019"].hint


def test_modes_that_hold_messages_back_say_so_and_start(production):
    found = production(SEND_MODE="sandbox")
    assert list(found) == ["messages.W003"]
    assert "no message" in found["messages.W003"].msg
    people = "+1 713 555-0100,@x.org"
    listed = production(SEND_MODE="allow-list", SEND_ALLOW_LIST=people)

    assert "only 2 addresses" in listed["messages.W003"].msg
    assert stop_if_wrong() is None


@pytest.mark.parametrize(
    ("wrong", "fault", "words"),
    [
        ({"sms": "twillio"}, "messages.E001", "CHANNEL_SMS=twillio"),
        ({"sms": "twilio,telnix"}, "messages.E001", "Did you mean telnyx?"),
        ({"sms": "twilio,none"}, "messages.E001", "CHANNEL_SMS=none"),
        ({"sms": "twilio:80,file:20"}, "messages.E002", "reaches nobody"),
        ({"sms": "twilio:eighty"}, "messages.E014", "twilio:80,telnyx:20"),
        ({"SEND_MODE": ""}, "messages.E015", "SEND_MODE is not set"),
        ({"SEND_MODE": "life"}, "messages.E016", "Did you mean live?"),
        ({"SEND_MODE": "allow-list"}, "messages.E017", "the list is empty"),
        (
            {"SEND_MODE": "allow-list", "SEND_ALLOW_LIST": "+17135550100, Ana"},
            "messages.E018",
            "1 entries",
        ),
        ({**TEXTS, "SITE_URL": "http://clinic.test"}, "messages.E020", "https"),
        ({**TEXTS, "TWILIO_ACCOUNT_SID": "AC1"}, "messages.E021", "begins with AC"),
        ({**TEXTS, "TWILIO_AUTH_TOKEN": ""}, "messages.E022", "signed by it"),
        ({**TEXTS, "TWILIO_API_KEY": "SK1"}, "messages.E023", "TWILIO_API_SECRET"),
        ({**TEXTS, "TWILIO_FROM": "7135550100"}, "messages.E024", "TWILIO_FROM"),
        ({**TEXTS, "TELNYX_API_KEY": ""}, "messages.E025", "TELNYX_API_KEY"),
        ({**TEXTS, "TELNYX_PUBLIC_KEY": "abc"}, "messages.E026", "TELNYX_PUBLIC_KEY"),
        ({**TEXTS, "TELNYX_FROM": ""}, "messages.E027", "TELNYX_FROM"),
        ({"sms": "email"}, "messages.E001", "CHANNEL_SMS=email"),
        ({"sms": "Console"}, "messages.E001", "CHANNEL_SMS=Console"),
        ({"email": "emial"}, "messages.E001", "Did you mean email?"),
        ({"email": "smtp"}, "messages.E001", "CHANNEL_EMAIL=smtp"),
        ({"sms": "console"}, "messages.E002", "reaches nobody"),
        ({"sms": "file"}, "messages.E002", "reaches nobody"),
        ({"email": "console"}, "messages.E002", "reaches nobody"),
        ({"email": "none"}, "messages.E004", "reach anybody"),
        ({"DEFAULT_FROM_EMAIL": "Cedar"}, "messages.E003", "DEFAULT_FROM_EMAIL"),
        ({"EMAIL_REPLY_TO": "desk"}, "messages.E003", "EMAIL_REPLY_TO"),
        ({"EMAIL_HOST": ""}, "messages.E005", "EMAIL_HOST"),
        ({"EMAIL_PORT": "mail"}, "messages.E006", "EMAIL_PORT"),
        ({"EMAIL_PORT": "70000"}, "messages.E006", "EMAIL_PORT"),
        ({"EMAIL_HOST_PASSWORD": ""}, "messages.E007", "EMAIL_HOST_PASSWORD"),
        ({"EMAIL_HOST_USER": ""}, "messages.E007", "EMAIL_HOST_USER"),
        ({"EMAIL_TLS": "startls"}, "messages.E008", "Did you mean starttls?"),
        ({"EMAIL_TLS": "none"}, "messages.E009", "unencrypted"),
        ({"EMAIL_PORT": "465"}, "messages.E010", "EMAIL_TLS=implicit"),
        (
            {"EMAIL_PORT": "587", "EMAIL_TLS": "implicit"},
            "messages.E010",
            "EMAIL_TLS=starttls",
        ),
        (
            {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
            "messages.E011",
            "sends nothing",
        ),
        ({"EMAIL_PROVIDER": "console"}, "messages.E011", "sends nothing"),
        ({"EMAIL_PROVIDER": "postmrak"}, "messages.E012", "Did you mean postmark?"),
        ({"EMAIL_PROVIDER": "postmark"}, "messages.E013", "POSTMARK_SERVER_TOKEN"),
        ({"EMAIL_PROVIDER": "mailgun"}, "messages.E013", "MAILGUN_API_KEY"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(production, wrong, fault, words):
    found = production(**wrong)

    assert fault in found, found
    said = f"{found[fault].msg} {found[fault].hint}"
    assert words in said
    assert "a-secret" not in said


def test_a_provider_with_its_own_settings_is_right(production):
    found = production(
        EMAIL_PROVIDER="postmark", ANYMAIL_POSTMARK_SERVER_TOKEN="a-token"
    )

    assert found == {}


def test_the_senders_address_of_the_examples_is_warned_of(production):
    assert set(production(DEFAULT_FROM_EMAIL="")) == {"messages.W001"}


def test_every_provider_of_anymail_is_made_or_says_what_it_lacks(production):
    for provider in providers():
        found = production(EMAIL_PROVIDER=provider)

        assert set(found) <= {"messages.E013"}, (provider, found)
    assert {"amazon-ses", "brevo", "mailgun", "postmark", "resend"} <= set(providers())
    assert len(providers()) >= 13


def test_settings_of_a_provider_are_text_or_json():
    read = mail_settings.read(
        {
            "EMAIL_PROVIDER": "Amazon-SES",
            "ANYMAIL_AMAZON_SES_CLIENT_PARAMS": '{"region_name": "us-east-2"}',
            "ANYMAIL_POSTMARK_SERVER_TOKEN": "{not json",
            "ANYMAIL_EMPTY": "",
        }
    )

    assert read.backend == "anymail.backends.amazon_ses.EmailBackend"
    assert read.anymail == {
        "IGNORE_UNSUPPORTED_FEATURES": True,
        "AMAZON_SES_CLIENT_PARAMS": {"region_name": "us-east-2"},
        "POSTMARK_SERVER_TOKEN": "{not json",
    }


@pytest.mark.parametrize(
    ("env", "port", "starttls", "implicit"),
    [
        ({}, 25, False, False),
        ({"EMAIL_HOST_USER": "me"}, 587, True, False),
        ({"EMAIL_TLS": "implicit"}, 465, False, True),
        ({"EMAIL_TLS": "STARTTLS", "EMAIL_PORT": "2525"}, 2525, True, False),
        ({"EMAIL_TLS": "strattls"}, 587, True, False),
    ],
)
def test_the_port_follows_the_way_of_encryption(env, port, starttls, implicit):
    read = mail_settings.read(env)

    assert (read.port, read.use_starttls, read.use_implicit_tls) == (
        port,
        starttls,
        implicit,
    )


def test_no_password_is_in_the_settings_words():
    read = mail_settings.read(GOOD | {"ANYMAIL_POSTMARK_SERVER_TOKEN": "a-token"})

    assert "a-secret-of-the-mail" not in repr(read)
    assert "a-token" not in repr(read)


def test_in_a_demo_the_console_and_the_mailbox_are_channels(settings):
    settings.DEMO = True
    settings.CHANNELS = {"sms": "console", "email": "file"}

    assert channels.carried() == {"sms", "email"}
    assert run_checks(tags=[TAG], include_deployment_checks=True) == []


def test_a_wrong_setting_stops_the_start_in_words(production):
    production(sms="twillio")

    with pytest.raises(SystemExit) as stopped:
        stop_if_wrong()

    assert "nothing was started" in str(stopped.value)
    assert "CHANNEL_SMS=twillio" in str(stopped.value)


def test_a_right_one_lets_it_start(production):
    production()

    assert stop_if_wrong() is None


@pytest.mark.parametrize(
    ("sms", "mode", "code", "said"),
    [
        ("twillio", "live", 1, b"CHANNEL_SMS=twillio"),
        ("twilio", "live", 1, b"TWILIO_ACCOUNT_SID"),
        ("none", "", 1, b"SEND_MODE is not set"),
        ("none", "live", 0, b""),
    ],
)
def test_the_web_process_starts_only_with_right_channels(sms, mode, code, said):
    env = {key: value for key, value in os.environ.items() if key != "DEMO"}
    env |= {
        **GOOD,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "x" * 60,
        "LINK_KEY": "y" * 60,
        "DATABASE_URL": "postgresql://nobody@/none?host=/nowhere",
        "CHANNEL_SMS": sms,
        "SEND_MODE": mode,
    }

    done = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == code, done.stderr[-2000:]
    assert said in done.stderr


@pytest.mark.django_db
def test_who_ticked_both_gets_mail_where_no_text_can_leave(production):
    place = make.office()
    patient = make.patient(place, email="marisol@example.org")
    for channel in ("sms", "email"):
        consents.grant(patient_id=patient.pk, channel=channel, by=place.by, now=NOW)
    assert reach_of(patient)[0].channel == "sms"

    production(sms="console")

    assert reach_of(patient)[0].channel == "email"


@pytest.mark.django_db
def test_who_is_on_call_is_paged_by_what_reaches_them(production):
    user = clinics.membership("clinician").user
    user.phone = "+17135550199"
    assert channels_of(user) == ("sms", "email")

    production(sms="console")

    assert channels_of(user) == ("email",)
