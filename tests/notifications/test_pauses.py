"""Sending can be switched off, and a copy of the database stays silent."""

import pytest

from notifications.services import providers
from notifications.services.sending import send_due
from tests.factories import notifications as make
from tests.factories.notifications import NOW
from tests.notifications.scripted import retry_comes, state_of

pytestmark = pytest.mark.django_db


def test_a_pause_holds_everything_and_resuming_lets_it_go():
    place, _, _ = make.booked()
    providers.pause(provider="file", reason="test", by=place.by, now=NOW)

    assert send_due(as_of=NOW).sent == 0
    assert state_of() == ("scheduled", "paused")
    providers.resume(provider="file", by=place.by, now=NOW)
    retry_comes()

    assert send_due(as_of=NOW).sent == 1


def test_a_pause_of_all_claims_nothing():
    place, _, _ = make.booked()
    providers.pause(reason="test", by=place.by, now=NOW)

    assert (send_due(as_of=NOW).silent, state_of()) == ("paused", ("scheduled", ""))


def test_a_clinic_that_sends_nothing_keeps_its_messages():
    place, _, _ = make.booked()
    place.clinic.sends_on = False
    place.clinic.save()

    assert send_due(as_of=NOW).sent == 0
    assert state_of() == ("scheduled", "clinic_sends_nothing")


def test_a_copy_of_the_database_stays_silent_until_it_is_adopted(settings):
    place, _, _ = make.booked()
    settings.INSTANCE_ID = "houston-1"
    providers.adopt(by=place.by, now=NOW)
    settings.INSTANCE_ID = "staging"

    assert send_due(as_of=NOW).silent == "other_instance"
    providers.adopt(by=place.by, now=NOW)

    assert send_due(as_of=NOW).sent == 1
