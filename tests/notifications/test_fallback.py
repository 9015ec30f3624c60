"""A message that never arrives by one channel goes by the other once, or is a call."""

import pytest

from notifications import channels
from notifications.channels.contract import Accepted, NotSent, Refused, Unknown
from notifications.models import Message, OptOut
from notifications.selectors.trouble import trouble
from notifications.services import provider_events
from notifications.services.checking import faults
from notifications.services.sending import send_due
from patients.models import Task
from patients.services import consents
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories import patients as make_patient
from tests.factories.notifications import NOW, at
from tests.notifications.scripted import retry_comes

pytestmark = pytest.mark.django_db

REMINDER = at("2026-09-07 10:00")


class ByChannel:
    """A provider that answers texts and mail differently."""

    name, capability = "file", "callback"

    def __init__(self, sms, email=Accepted()):  # noqa: B008  (frozen)
        self.answers = {"sms": sms, "email": email}
        self.letters = []

    def send(self, letter):
        self.letters.append(letter)
        return self.answers[letter.channel]

    def sent(self, channel):
        return [letter for letter in self.letters if letter.channel == channel]


@pytest.fixture
def answers(monkeypatch):
    def use(**by_channel):
        made = ByChannel(**by_channel)
        monkeypatch.setitem(channels.PROVIDERS, "file", made)
        return made

    return use


def both(place, who):
    consents.grant(patient_id=who.pk, channel="email", by=place.by, now=NOW)


def booked_with_both():
    place, who, visit = make.booked()
    both(place, who)
    return place, who, visit


def tell(row, type, number=[0], reason=""):  # noqa: A002, B006
    number[0] += 1
    provider_events.receive(
        provider="file",
        event_id=f"event-{number[0]}",
        message_ref=str(row.pk),
        type=type,
        reason=reason,
    )


def rows(kind="confirmation"):
    return dict(Message.objects.filter(kind=kind).values_list("channel", "state"))


def text(kind="confirmation"):
    return Message.objects.get(kind=kind, channel="sms")


def test_a_refused_text_goes_by_mail_once_and_nobody_calls(answers):
    booked_with_both()
    provider = answers(sms=Refused("number_invalid"))

    for _ in range(4):
        send_due(as_of=NOW)

    assert rows() == {"sms": "dead", "email": "accepted"}
    assert (len(provider.sent("sms")), len(provider.sent("email"))) == (1, 1)
    assert provider.sent("email")[0].address == "marisol@example.org"
    assert not Task.objects.exists()
    assert faults(NOW) == []
    assert trouble(NOW).dead == 0


def test_where_the_mail_is_refused_too_somebody_calls(answers):
    booked_with_both()
    provider = answers(sms=Refused("number_invalid"), email=Refused("http_400"))

    for _ in range(4):
        send_due(as_of=NOW)

    assert rows() == {"sms": "dead", "email": "dead"}
    assert len(provider.letters) == 2
    assert Task.objects.get().text.endswith("a message could not be delivered.")


def test_who_did_not_agree_to_mail_is_called(answers):
    make.booked()
    provider = answers(sms=Refused("number_invalid"))

    send_due(as_of=NOW)

    assert rows() == {"sms": "dead"}
    assert provider.sent("email") == []
    assert Task.objects.count() == 1


def test_a_text_reported_as_undelivered_goes_by_mail(answers):
    booked_with_both()
    provider = answers(sms=Accepted("SM1"))
    send_due(as_of=NOW)

    tell(text(), "undelivered", reason="number_unreachable")
    send_due(as_of=NOW)

    assert rows() == {"sms": "undelivered", "email": "accepted"}
    assert text().reason == "number_unreachable"
    assert len(provider.sent("email")) == 1
    assert not Task.objects.exists()


def test_a_mail_that_waits_is_taken_back_when_the_text_arrives_after_all(answers):
    booked_with_both()
    provider = answers(sms=Accepted("SM1"), email=NotSent("connection_refused"))
    send_due(as_of=NOW)
    tell(text(), "undelivered")
    send_due(as_of=NOW)
    assert rows()["email"] == "scheduled"

    tell(text(), "delivered")
    provider.answers["email"] = Accepted()
    retry_comes()
    send_due(as_of=NOW)

    assert rows() == {"sms": "delivered", "email": "cancelled"}


@pytest.mark.parametrize(
    "order", [("delivered", "undelivered"), ("undelivered", "delivered")]
)
def test_that_it_arrived_outweighs_that_it_did_not_in_any_order(answers, order):
    make.booked()
    answers(sms=Accepted("SM1"))
    send_due(as_of=NOW)

    for kind in order:
        tell(text(), kind)
        send_due(as_of=NOW)

    assert text().state == "delivered"


def test_a_late_sent_never_takes_delivered_back(answers):
    make.booked()
    answers(sms=Accepted("SM1"))
    send_due(as_of=NOW)

    for kind in ("delivered", "accepted"):
        tell(text(), kind)
    send_due(as_of=NOW)

    assert text().state == "delivered"


def test_a_reminder_that_no_text_can_tell_goes_by_mail(answers):
    booked_with_both()
    answers(sms=Accepted())
    send_due(as_of=NOW)
    answers(sms=Refused("number_unreachable"))

    send_due(as_of=REMINDER)
    send_due(as_of=REMINDER)

    assert rows("day_before") == {"sms": "dead", "email": "accepted"}


def test_a_reminder_that_reaches_nobody_becomes_a_call(answers):
    booked_with_both()
    answers(sms=Accepted())
    send_due(as_of=NOW)
    answers(sms=Refused("number_unreachable"), email=Refused("http_400"))

    send_due(as_of=REMINDER)
    send_due(as_of=REMINDER)

    assert rows("day_before") == {"sms": "dead", "email": "dead"}
    assert Task.objects.get().text.endswith("a message could not be delivered.")


def test_of_a_reminder_that_is_lost_after_its_visit_nobody_is_called(answers):
    make.booked()
    answers(sms=Accepted())
    send_due(as_of=NOW)
    send_due(as_of=REMINDER)

    tell(text("day_before"), "undelivered")
    send_due(as_of=at("2026-09-09 10:00"))

    assert not Task.objects.exists()


def test_after_too_many_tries_the_other_channel_takes_over(answers):
    booked_with_both()
    provider = answers(sms=NotSent("recipient_refused", is_outage=False))

    for _ in range(10):
        send_due(as_of=NOW)
        retry_comes()

    assert rows() == {"sms": "dead", "email": "accepted"}
    assert len(provider.sent("email")) == 1


def test_who_opted_out_at_the_provider_is_sent_no_more_texts(answers):
    place, who, _ = booked_with_both()
    provider = answers(sms=Refused("opted_out"))

    send_due(as_of=NOW)
    send_due(as_of=NOW)

    assert OptOut.objects.get().source == "provider"
    assert rows() == {"sms": "dead", "email": "accepted"}
    make.book(place, who, start=at("2026-09-10 09:00"))
    send_due(as_of=NOW)
    assert len(provider.sent("sms")) == 1
    assert len(provider.sent("email")) == 2


def test_an_opt_out_told_by_a_report_is_kept_too(answers):
    booked_with_both()
    answers(sms=Accepted("SM1"))
    send_due(as_of=NOW)

    tell(text(), "undelivered", reason="opted_out")
    send_due(as_of=NOW)

    assert OptOut.objects.get().source == "provider"
    assert rows() == {"sms": "undelivered", "email": "accepted"}


def test_a_page_goes_by_the_persons_other_channel_at_once(answers):
    place = make.office()
    nurse = make_clinic.membership("clinician", place.clinic)
    nurse.user.phone = "+17135550111"
    nurse.user.save()
    make_clinic.on_call(nurse)
    make_patient.task(place.clinic, kind="red_flag", tier=1, now=NOW)
    provider = answers(sms=Refused("number_invalid"))

    send_due(as_of=NOW, urgent=True)
    send_due(as_of=NOW, urgent=True)

    assert rows("on_call_page") == {"sms": "dead", "email": "accepted"}
    assert provider.sent("email")[0].address == nurse.user.email


def test_a_page_reported_as_undelivered_goes_by_the_other_channel(answers):
    place = make.office()
    nurse = make_clinic.membership("clinician", place.clinic)
    nurse.user.phone = "+17135550111"
    nurse.user.save()
    make_clinic.on_call(nurse)
    make_patient.task(place.clinic, kind="red_flag", tier=1, now=NOW)
    answers(sms=Accepted("SM1"))
    send_due(as_of=NOW)

    tell(text("on_call_page"), "undelivered")
    send_due(as_of=NOW)

    assert rows("on_call_page") == {"sms": "undelivered", "email": "accepted"}


def test_news_that_it_arrived_stops_the_second_copy(answers):
    """It comes when the doubt is over and the message waits to be sent again."""
    make.booked()
    provider = answers(sms=Unknown("timeout"))
    send_due(as_of=NOW)
    Message.objects.filter(kind="confirmation").update(
        state="scheduled", lease_token=None, lease_until=None
    )

    tell(text(), "delivered")
    send_due(as_of=NOW)

    assert text().state == "delivered"
    assert len(provider.letters) == 1


def test_that_an_earlier_copy_got_lost_says_nothing_about_the_later_one(answers):
    make.booked()
    answers(sms=Accepted("SM2"))
    send_due(as_of=NOW)

    provider_events.receive(
        provider="file",
        event_id="SM1:undelivered",
        message_ref=str(text().pk),
        type="undelivered",
        provider_message_id="SM1",
    )
    send_due(as_of=NOW)

    assert text().state == "accepted"


def test_news_of_many_strangers_keeps_back_no_other(answers, monkeypatch):
    monkeypatch.setattr(provider_events, "BATCH", 3)
    make.booked()
    answers(sms=Accepted("SM1"))
    send_due(as_of=NOW)
    for number in range(10):
        provider_events.receive(
            provider="file",
            event_id=f"stranger-{number}",
            message_ref=f"00000000-0000-4000-8000-{number:012}",
            type="delivered",
        )

    tell(text(), "delivered")
    send_due(as_of=NOW)

    assert text().state == "delivered"
