"""Mail through a real server that wants a login over TLS; its MIME parsed back."""

import dataclasses
from email.utils import parseaddr

import pytest
from icalendar import Calendar

from config import mail as mail_settings
from notifications.channels.contract import Accepted, NotSent, Refused
from notifications.channels.email import EmailChannel
from notifications.services import sending
from tests.factories import notifications as make
from tests.notifications.mail_server import PASSWORD, USER, Inbox, controller
from tests.notifications.test_email import LETTER, MESSAGE

LINK = "https://clinic.example.org/v/abc/"
WORDS = f"Hello Marisol,\n\nTo confirm:\n{LINK}\n\nThanks & bye"
SENT = dataclasses.replace(LETTER, body=WORDS, sender="Cedar Joint Clínic")


@pytest.fixture(params=["starttls", "implicit"])
def way(request):
    return request.param


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def mail_server(inbox, way, tmp_path, monkeypatch):
    running = controller(inbox, tmp_path, implicit=way == "implicit")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mail.crt"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def use(mail_server, way, settings):
    """Set what the environment of an installation would set."""

    def apply(**env):
        read = mail_settings.read(
            {
                "EMAIL_HOST": "127.0.0.1",
                "EMAIL_PORT": str(mail_server.port),
                "EMAIL_HOST_USER": USER,
                "EMAIL_HOST_PASSWORD": PASSWORD,
                "EMAIL_TLS": way,
                "DEFAULT_FROM_EMAIL": "Crestpath <visits@example.org>",
                **env,
            }
        )
        settings.EMAIL_BACKEND = read.backend
        settings.EMAIL_HOST, settings.EMAIL_PORT = read.host, read.port
        settings.EMAIL_HOST_USER = read.user
        settings.EMAIL_HOST_PASSWORD = read.password
        settings.EMAIL_USE_TLS = read.use_starttls
        settings.EMAIL_USE_SSL = read.use_implicit_tls
        settings.EMAIL_REPLY_TO = read.reply_to
        settings.DEFAULT_FROM_EMAIL = read.sender
        settings.ANYMAIL = read.anymail

    apply()
    return apply


def test_a_mail_arrives_after_login_with_text_and_html(use, inbox):
    assert EmailChannel().send(SENT) == Accepted("")

    [(envelope, mail)] = inbox.mails
    assert envelope.mail_from == "visits@example.org"
    assert envelope.rcpt_tos == ["marisol@example.org"]
    text, html = list(mail.iter_parts())
    assert mail.get_content_type() == "multipart/alternative"
    assert (text.get_content_type(), html.get_content_type()) == (
        "text/plain",
        "text/html",
    )
    assert text.get_content().split() == WORDS.split()
    assert text.get_content().splitlines() == WORDS.splitlines()
    assert '<html lang="en">' in html.get_content()
    assert "Thanks &amp; bye" in html.get_content()
    assert f'href="{LINK}"' in html.get_content()


def test_its_headers_name_the_clinic_and_ask_for_no_automatic_answer(use, inbox):
    use(EMAIL_REPLY_TO="desk@example.org")
    EmailChannel().send(SENT)

    [(_, mail)] = inbox.mails
    assert parseaddr(str(mail["From"])) == ("Cedar Joint Clínic", "visits@example.org")
    assert mail["Reply-To"] == "desk@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{MESSAGE}@example.org>"
    assert mail["Subject"] == LETTER.title
    assert mail["Date"]


def test_the_clinics_own_address_is_answered_before_the_installations(use, inbox):
    use(EMAIL_REPLY_TO="desk@example.org")
    EmailChannel().send(dataclasses.replace(SENT, reply_to="cedar@example.org"))

    assert inbox.mails[0][1]["Reply-To"] == "cedar@example.org"


def test_without_an_address_to_answer_there_is_no_reply_to(use, inbox):
    EmailChannel().send(SENT)

    assert inbox.mails[0][1]["Reply-To"] is None


def test_a_name_with_line_breaks_and_hidden_marks_adds_no_header(use, inbox):
    name = "Cedar\r\nBcc: other@example.org\u202e\u200b"
    letter = dataclasses.replace(SENT, sender=name, title="Hello\nBcc: x@example.org")

    assert EmailChannel().send(letter) == Accepted("")

    [(envelope, mail)] = inbox.mails
    assert envelope.rcpt_tos == ["marisol@example.org"]
    assert mail["Bcc"] is None
    assert parseaddr(str(mail["From"]))[0] == "Cedar Bcc: other@example.org"


def test_spanish_words_arrive_as_they_were_written(use, inbox):
    words = "Hola, Begoña: ¿Va a venir el sábado?"
    letter = dataclasses.replace(SENT, title="Mañana", body=words, language="es")
    EmailChannel().send(letter)

    [(_, mail)] = inbox.mails
    text, html = list(mail.iter_parts())
    assert mail["Subject"] == "Mañana"
    assert text.get_content().strip() == words
    assert '<html lang="es">' in html.get_content()
    assert words in html.get_content()


def test_a_wrong_password_is_not_sent_and_can_be_tried_again(use, inbox):
    use(EMAIL_HOST_PASSWORD="wrong")

    assert EmailChannel().send(SENT) == NotSent("SMTPAuthenticationError")
    assert inbox.mails == []


def test_without_login_the_server_takes_nothing(use, inbox):
    use(EMAIL_HOST_USER="", EMAIL_HOST_PASSWORD="")

    result = EmailChannel().send(SENT)

    assert isinstance(result, NotSent | Refused)
    assert inbox.mails == []


def test_an_untrusted_certificate_gets_neither_password_nor_mail(
    use, inbox, monkeypatch
):
    monkeypatch.delenv("SSL_CERT_FILE")

    assert EmailChannel().send(SENT) == NotSent("untrusted_certificate")
    assert inbox.mails == []


def test_a_mail_the_server_refuses_for_good_is_refused(use, inbox):
    inbox.answer = "554 no"

    assert EmailChannel().send(SENT) == Refused("SMTPDataError")


def test_a_mail_the_server_wants_later_is_not_sent(use, inbox):
    inbox.answer = "451 later"

    assert EmailChannel().send(SENT) == NotSent("SMTPDataError")


def by_mail(settings):
    settings.CHANNELS = {"sms": "none", "email": "email"}
    return make.booked(sms_consent=False, email_consent=True)


def parts(mail):
    assert mail.get_content_type() == "multipart/alternative"
    text, html, invitation = list(mail.iter_parts())
    (event,) = Calendar.from_ical(invitation.get_content()).walk("VEVENT")
    return text, html, invitation, event


def test_a_visit_is_booked_moved_and_cancelled_in_the_readers_calendar(
    db, use, inbox, settings
):
    place, _, visit = by_mail(settings)
    sending.send_due(as_of=make.NOW)
    later = make.NOW + 4 * make.HOUR
    make.move(place, visit, start=make.VISIT + make.HOUR, now=later)
    sending.send_due(as_of=later + make.HOUR)
    make.cancel(place, visit, now=later + 2 * make.HOUR)
    sending.send_due(as_of=later + 3 * make.HOUR)

    booked, moved, cancelled = [mail for _, mail in inbox.mails]
    events = []
    for mail, method in (booked, "REQUEST"), (moved, "REQUEST"), (cancelled, "CANCEL"):
        _, _, invitation, event = parts(mail)
        assert invitation.get_content_type() == "text/calendar"
        assert invitation["Content-Type"].params["method"] == method
        assert Calendar.from_ical(invitation.get_content())["METHOD"] == method
        assert event["ORGANIZER"] == f"mailto:{parseaddr(str(mail['From']))[1]}"
        assert event["ATTENDEE"] == f"mailto:{mail['To']}"
        assert place.clinic.short_name in event["SUMMARY"]
        events.append(event)
    assert {event["UID"] for event in events} == {str(visit.pk)}
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert [event["DTSTART"].dt for event in events] == [
        make.VISIT,
        make.VISIT + make.HOUR,
        make.VISIT + make.HOUR,
    ]
    assert [event["STATUS"] for event in events] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]


def test_a_mail_closes_with_the_postal_address_and_nobody_to_reply_to(
    db, use, inbox, settings
):
    place, _, _ = by_mail(settings)
    sending.send_due(as_of=make.NOW)

    text, html, _, _ = parts(inbox.mails[0][1])
    assert place.clinic.address in text.get_content()
    assert "Please do not reply" in text.get_content()
    assert place.clinic.address in html.get_content()


def test_answers_go_to_the_clinics_own_mail(db, use, inbox, settings):
    place, _, _ = by_mail(settings)
    place.clinic.email = "desk@cedar.example.org"
    place.clinic.save(update_fields=["email"])
    sending.send_due(as_of=make.NOW)

    mail = inbox.mails[0][1]
    assert mail["Reply-To"] == "desk@cedar.example.org"
    assert "do not reply" not in parts(mail)[0].get_content()


def test_a_reminder_can_be_ended_by_one_click_and_a_fact_cannot(
    db, use, inbox, settings
):
    settings.SITE_URL = "https://clinic.example.org"
    by_mail(settings)
    sending.send_due(as_of=make.NOW)
    sending.send_due(as_of=make.at("2026-09-07 10:00"))

    booked, reminder = [mail for _, mail in inbox.mails]
    assert booked["List-Unsubscribe"] is None
    address = reminder["List-Unsubscribe"].strip().strip("<>")
    assert address.startswith("https://clinic.example.org/v/")
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = reminder.get_body(("plain",)).get_content()
    assert "Choose what we send you, or stop it: https://clinic.example.org/v/" in text
