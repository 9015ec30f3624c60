"""Providers that fail in every way: what our rows say against their ledger."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from notifications import channels
from notifications.domain import states
from notifications.models import Message, ProviderState
from notifications.selectors.trouble import in_doubt, trouble
from notifications.services.checking import faults
from notifications.services.sending import send_due
from patients.models import Task
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories import patients as make_patient
from tests.factories.notifications import NOW, at
from tests.faults.fake_provider import Fake, many, time_goes_by, turns
from tests.faults.sizes import size

pytestmark = pytest.mark.django_db

MESSAGES = size(100, 2000)
REMINDER = at("2026-09-07 10:00")
EVENING = at("2026-09-07 22:30")


@pytest.fixture
def fake(monkeypatch):
    """Put a provider that behaves as told in the file channel's place."""

    def use(behave, capability="opaque"):
        made = Fake(behave, capability)
        monkeypatch.setitem(channels.PROVIDERS, "file", made)
        return made

    return use


def sometimes(seed):
    """A third of first calls go wrong, one way or another; later ones do not."""
    dice = random.Random(seed)
    wrong = ("refuse", "late", "lost", "garbage")

    def behave(letter, nth):
        return dice.choice(wrong) if nth == 1 and dice.random() < 0.3 else "accept"

    return behave


def confirmations():
    return Message.objects.filter(kind="confirmation")


@pytest.mark.parametrize("capability", ["idempotent", "callback", "opaque"])
def test_mixed_faults_lose_nothing_and_double_nothing_but_listed(fake, capability):
    many(MESSAGES)
    provider = fake(sometimes(capability), capability)

    turns(8)

    arrived = confirmations().filter(state__in=["accepted", "delivered"])
    assert arrived.count() == MESSAGES + 1
    assert {message.pk for message in arrived} == set(provider.ledger)
    assert max(provider.ledger.values()) <= 2
    if capability != "opaque":
        assert provider.doubled == []
    listed = set(confirmations().filter(doubts__gt=0).values_list("pk", flat=True))
    assert set(provider.doubled) <= listed


def test_nothing_leaves_after_its_visit_was_cancelled_between_the_tries(fake):
    place, _, visit = many(5)
    provider = fake(lambda letter, nth: "refuse")
    send_due(as_of=NOW)

    make.cancel(place, visit, now=NOW)
    provider.behave = lambda letter, nth: "accept"
    time_goes_by()
    turns(3)

    own = confirmations().get(subject=f"appointment:{visit.pk}")
    assert own.state == "cancelled"
    assert own.pk not in provider.ledger
    assert len(provider.ledger) == 5


def test_an_outage_uses_up_no_tries_and_drains_when_it_is_over(fake):
    many(60)
    provider = fake(lambda letter, nth: "refuse")

    turns(20)

    down = ProviderState.objects.get(provider="file")
    assert down.down_since is not None
    assert set(confirmations().values_list("state", flat=True)) == {"scheduled"}
    assert not Task.objects.exists()
    assert sum(provider.calls.values()) < 60
    assert any("file does not answer" in line for line in trouble(NOW).lines)

    provider.behave = lambda letter, nth: "accept"
    turns(3)

    assert set(confirmations().values_list("state", flat=True)) == {"accepted"}
    assert set(provider.ledger.values()) == {1}
    assert ProviderState.objects.get(provider="file").down_since is None


def test_one_letter_at_a_time_probes_a_provider_that_is_down(fake):
    many(20)
    provider = fake(lambda letter, nth: "refuse")
    send_due(as_of=NOW)
    before = sum(provider.calls.values())

    time_goes_by()
    send_due(as_of=NOW)

    assert sum(provider.calls.values()) == before + 1


def test_a_reminder_in_doubt_is_not_sent_again_and_is_listed(fake):
    many(30)
    provider = fake(lambda letter, nth: "accept")
    send_due(as_of=NOW)
    provider.ledger.clear()
    provider.behave = lambda letter, nth: "lost"

    turns(10, as_of=REMINDER)
    send_due(as_of=REMINDER)

    assert provider.doubled == []
    doubtful = Message.objects.filter(kind="day_before", state="uncertain")
    assert set(doubtful.values_list("pk", flat=True)) == set(provider.ledger)
    assert set(in_doubt(Message.objects.all())) <= set(doubtful)
    assert in_doubt(Message.objects.all()).count() >= 10
    assert {f.kind for f in faults(REMINDER)} == {"in_doubt"}


def test_what_must_arrive_goes_once_more_and_then_somebody_calls(fake):
    many(3)
    provider = fake(lambda letter, nth: "lost")

    turns(20)

    assert set(provider.ledger.values()) == {2}
    assert set(confirmations().values_list("state", flat=True)) == {"uncertain"}
    assert Task.objects.filter(text__contains="nobody knows").count() == 4


def test_a_provider_that_names_two_messages_alike_is_believed_without_the_name(fake):
    many(3)
    provider = fake(lambda letter, nth: "accept")
    provider.send = lambda letter: channels.contract.Accepted("the same")

    send_due(as_of=NOW)

    assert set(confirmations().values_list("state", flat=True)) == {"accepted"}


def test_reminders_too_late_after_an_outage_are_loud_and_become_calls(fake):
    many(20)
    fake(lambda letter, nth: "accept")
    send_due(as_of=NOW)

    send_due(as_of=EVENING)

    assert trouble(EVENING).expired == 21
    tasks = Task.objects.filter(text__contains="could not leave in time")
    assert (tasks.count(), tasks.values("patient").distinct().count()) == (21, 21)
    turns(2, as_of=EVENING)
    assert tasks.count() == 21


def test_a_batch_costs_few_statements_a_message(fake):
    many(99)
    fake(lambda letter, nth: "accept", "idempotent")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        tally = send_due(as_of=NOW)

    assert tally.sent == 100
    assert len(asked) / tally.sent <= 1


def test_a_message_nobody_can_judge_stops_in_the_end_and_is_listed(fake):
    many(4)
    strange = confirmations().order_by("pk").first()
    Message.objects.filter(pk=strange.pk).update(kind="unheard_of")
    fake(lambda letter, nth: "accept")

    assert {f.kind for f in faults(NOW)} == {"unreadable"}
    send_due(as_of=NOW)
    strange.refresh_from_db()
    assert (strange.state, strange.gate_faults) == ("scheduled", 1)
    assert {f.kind for f in faults(NOW)} == {"unjudged"}
    turns(9)

    strange.refresh_from_db()
    assert (strange.state, strange.gate_faults) == (states.DEAD, 8)
    assert confirmations().filter(state="accepted").count() == 4
    (listed,) = faults(NOW)
    assert (listed.kind, "KeyError" in listed.text) == ("dead", True)


def test_a_message_in_a_language_nobody_knows_leaves_as_its_reader_reads(fake):
    many(4)
    strange = confirmations().order_by("pk").first()
    Message.objects.filter(pk=strange.pk).update(language="xx")
    fake(lambda letter, nth: "accept")

    send_due(as_of=NOW)

    strange.refresh_from_db()
    assert (strange.state, strange.language) == ("accepted", "en")


def test_every_dead_message_is_listed_with_its_reason(fake):
    many(29)
    fake(lambda letter, nth: "reject")

    send_due(as_of=NOW)

    found = [fault for fault in faults(NOW) if fault.kind == "dead"]
    assert len(found) == 30
    assert all("recipient_refused" in fault.text for fault in found)
    assert Task.objects.filter(text__contains="could not be delivered").count() == 30


def test_a_provider_gets_no_more_than_its_rate_and_a_page_goes_before(fake, settings):
    settings.SEND_RATES = {"file": 40.0}
    place, _, _ = many(49)
    provider = fake(lambda letter, nth: "accept")

    assert (send_due(as_of=NOW).sent, send_due(as_of=NOW).sent) == (20, 0)
    make_clinic.on_call(make_clinic.membership("clinician", place.clinic))
    make_patient.task(place.clinic, kind="red_flag", tier=1, now=NOW)
    assert send_due(as_of=NOW).sent == 1
    a_minute = timedelta(minutes=1)
    ProviderState.objects.update(filled_at=F("filled_at") - a_minute)

    assert (send_due(as_of=NOW).sent, len(provider.ledger)) == (20, 41)
