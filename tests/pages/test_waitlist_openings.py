"""One free opening: when it can be offered, and to how many."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduling.booking import book, holds
from scheduling.models import FreedOpening
from scheduling.waitlist import freed_openings
from tests.factories import waitlist as waits
from tests.factories.scheduling import BY, NINE
from tests.pages.conftest import NOW, THURSDAY
from tests.pages.waiting_list import offer, opening, page, ticked, waiting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_time_whose_move_may_be_undone_is_shown_and_offered_later(
    coordinator, practice
):
    waiting(practice)
    visit = practice.book(start=THURSDAY)
    book.move(
        appointment_id=visit.pk,
        start=THURSDAY + timedelta(days=7),
        version=1,
        reason="patient asked",
        by=BY,
        now=NOW,
    )
    freed = FreedOpening.objects.get()

    text = page(coordinator, opening(freed))

    assert "The move can still be undone until" in text
    assert "Offer this opening" not in text
    listed = page(coordinator, reverse("staff:waitlist"))
    assert "can still be undone until" in listed


def test_a_longer_list_of_who_fits_takes_the_same_statements(
    coordinator, practice, freed
):
    def wait(count):
        for _ in range(count):
            waiting(practice)

    def statements():
        with CaptureQueriesContext(connection) as asked:
            page(coordinator, opening(freed))
        return len(asked)

    wait(3)
    statements()
    few = statements()
    wait(9)

    assert statements() == few


def test_as_many_are_ticked_as_the_clinic_asks_at_once(coordinator, practice, freed):
    entries = [
        waits.entry(practice, practice.patient(sms_consent=True), now=NOW - day * DAY)
        for day in (9, 8, 7, 6)
    ]

    text = page(coordinator, opening(freed))

    assert ticked(text) == {str(entry.pk) for entry in entries[:3]}


def test_time_held_for_somebody_says_so_and_is_offered_when_they_do_not_take_it(
    coordinator, practice, freed
):
    waiting(practice)
    held = holds.hold(
        clinic_id=practice.clinic.pk,
        visit_type="consultation",
        start=THURSDAY,
        by=BY,
        now=NOW,
    )
    freed_openings.settle(by=BY, now=NOW)

    text = page(coordinator, opening(freed))

    assert "Held for somebody" in text
    assert "Offer this opening" not in text
    holds.release(hold_id=held.pk, by=BY, now=NOW)
    assert "Offer this opening" in page(coordinator, opening(freed))


def test_who_waits_for_another_kind_of_visit_is_listed_with_that_reason(
    coordinator, practice, freed
):
    waiting(practice, visit_type="follow-up")

    text = page(coordinator, opening(freed))

    assert "Nobody matches" in text
    assert "1 needs another kind of visit" in text
    assert "Waits for another kind of visit." in text


def test_in_quiet_hours_the_page_says_when_messages_leave_and_until_when_to_answer(
    coordinator, practice, freed
):
    entry = waiting(practice)

    offer(coordinator, freed, entry)

    text = page(coordinator, opening(freed))
    assert "Offered to 1 patient (messages leave at 9:00 AM; answers until" in text
    assert "10:00 AM)." in text


def test_an_opening_before_messages_leave_asks_for_a_call(coordinator, practice):
    entry = waiting(practice)
    soon = waits.freed(practice, start=NINE, now=NOW)

    answer = offer(coordinator, soon, entry)

    assert answer.status_code == 422
    assert "too soon to offer by message now" in answer.content.decode()
