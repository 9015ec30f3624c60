"""F14: webhooks that come twice, late, early, in any order, forged or cut off."""

import random

import pytest
from django.test import Client

from notifications.models import Message, ProviderEvent
from notifications.services.checking import faults
from notifications.services.sending import send_due
from tests.factories.notifications import NOW
from tests.faults.fake_provider import many, time_goes_by
from tests.notifications.texts_set_up import use_providers
from tests.sms_provider import SmsProvider

pytestmark = pytest.mark.django_db

EACH = 20
# What becomes of a message, as its provider tells it; the last word decides.
STORIES = [("sent", "delivered"), ("sent", "undelivered"), ("sent",)]
ENDS = {"sent": "accepted", "delivered": "delivered", "undelivered": "undelivered"}


@pytest.fixture(params=SmsProvider.dialects)
def there(request, settings):
    with SmsProvider(request.param) as provider:
        use_providers(settings, provider)
        yield provider


def sent(there, count=EACH):
    many(count - 1)
    send_due(as_of=NOW)
    assert len(there.ledger) == count
    return there.ledger


def stories(taken):
    return {
        one.message: (one, STORIES[number % len(STORIES)])
        for number, one in enumerate(taken)
    }


def reports(there, told):
    return [
        there.callback(one, status) for one, story in told.values() for status in story
    ]


def expected(told):
    return {key: ENDS[story[-1]] for key, (_, story) in told.items()}


def states(keys):
    rows = Message.objects.filter(pk__in=keys)
    return dict(rows.values_list("pk", "state"))


def post(*all_reports):
    client = Client()
    return [report.post(client).status_code for report in all_reports]


def test_in_order_and_once(there):
    told = stories(sent(there))

    post(*reports(there, told))
    send_due(as_of=NOW)

    assert states(told) == expected(told)


def test_every_report_three_times(there):
    told = stories(sent(there))
    found = reports(there, told)

    assert set(post(*found, *found, *found)) == {204}
    send_due(as_of=NOW)

    assert states(told) == expected(told)
    assert ProviderEvent.objects.count() == len(found)


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_and_applied_in_parts(there, seed):
    told = stories(sent(there))
    found = reports(there, told)
    random.Random(seed).shuffle(found)

    for report in found:
        post(report)
        if random.Random(seed).random() < 0.3:
            send_due(as_of=NOW, limit=0)
    send_due(as_of=NOW)

    assert states(told) == expected(told)


def test_delivered_and_undelivered_of_one_message_in_either_order(there):
    told = sent(there)
    for number, one in enumerate(told):
        pair = ["delivered", "undelivered"]
        for status in pair if number % 2 else reversed(pair):
            post(there.callback(one, status))
    send_due(as_of=NOW)

    assert set(states([one.message for one in told]).values()) == {"delivered"}


def test_before_we_have_written_down_that_they_left(there):
    """The report overtakes our own settling: it stands, and nothing is sent again."""
    client = Client()
    behave = there.behave

    def tell_first(taken, nth):
        early.append(taken)
        return behave(taken, nth)

    early: list = []
    there.behave = tell_first
    many(EACH - 1)

    def told(point):
        if point == "after_call":
            for one in early:
                assert there.callback(one, "delivered").post(client).status_code == 204
            early.clear()

    send_due(as_of=NOW, at_point=told)
    send_due(as_of=NOW)

    rows = Message.objects.filter(kind="confirmation")
    assert set(rows.values_list("state", flat=True)) == {"delivered"}
    assert max(there.copies.values()) == 1


def test_after_a_doubt_long_past_they_still_count(there):
    there.behave = lambda taken, nth: "reset_inside"
    many(4)
    send_due(as_of=NOW)
    for one in list(there.ledger):
        post(there.callback(one, "delivered"))

    send_due(as_of=NOW)
    time_goes_by()
    send_due(as_of=NOW)

    assert set(there.copies.values()) == {1}
    rows = Message.objects.filter(kind="confirmation", pk__in=there.copies)
    assert set(rows.values_list("state", flat=True)) == {"delivered"}


def test_forged_ones_change_nothing(there):
    told = stories(sent(there))
    bad = {"X-Twilio-Signature": "eA==", "Telnyx-Signature-Ed25519": "eA=="}

    codes = [
        report.post(Client(), headers=bad).status_code
        for report in reports(there, told)
    ]
    send_due(as_of=NOW)

    assert set(codes) == {403}
    assert not ProviderEvent.objects.exists()
    assert set(states(told).values()) == {"accepted"}


def test_those_cut_off_anywhere_change_nothing(there):
    told = stories(sent(there))
    dice = random.Random(there.dialect)

    codes = [
        report.post(
            Client(), body=report.body[: dice.randrange(len(report.body))]
        ).status_code
        for report in reports(there, told)
    ]
    send_due(as_of=NOW)

    assert set(codes) == {403}
    assert set(states(told).values()) == {"accepted"}


def test_a_doubt_told_about_late_is_no_fault_in_the_end(there):
    there.behave = lambda taken, nth: "garbage" if nth == 1 else "accept"
    many(9)
    uncertain = Message.objects.filter(state="uncertain")

    for _ in range(12):
        send_due(as_of=NOW)
        post(*[there.callback(one, "delivered") for one in there.ledger])
        send_due(as_of=NOW, limit=0)
        time_goes_by()

    assert not uncertain.exists()
    assert max(there.copies.values()) == 1
    assert faults(NOW) == []
