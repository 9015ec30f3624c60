"""The page of conflicts: each visit once, with all that is in its way."""

from datetime import timedelta

import pytest
from django.urls import reverse

from scheduling.models import Appointment, Conflict
from tests.pages.test_absence_pages import NEXT, call_in_sick, text
from tests.pages.test_booking import fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def ill(practice):
    return practice.one("clinician")


def test_a_visit_with_two_things_in_the_way_counts_once(coordinator, practice, ill):
    visit = practice.book(clinician=ill.pk, start=NEXT)
    call_in_sick(coordinator, ill)
    room = visit.reservations.get(resource__kind="consult_room").resource
    call_in_sick(coordinator, room)

    assert Conflict.objects.count() == 2
    for name in ("today", "absences"):
        page = text(coordinator.get(reverse(f"staff:{name}")))
        assert "1 visit cannot be as agreed" in page


def test_what_is_in_the_way_of_a_visit_is_listed_under_it(coordinator, practice, ill):
    visit = practice.book(clinician=ill.pk, start=NEXT)
    practice.book(clinician=ill.pk, start=NEXT + timedelta(hours=1))
    call_in_sick(coordinator, ill)
    room = visit.reservations.get(resource__kind="consult_room").resource
    call_in_sick(coordinator, room, kind="maintenance", end="2026-09-03T09:30")

    page = text(coordinator.get(reverse("staff:conflicts")))

    assert Conflict.objects.count() == 3
    assert "2 visits that cannot be as agreed" in page
    assert page.count('<li class="card"') == 2
    entry = page.partition(f'id="visit-{visit.pk}"')[2].partition('<li class="card"')[0]
    assert "<p>clinician 1 – ill</p>" in entry
    assert f"<p>{room.name} – in maintenance</p>" in entry


def test_keeping_a_visit_in_spite_of_one_thing_leaves_the_other_to_decide(
    coordinator, practice, ill
):
    visit = practice.book(clinician=ill.pk, start=NEXT)
    call_in_sick(coordinator, ill)
    call_in_sick(coordinator, visit.reservations.exclude(resource=ill).get().resource)

    first, second = (
        text(keep(coordinator, conflict))
        for conflict in Conflict.objects.order_by("pk")
    )

    assert "Something else is still in the way of the visit." in first
    assert "1 visit that cannot be as agreed" in first
    assert "The visit stays as it is." in second
    assert "No conflicts" in second


def keep(client, conflict):
    address = reverse("staff:conflict_keep", args=[conflict.pk])
    shown = text(client.get(reverse("staff:conflicts")))
    sent = fields(shown, address) | {"reason": "comes in for it"}
    return client.post(address, sent, follow=True)


def test_conflicts_are_listed_kept_and_counted_on_today(coordinator, practice, ill):
    practice.book(clinician=ill.pk, start=NEXT)
    call_in_sick(coordinator, ill)
    today = text(coordinator.get(reverse("staff:today")))
    assert "1 visit cannot be as agreed" in today
    page = text(coordinator.get(reverse("staff:conflicts")))
    assert "clinician 1 – ill" in page
    keep = reverse("staff:conflict_keep", args=[Conflict.objects.get().pk])

    assert "Why it can stay as it is</label>" in page

    nothing_said = coordinator.post(keep, fields(page, keep) | {"reason": ""})
    assert nothing_said.status_code == 422
    assert "Say why the visit can stay as it is." in text(nothing_said)
    again = text(coordinator.get(reverse("staff:conflicts")))
    coordinator.post(keep, fields(again, keep) | {"reason": "comes in for it"})

    assert Conflict.objects.get().resolution == "kept"
    assert "No conflicts" in text(coordinator.get(reverse("staff:conflicts")))
    visit = Appointment.objects.get()
    history = text(coordinator.get(reverse("staff:appointment", args=[visit.pk])))
    assert "Kept in spite of a conflict" in history
    assert "comes in for it" in history
