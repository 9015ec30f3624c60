"""F15 and more: two providers of texts that fail in every way, over real HTTP.

Their ledger against ours: nothing lost, nothing doubled, and the one that fails does
not touch what the other carries.
"""

import dataclasses
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from core.actor import job
from notifications import channels
from notifications.channels import telnyx, twilio
from notifications.models import Message, ProviderState
from notifications.selectors.providers import doors
from notifications.selectors.trouble import trouble
from notifications.services import providers
from notifications.services.checking import faults
from notifications.services.sending import send_due
from patients.models import Task
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories import patients as make_patient
from tests.factories.notifications import NOW
from tests.faults.fake_provider import Fake, many, time_goes_by
from tests.notifications.texts_set_up import use_providers
from tests.sms_provider import Manner, SmsProvider, mixed

pytestmark = pytest.mark.django_db

MESSAGES = 300
WRONG = [
    "down",
    "down_but_took",
    "busy",
    "unavailable",
    "late_before",
    "late_after",
    "reset_before",
    "reset_inside",
    "garbage",
]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """A time-out of 10 s is no different from one of a half, and longer to test."""
    monkeypatch.setattr(twilio, "TIMEOUTS", (3.0, 0.5))
    monkeypatch.setattr(telnyx, "READ_SECONDS", 0.5)
    telnyx._client.cache_clear()
    yield
    telnyx._client.cache_clear()


@pytest.fixture
def pair(settings):
    with SmsProvider("twilio") as one, SmsProvider("telnyx") as other:
        use_providers(settings, one, other, weights=(80, 20))
        yield one, other


def confirmations():
    return Message.objects.filter(kind="confirmation")


def turns(count, *there, are_blocks_over=True):
    """Turns of the sender; after each the providers tell, and then all waits end.

    Without `are_blocks_over` those that a provider has asked for itself do not.
    """
    told: set[str] = set()
    client = Client()
    for _ in range(count):
        send_due(as_of=NOW)
        for provider in there:
            for taken in provider.ledger:
                if taken.name not in told:
                    told.add(taken.name)
                    answer = provider.callback(taken, "delivered").post(client)
                    assert answer.status_code == 204
        # What they told is heard before any doubt is over.
        send_due(as_of=NOW, limit=0)
        time_goes_by()
        if are_blocks_over:
            ProviderState.objects.update(blocked_until=None)


def copies(*there):
    found: Counter = Counter()
    for provider in there:
        found += provider.copies
    return found


def test_mixed_faults_of_both_lose_nothing_and_double_nothing(pair):
    one, other = pair
    one.behave = other.behave = mixed("both", WRONG)
    many(MESSAGES - 1)

    turns(12, one, other)

    taken = copies(one, other)
    assert set(confirmations().values_list("state", flat=True)) == {"delivered"}
    assert set(taken) == set(confirmations().values_list("pk", flat=True))
    assert max(taken.values()) == 1
    assert not Task.objects.exists()
    assert faults(NOW) == []


@pytest.mark.parametrize("capability", ["idempotent", "callback", "opaque"])
def test_with_any_kind_of_provider_beside_it_nothing_is_lost(
    settings, monkeypatch, capability
):
    """Twilio shares with one that can do more or less than it."""
    behave, tried = mixed("half", WRONG), set()

    def by_http(taken, nth):
        if taken.message in tried:
            return "accept"
        tried.add(taken.message)
        return behave(taken, nth)

    def by_hand(letter, nth):
        is_first = letter.message_id not in tried
        tried.add(letter.message_id)
        return "lost" if is_first and letter.message_id.int % 3 == 0 else "accept"

    fake = Fake(by_hand, capability)
    monkeypatch.setitem(channels.PROVIDERS, "file", fake)
    with SmsProvider("twilio", by_http) as one:
        use_providers(settings, one)
        settings.CHANNELS = {"sms": "twilio:50,file:50", "email": "file"}
        many(99)

        turns(12, one)

        taken = copies(one) + fake.ledger
    arrived = confirmations().filter(state__in=["accepted", "delivered"])
    assert arrived.count() == 100
    assert set(taken) == {message.pk for message in arrived}
    doubled = {key for key, count in taken.items() if count > 1}
    assert max(taken.values()) <= 2
    listed = set(confirmations().filter(doubts__gt=0).values_list("pk", flat=True))
    assert doubled <= listed
    if capability != "opaque":
        assert doubled == set()


def test_each_carries_its_share(pair):
    one, other = pair
    many(99)

    turns(3, one, other)

    assert len(one.ledger) + len(other.ledger) == 100
    assert len(one.ledger) == pytest.approx(80, abs=18)


def test_when_the_first_is_down_the_other_carries_all_at_once(pair):
    one, other = pair
    # It asks for a wait longer than this test: what it was not even asked for after
    # its first failures avoids it by that alone.
    one.behave = lambda taken, nth: Manner(503, retry_after="600")
    many(59)

    turns(4, one, other, are_blocks_over=False)

    assert len(other.ledger) == 60
    assert one.ledger == []
    assert set(confirmations().values_list("state", flat=True)) == {"delivered"}


def test_nobody_listening_at_the_first_costs_no_message_and_it_comes_back(
    pair, settings
):
    one, other = pair
    there = settings.TWILIO
    settings.TWILIO = dataclasses.replace(there, base_url="http://127.0.0.1:9")
    many(39)
    turns(3, one, other)
    down = ProviderState.objects.get(provider="twilio")
    assert down.down_since is not None
    assert (len(other.ledger), down.weight_off > 0) == (40, True)
    assert any("twilio does not answer" in line for line in trouble(NOW).lines)

    settings.TWILIO = there
    place = make.office()
    for hour in range(8, 16):
        start = make.VISIT.replace(hour=hour)
        who = make.patient(place, phone=f"+171355502{hour:02}")
        make.book(place, who, start=start)
    turns(3, one, other)

    back = ProviderState.objects.get(provider="twilio")
    assert back.down_since is None
    assert len(one.ledger) >= 1
    assert len(one.ledger) + len(other.ledger) == 48


def test_a_letter_that_was_never_called_does_not_avoid_its_provider(pair):
    one, other = pair
    one.behave = other.behave = lambda taken, nth: "accept"
    many(49)
    Message.objects.filter(kind="confirmation").update(
        attempts=1, uncounted=1, provider="twilio", reason="stale"
    )

    turns(3, one, other)

    assert len(one.ledger) > len(other.ledger)


def test_a_paused_provider_gets_nothing_and_the_other_all(pair):
    one, other = pair
    providers.pause(provider="twilio", reason="test", by=job("tests"), now=NOW)
    many(19)

    turns(2, one, other)

    assert (len(one.ledger), len(other.ledger)) == (0, 20)


def test_weights_move_away_from_a_failing_one_and_back(pair):
    one, other = pair
    one.behave = lambda taken, nth: "busy" if nth == 1 else "accept"
    many(19)
    send_due(as_of=NOW)
    ProviderState.objects.update(blocked_until=None)
    assert ProviderState.objects.get(provider="twilio").weight_off == 0

    one.behave = lambda taken, nth: "down"
    turns(1, one, other)
    place = make.office()
    make.book(place, make.patient(place, phone="+17135550301"))
    one.behave = lambda taken, nth: "down" if nth == 1 else "accept"
    for number in range(6):
        who = make.patient(place, phone=f"+171355504{number:02}")
        make.book(place, who, start=make.VISIT + number * make.HOUR)
    turns(1, one, other)

    lost = ProviderState.objects.get(provider="twilio")
    assert lost.weight_off > 0
    hour = timedelta(hours=1)
    ProviderState.objects.filter(provider="twilio").update(
        weight_off_at=F("weight_off_at") - hour
    )
    assert doors({"twilio"})["twilio"].off == 0


def test_a_message_in_doubt_goes_to_no_other_while_the_first_may_tell(pair):
    one, other = pair
    one.behave = other.behave = lambda taken, nth: "reset_inside"
    make.booked()

    for _ in range(5):
        send_due(as_of=NOW)

    assert confirmations().get().state == "uncertain"
    assert len(one.asked) + len(other.asked) == 1


def test_an_idempotent_provider_keeps_its_doubts_to_itself(settings, monkeypatch):
    """Handed to another, its message would be there twice."""
    fake = Fake(lambda letter, nth: "lost" if nth < 4 else "accept", "idempotent")
    monkeypatch.setitem(channels.PROVIDERS, "file", fake)
    with SmsProvider("twilio") as one:
        use_providers(settings, one)
        settings.CHANNELS = {"sms": "twilio:0,file:100", "email": "file"}
        make.booked()

        turns(6, one)

    assert one.ledger == []
    assert set(fake.ledger.values()) == {1}


def test_a_page_gets_out_though_the_first_provider_is_down(pair):
    one, _ = pair
    one.behave = lambda taken, nth: "unavailable"
    place = make.office()
    nurse = make_clinic.membership("clinician", place.clinic)
    nurse.user.phone = "+17135550111"
    nurse.user.save()
    make_clinic.on_call(nurse)
    make_patient.task(place.clinic, kind="red_flag", tier=1, now=NOW)

    for _ in range(3):
        send_due(as_of=NOW, urgent=True)
        Message.objects.update(not_before=None)

    page = Message.objects.get(kind="on_call_page")
    assert (page.state, page.provider) == ("accepted", "telnyx")


def test_each_keeps_to_its_own_rate(pair, settings):
    one, other = pair
    settings.SEND_RATES = {"twilio": 20.0, "telnyx": 10.0}
    many(59)
    began = time.monotonic()

    for _ in range(3):
        send_due(as_of=NOW)

    minutes = (time.monotonic() - began) / 60
    assert 10 <= len(one.ledger) <= 10 + 20 * minutes
    assert 5 <= len(other.ledger) <= 5 + 10 * minutes
