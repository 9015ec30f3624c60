"""What becomes of a message after its call, and of a holder that is gone."""

from datetime import timedelta

import pytest

from core import clock
from notifications.channels.contract import Accepted, NotSent, Refused, Unknown
from notifications.models import (
    Attempt,
    AttemptOutcome,
    Message,
    ProviderEvent,
    ProviderState,
)
from notifications.selectors import situations
from notifications.services import provider_events, settling
from notifications.services.claiming import claim
from notifications.services.gating import pass_gate
from notifications.services.sending import send_due
from notifications.services.settling import settle
from notifications.services.sweeping import sweep
from patients.models import Task
from tests.factories import notifications as make
from tests.factories.notifications import NOW, at
from tests.notifications.scripted import lease_ends, retry_comes, state_of

pytestmark = pytest.mark.django_db


def test_a_known_failure_is_tried_again_later(provider):
    make.booked()
    scripted = provider(NotSent("connection_refused"), Accepted())

    send_due(as_of=NOW)
    assert state_of() == ("scheduled", "connection_refused")
    assert Message.objects.get(kind="confirmation").sent_at is None
    send_due(as_of=NOW)
    assert len(scripted.letters) == 1
    retry_comes()
    send_due(as_of=NOW)

    assert (len(scripted.letters), state_of()[0]) == (2, "accepted")


def test_a_provider_that_asks_for_time_gets_it(provider):
    make.booked()
    provider(NotSent("too_many_requests", timedelta(hours=1)))

    send_due(as_of=NOW)
    retry_comes()
    send_due(as_of=NOW)

    assert ProviderState.objects.get(provider="file").blocked_until is not None
    assert state_of() == ("scheduled", "blocked")


def test_after_eight_attempts_somebody_calls_instead(provider):
    make.booked()
    scripted = provider(NotSent("recipient_refused"))

    for _ in range(9):
        send_due(as_of=NOW)
        retry_comes()

    assert (len(scripted.letters), state_of()) == (8, ("dead", "too_many_attempts"))
    assert Task.objects.get().text.startswith("Call the patient about their visit")


def test_a_refusal_for_good_is_not_repeated_and_somebody_calls(provider):
    make.booked()
    scripted = provider(Refused("recipient_refused"))

    for _ in range(2):
        send_due(as_of=NOW)

    assert (len(scripted.letters), state_of()[0]) == (1, "dead")
    assert Task.objects.count() == 1


def test_an_unknown_outcome_waits_and_is_then_repeated(provider):
    make.booked()
    scripted = provider(Unknown("timeout"), Accepted())

    send_due(as_of=NOW)
    assert state_of() == ("uncertain", "timeout")
    send_due(as_of=NOW)
    assert len(scripted.letters) == 1
    lease_ends()
    send_due(as_of=NOW)

    assert (len(scripted.letters), state_of()[0]) == (2, "accepted")


def test_an_adapter_that_raises_leaves_an_unknown_outcome(provider):
    make.booked()
    scripted = provider(Accepted())
    scripted.send = lambda letter: 1 / 0

    send_due(as_of=NOW)

    assert state_of() == ("uncertain", "ZeroDivisionError")


def test_a_message_that_cannot_be_judged_does_not_stop_the_others(monkeypatch):
    place, _, broken = make.booked()
    make.book(place, make.patient(place), start=at("2026-09-08 11:00"))
    snapshot = situations.visit_of

    def fail(visit, rows):
        if visit.pk == broken.pk:
            raise KeyError(visit.pk)
        return snapshot(visit, rows)

    monkeypatch.setattr(situations, "visit_of", fail)

    assert send_due(as_of=NOW).sent == 1
    stopped = Message.objects.get(subject__endswith=broken.pk, kind="confirmation")
    assert (stopped.state, stopped.reason) == ("scheduled", "gate_failed:KeyError")


def test_a_callback_settles_what_was_uncertain(provider):
    make.booked()
    scripted = provider(Unknown("timeout"), capability="callback")
    send_due(as_of=NOW)

    for _ in range(2):
        provider_events.receive(
            provider="file",
            event_id="e1",
            message_ref=str(scripted.letters[0].message_id),
            type="delivered",
        )
    applied = provider_events.apply_all(now=NOW)

    assert (applied, state_of()[0]) == (1, "delivered")


def test_what_a_talking_provider_has_not_told_of_goes_again(provider):
    make.booked()
    told_nothing = [Unknown("timeout"), Unknown("timeout"), Accepted()]
    scripted = provider(*told_nothing, capability="callback")

    for _ in range(3):
        send_due(as_of=NOW)
        lease_ends()

    assert (len(scripted.letters), state_of()[0]) == (3, "accepted")


@pytest.mark.parametrize(("heard", "state"), [(False, "uncertain"), (True, "accepted")])
def test_a_provider_whose_reports_do_not_reach_us_is_no_proof(
    provider, monkeypatch, heard, state
):
    """It took one long ago and said nothing: then its silence says nothing either."""
    place, _, _ = make.booked()
    scripted = provider(Accepted(), capability="callback")
    send_due(as_of=NOW)
    # As if that hour had gone by.
    monkeypatch.setitem(settling.SETTLE_DELAYS, "callback", -make.HOUR)
    if heard:
        provider_events.receive(
            provider="file",
            event_id="e1",
            message_ref=str(scripted.letters[0].message_id),
            type="delivered",
        )
        ProviderEvent.objects.update(received_at=clock.real_now() + make.HOUR)
    visit = make.book(place, make.patient(place), start=at("2026-09-08 11:00"))
    scripted.answers = [Unknown("timeout"), Unknown("timeout"), Accepted()]

    for _ in range(4):
        send_due(as_of=NOW)
        lease_ends()

    told = Message.objects.get(kind="confirmation", subject__endswith=visit.pk)
    assert told.state == state
    assert Task.objects.count() == (0 if heard else 1)


def test_a_late_lower_status_changes_nothing(provider):
    make.booked()
    scripted = provider(Accepted())
    send_due(as_of=NOW)
    ref = str(scripted.letters[0].message_id)

    for event_id, kind in (("e1", "delivered"), ("e2", "accepted")):
        provider_events.receive(
            provider="file", event_id=event_id, message_ref=ref, type=kind
        )
    provider_events.apply_all(now=NOW)

    assert state_of()[0] == "delivered"


def test_a_move_after_an_unknown_outcome_is_told(provider):
    place, _, visit = make.booked()
    provider(Unknown("timeout"))
    send_due(as_of=NOW)

    make.move(place, visit, start=at("2026-09-09 11:00"), now=NOW)

    assert state_of("moved") == ("scheduled", "")


def one_letter():
    """Claim the due message and let it pass its gate."""
    token, claimed = claim(now=NOW, limit=1)
    return pass_gate(claimed, token=token, now=NOW).letters[0]


def test_a_stale_lease_settles_nothing():
    make.booked()
    letter = one_letter()
    lease_ends()
    sweep()

    settled = settle([(letter, Accepted("x"))], now=NOW)

    assert settled.ours == set()
    assert state_of()[0] == "scheduled"
    assert AttemptOutcome.objects.get().is_applied is False


def test_a_claim_taken_back_does_not_pass_the_gate():
    make.booked()
    token, claimed = claim(now=NOW, limit=1)
    lease_ends()
    sweep()

    assert pass_gate(claimed, token=token, now=NOW).letters == []
    assert not Attempt.objects.exists()


def test_a_process_frozen_between_gate_and_call_does_not_call(provider, monkeypatch):
    make.booked()
    scripted = provider(Accepted())
    monkeypatch.setattr("notifications.services.calling.STALE_SECONDS", -1.0)

    send_due(as_of=NOW)

    assert (scripted.letters, state_of()) == ([], ("scheduled", "stale"))
