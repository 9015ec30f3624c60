"""A STOP, a preference or a lost message changes the way, and nobody hears twice."""

from dataclasses import replace

import pytest
from django.test import Client

from core import clock
from core.models import FailedReaction
from notifications.domain import replies
from notifications.domain.catalogue import CHECK_INS, KINDS
from notifications.domain.plan import plan
from notifications.domain.templates import TEMPLATES
from notifications.domain.wanted import Reach
from notifications.models import MailboxItem, Message
from notifications.services import opt_outs
from notifications.services.checking import faults
from notifications.services.sending import send_due
from patients.services.patients import Changes, amend
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories.notifications import BY, HOUSTON, NOW, at
from tests.notifications.before import calls, heard, pass_time
from tests.notifications.test_plan import check_in, visit

MONDAY = at("2026-09-07 10:00")
BOTH = {"sms_consent": True, "email_consent": True, "phone": "+1 713 555 0133"}


def sane(now):
    assert not list(FailedReaction.objects.values_list("error", "place"))
    assert [fault.text for fault in faults(now)] == []


def stop(now, scope=replies.ALL, channel="sms", phone="+17135550133"):
    opt_outs.stop(
        address=phone, source="text", scope=scope, channel=channel, by=BY, now=now
    )


@pytest.mark.django_db
@pytest.mark.parametrize("scope", [replies.ALL, replies.REMINDERS])
def test_a_stop_in_answer_to_a_reminder_does_not_bring_it_again_by_mail(scope):
    make.booked(**BOTH)
    send_due(as_of=NOW)
    send_due(as_of=MONDAY)

    soon = at("2026-09-07 10:05")
    stop(soon, scope)
    send_due(as_of=soon)

    told = [(row[0], row[1]) for row in heard()]
    assert told.count(("day_before", "sms")) == 1
    assert Message.objects.filter(kind="day_before").count() == 1
    assert calls() == []
    sane(soon)


@pytest.mark.django_db
def test_who_stops_texts_by_answering_the_reminder_is_not_called_about_it():
    make.booked(phone="+1 713 555 0133")
    pass_time(NOW, MONDAY)

    stop(at("2026-09-07 10:05"))
    pass_time(at("2026-09-07 10:05"), at("2026-09-08 08:30"))

    assert [row[0] for row in heard()] == ["confirmation", "day_before"]
    assert calls() == []


@pytest.mark.django_db
def test_a_stop_before_the_reminder_brings_it_by_mail_once():
    make.booked(**BOTH)
    send_due(as_of=NOW)

    stop(NOW + make.HOUR, replies.REMINDERS)
    send_due(as_of=MONDAY)

    assert [row[:2] for row in heard()][-1] == ("day_before", "email")
    assert [row[0] for row in heard()].count("day_before") == 1
    sane(MONDAY)


@pytest.mark.django_db
def test_who_ended_reminders_is_reminded_by_telephone():
    make.booked(phone="+1 713 555 0133")
    send_due(as_of=NOW)

    stop(NOW + make.HOUR, replies.REMINDERS)
    row = Message.objects.get(kind="day_before")
    assert (row.state, row.reason) == ("suppressed", "opted_out")
    pass_time(NOW + make.HOUR, at("2026-09-08 08:30"))

    assert calls() == [
        ("Call the patient and remind them of their visit", "Mon 2026-09-07 10:00")
    ]


@pytest.mark.django_db
def test_who_prefers_calls_is_called_for_what_a_message_would_say():
    place = make.office()
    who = make.patient(place)
    wish = Changes(preferred_channel="call")
    amend(patient_id=who.pk, version=who.version, changes=wish, by=BY, now=NOW)
    make.book(place, who)

    pass_time(NOW, at("2026-09-08 08:30"), calling=True)

    assert heard() == []
    assert [text for text, _ in calls()] == [
        "Call the patient and confirm the visit that was booked",
        "Call the patient and remind them of their visit",
    ]


def test_every_kind_that_recurs_names_the_stop_that_ends_it():
    for kind in KINDS.values():
        if kind.link in {"check_in", "book"} or kind.code in CHECK_INS.values():
            assert kind.purpose == replies.CHECK_INS, kind.code
        elif kind.is_reminder:
            assert kind.purpose == replies.REMINDERS, kind.code
        else:
            assert kind.purpose == replies.ALL, kind.code
        assert kind.offers_stop == (kind.purpose != replies.ALL), kind.code


def test_a_lost_check_in_does_not_go_where_check_ins_were_ended():
    reach = Reach(
        zone=HOUSTON,
        contacts=frozenset({"sms", "email"}),
        consents=frozenset({"sms", "email"}),
        stopped=frozenset({("sms", replies.CHECK_INS)}),
    )
    asked = check_in("D3", "2026-09-18", "2026-09-19")
    now = at("2026-09-18 10:00")
    (first,) = plan(asked, reach=reach, now=now).messages
    assert first.channel == "email"

    again = plan(asked, reach=reach, now=now, lost={first.dedupe_key})

    assert {message.channel for message in again.messages} == {"email"}


def test_a_check_in_that_left_is_not_asked_again_where_the_patient_moves_to():
    asked = check_in("D3", "2026-09-18", "2026-09-19")
    both = {"sms", "email"}
    reach = Reach(zone=HOUSTON, contacts=frozenset(both), consents=frozenset(both))
    now = at("2026-09-18 11:00")
    (first,) = plan(asked, reach=reach, now=now).messages
    assert first.channel == "sms"

    mail = Reach(
        zone=HOUSTON,
        contacts=frozenset({"email"}),
        consents=frozenset(both),
        refused=frozenset({"sms"}),
    )
    assert plan(asked, reach=mail, now=now, left={first.dedupe_key}).messages == ()
    (other,) = plan(asked, reach=mail, now=now).messages
    assert other.channel == "email"


def test_who_said_that_they_do_not_come_is_not_called_to_be_reminded():
    nobody = Reach(zone=HOUSTON)
    booked = visit("2026-10-14 08:30", "2026-09-17 10:00", purpose="procedure")
    now = at("2026-09-17 10:00")
    assert {"day_before", "prepare_t7"} < {
        call.kind for call in plan(booked, reach=nobody, now=now).calls
    }

    declined = replace(booked, answer="no")
    assert plan(declined, reach=nobody, now=now).calls == ()


def test_only_who_has_preferences_is_pointed_to_them():
    strangers = {"password_reset", "trial", "enquiry_received", "on_call_page"}
    for (kind, _, channel), text in TEMPLATES.items():
        if channel != "email" or (not KINDS[kind].link and kind != "new_link"):
            assert "{preferences}" not in text.body, text
        else:
            assert kind not in strangers
            assert "{preferences}" in text.body, text


@pytest.mark.django_db
def test_a_mail_to_staff_holds_no_address_without_its_token():
    nurse = make_clinic.membership("nurse")
    Client().post("/account/password/reset/", {"email": nurse.user.email})
    send_due(as_of=clock.now())

    body = MailboxItem.objects.get(user=nurse.user).body
    assert "/password/reset/key/" in body
    assert "/v/" not in body
