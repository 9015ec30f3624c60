"""Whoever waits and gets such a visit otherwise waits no longer, or is asked."""

from datetime import timedelta

import pytest

from core.models import FailedReaction
from patients.models import Task
from scheduling.booking import book
from scheduling.models import Appointment, WaitlistEntry
from scheduling.waitlist import acceptance
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, practice
from tests.factories.waitlist import entry, offer, offer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return practice({"consult_room": 3, "clinician": 3})


@pytest.fixture(autouse=True)
def _no_reaction_fails():
    yield
    assert not list(FailedReaction.objects.values_list("error", "place"))


def asked():
    return list(
        Task.objects.filter(kind="still_waiting").values_list("subject", flat=True)
    )


def test_a_booking_by_telephone_ends_the_wait(at):
    who = at.patient()
    waits = entry(at, who)

    at.book(patient=who)

    waits.refresh_from_db()
    assert (waits.closed_as, asked()) == ("booked", [])


def test_the_booking_of_another_kind_changes_nothing(at):
    who = at.patient()
    waits = entry(at, who)

    at.book(patient=who, visit_type="follow-up")

    waits.refresh_from_db()
    assert (waits.closed_as, asked()) == ("", [])


def test_somebody_else_s_booking_changes_nothing(at):
    waits = entry(at, at.patient())

    at.book(patient=at.patient())

    waits.refresh_from_db()
    assert waits.closed_at is None


def test_a_wait_for_another_episode_is_asked_about(at):
    who = at.patient()
    waits = entry(at, who, subject="left knee")

    at.book(patient=who, subject="right knee")

    waits.refresh_from_db()
    assert (waits.closed_at, asked()) == (None, [f"waitlist:{waits.pk}"])


def test_a_wait_to_come_sooner_is_asked_about_when_another_visit_is_booked(at):
    who = at.patient()
    own = at.book(patient=who, start=NINE + timedelta(days=7))
    waits = entry(at, who, appointment_id=own.pk)

    at.book(patient=who)

    waits.refresh_from_db()
    assert (waits.closed_at, asked()) == (None, [f"waitlist:{waits.pk}"])


def test_a_visit_moved_sooner_by_telephone_is_asked_about(at):
    who = at.patient()
    own = at.book(patient=who, start=NINE + timedelta(days=7))
    waits = entry(at, who, appointment_id=own.pk)

    book.move(
        appointment_id=own.pk,
        start=NINE,
        version=own.version,
        reason="asked",
        by=BY,
        now=NOW,
    )

    assert asked() == [f"waitlist:{waits.pk}"]


def test_a_yes_to_an_offer_ends_the_wait_once(at):
    waits = entry(at)
    offer(at)

    acceptance.accept(offer_id=offer_of(waits).pk, by=BY, now=NOW)

    waits.refresh_from_db()
    assert (waits.closed_as, asked()) == ("booked", [])
    assert Appointment.objects.count() == 1
    assert WaitlistEntry.objects.filter(closed_at=None).count() == 0


def test_a_yes_that_moves_a_visit_asks_nobody(at):
    who = at.patient()
    own = at.book(patient=who, start=NINE + timedelta(days=7))
    waits = entry(at, who, appointment_id=own.pk)
    offer(at)

    acceptance.accept(offer_id=offer_of(waits).pk, by=BY, now=NOW)

    waits.refresh_from_db()
    assert (waits.closed_as, asked()) == ("booked", [])
