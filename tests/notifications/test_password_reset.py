"""A forgotten password: one answer for all, the mail leaves by the outbox."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from notifications.models import Asked, MailboxItem, Message
from notifications.services import checking, sending
from tests.factories import clinics as make

RESET = "/account/password/reset/"
KEY = re.compile(r"http\S+(/account/password/reset/key/\S+)")
NEW = "a-new-passphrase-of-the-tests"


def ask(address):
    return Client().post(RESET, {"email": address})


def send(after=timedelta(0)):
    sending.send_due(as_of=clock.now() + after)


@pytest.fixture
def nurse(db):
    return make.membership("nurse")


def test_the_mail_arrives_and_sets_a_new_password(nurse):
    ask(nurse.user.email)
    send()

    item = MailboxItem.objects.get(user=nurse.user)
    assert (item.channel, item.address) == ("email", nurse.user.email)
    browser = Client()
    page = browser.get(KEY.search(item.body)[1], follow=True)
    browser.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    nurse.user.refresh_from_db()
    assert nurse.user.check_password(NEW)


def test_its_key_is_kept_nowhere_but_in_the_readers_own_mailbox(nurse):
    ask(nurse.user.email)
    send()

    key = KEY.search(MailboxItem.objects.get().body)[1].split("/")[-2]
    row = Message.objects.get()
    kept = f"{row.title} {row.body} {[one.body for one in row.tries.all()]}"
    assert "/password/reset/key/•••/" in row.body
    assert key not in kept
    assert key.partition("-")[2] not in kept


def counted(address):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = ask(address)
    said = [re.sub(r"'[^']*'|\d+|NULL|true|false", "?", q["sql"]) for q in queries]
    return answer, said


def test_known_and_unknown_addresses_are_answered_alike_by_the_same_statements(nurse):
    ask("first@example.org")
    known, said_known = counted(nurse.user.email)
    unknown, said_unknown = counted("no@example.org")

    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"]
    assert said_known == said_unknown


def test_a_stranger_gets_nothing_and_is_forgotten(nurse):
    ask("no@example.org")
    assert Asked.objects.count() == 1
    send()

    assert not Asked.objects.exists()
    assert not Message.objects.exists()
    assert not MailboxItem.objects.exists()


def test_mail_that_is_down_changes_no_answer_and_loses_no_wish(
    nurse, settings, monkeypatch
):
    settings.CHANNELS = {"sms": "none", "email": "email"}

    def down(*_, **__):
        raise ConnectionRefusedError

    with monkeypatch.context() as outage:
        outage.setattr("django.core.mail.message.EmailMessage.send", down)
        known, unknown = ask(nurse.user.email), ask("no@example.org")
        send()
    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"]
    assert mail.outbox == []

    Message.objects.update(not_before=None)
    from notifications.models import ProviderState

    ProviderState.objects.all().delete()
    send(timedelta(minutes=10))

    assert [one.to for one in mail.outbox] == [[nurse.user.email]]


def test_it_comes_at_night_and_from_a_clinic_that_sends_patients_nothing(nurse):
    nurse.clinic.sends_on = False
    nurse.clinic.save(update_fields=["sends_on"])
    ask(nurse.user.email)
    Asked.objects.update(asked_at=clock.now().replace(hour=9))
    send()

    assert MailboxItem.objects.count() == 1


def test_who_does_not_work_here_any_more_gets_none(nurse):
    nurse.ended_at = clock.now()
    nurse.save(update_fields=["ended_at"])

    assert ask(nurse.user.email).status_code == 302
    send()

    assert not MailboxItem.objects.exists()


def test_the_check_of_messages_finds_nothing_amiss(nurse):
    ask(nurse.user.email)
    send()

    assert checking.faults(clock.now()) == []
