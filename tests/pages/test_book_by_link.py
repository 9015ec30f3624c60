"""Time to book, by link: real openings inside the window, and a press that books."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from core import clock
from core.models import FailedReaction
from notifications.models import Message
from pages.patient.texts import EN, ES
from patients.models import Task
from patients.services import consents, departures, links
from procedures.models import EpisodeVisit, FollowUp
from scheduling.booking import book
from scheduling.models import Appointment
from scheduling.setup import services as setup
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.pages.by_link import Holder

pytestmark = pytest.mark.django_db

BOOK = "/v/book/"
# Treated on 2026-09-15: week 6 is due on Oct 27, its window Oct 20 to Nov 10.
NOW = make.at("2026-10-13", "10:05")


@pytest.fixture
def day():
    ready = Day.ready()
    consents.grant(
        patient_id=ready.episode.patient_id,
        channel="sms",
        by=ready.place.actor("coordinator"),
        now=make.at("2026-09-15", "08:31"),
    )
    found = ready.until("discharged")
    clock.set_to(NOW)
    return found


def contact(day, code="W6"):
    return FollowUp.objects.get(episode=day.episode, code=code)


@pytest.fixture
def holder(day):
    subject = f"follow_up:{contact(day).pk}"
    link = Message.objects.filter(subject=subject, kind="time_to_book").get().link
    found = Holder(day.episode.patient, link, Client())
    assert found.prove()["Location"] == BOOK
    return found


def starts(page):
    return re.findall(r'name="start" value="([^"]+)"', page)


def visits(day, code="W6"):
    rows = EpisodeVisit.objects.filter(episode=day.episode, contact=code)
    return list(rows.filter(released_at=None))


def waiting(day, code="W6"):
    subject = f"follow_up:{contact(day, code).pk}"
    rows = Message.objects.filter(
        subject=subject, state="scheduled", expires_at__gt=clock.now()
    )
    return sorted(rows.values_list("kind", flat=True))


def test_six_real_openings_are_shown_two_a_day_nearest_to_the_day(day, holder):
    page = holder.page(BOOK)

    shown = [make.datetime.fromisoformat(one) for one in starts(page)]
    days = [one.astimezone(make.HOUSTON).date().isoformat() for one in shown]
    assert days == ["2026-10-26"] * 2 + ["2026-10-27"] * 2 + ["2026-10-28"] * 2
    assert shown == sorted(shown)
    assert "Tuesday, October 27, 2026, 7:00 AM" in page
    assert not Appointment.objects.filter(visit_type__slug="follow-up").exists()


def test_a_press_books_the_visit_for_its_contact_and_stops_the_nudges(day, holder):
    assert waiting(day).count("book_nudge") == 2
    start = starts(holder.page(BOOK))[2]

    response = holder.browser.post(BOOK, {"start": start})

    assert response["Location"] == BOOK
    [visit] = visits(day)
    assert visit.starts_at.isoformat() == start
    assert visit.appointment.status == "booked"
    page = holder.page(BOOK)
    assert EN["book_done_title"] in page
    assert "Tuesday, October 27, 2026" in page
    assert "time_to_book" not in waiting(day)
    assert "book_nudge" not in waiting(day)
    assert not FailedReaction.objects.exists()


def test_a_visit_that_is_over_is_not_told_as_a_booked_one(day, holder):
    holder.browser.post(BOOK, {"start": starts(holder.page(BOOK))[0]})
    [visit] = visits(day)
    clock.set_to(visit.starts_at + timedelta(days=1))
    holder.prove()

    page = holder.page(BOOK)

    assert EN["book_over_title"] in page
    assert EN["book_done_title"] not in page


def test_pressing_twice_books_once(day, holder):
    start = starts(holder.page(BOOK))[0]

    for _ in range(2):
        holder.browser.post(BOOK, {"start": start})

    assert len(visits(day)) == 1


def test_a_time_taken_meanwhile_is_said_and_others_are_shown(day, holder):
    start = starts(holder.page(BOOK))[0]
    others = [make.patients.patient(day.place.clinic) for _ in range(2)]
    for other in others:
        book.book(
            clinic_id=day.place.clinic.pk,
            patient_id=other.pk,
            visit_type="follow-up",
            start=make.datetime.fromisoformat(start),
            by=day.place.actor("coordinator"),
            now=NOW,
        )

    response = holder.browser.post(BOOK, {"start": start})

    assert response.status_code == 409
    page = response.content.decode()
    assert EN["book_taken"] in page
    assert start not in starts(page)
    assert visits(day) == []


@pytest.mark.parametrize(
    "start", ["", "soon", "2026-10-27T09:00", "2026-11-20T15:00:00+00:00"]
)
def test_what_nobody_offered_books_nothing(day, holder, start):
    response = holder.browser.post(BOOK, {"start": start})

    assert response.status_code in {303, 409}
    assert visits(day) == []


def test_who_wants_a_call_is_called_once_by_a_coordinator(day, holder):
    for _ in range(2):
        response = holder.browser.post(BOOK, {"call": "yes"})
        assert response["Location"] == f"{BOOK}called/"

    assert EN["book_called_title"] in holder.page(f"{BOOK}called/")
    [task] = Task.objects.filter(kind="book_follow_up", done_at=None)
    assert task.owner_role == "coordinator"

    make.book(
        day.place,
        day.episode,
        make.at("2026-10-27", "09:00"),
        visit_type="follow-up",
        contact="W6",
        now=NOW,
    )

    assert not Task.objects.filter(kind="book_follow_up", done_at=None).exists()


def test_no_opening_is_said_and_a_call_is_offered(day, holder):
    setup.set_hours(
        clinic_id=day.place.clinic.pk,
        hours={},
        by=day.place.actor("admin"),
        now=NOW,
    )

    page = holder.page(BOOK)

    assert starts(page) == []
    assert EN["book_none"] in page
    assert EN["book_none_button"] in page


def test_it_reads_in_spanish(day, holder):
    page = holder.page(f"{BOOK}?lang=es")

    assert ES["book_title"] in page
    assert "martes 27 de octubre de 2026, 7:00 a.m." in page
    assert 'lang="es"' in page


def test_an_answered_follow_up_has_nothing_to_book(day, holder):
    make.done(
        make.act(
            day.place,
            day.episode,
            "respond",
            {"follow_up": "W6", "nrs": 3},
            role="nurse",
            now=make.at("2026-10-20", "10:00"),
        )
    )
    clock.set_to(make.at("2026-10-20", "10:05"))
    holder.prove()

    assert EN["book_over_title"] in holder.page(BOOK)
    assert waiting(day) == []


def test_a_visit_cancelled_later_is_owed_again(day, holder):
    holder.browser.post(BOOK, {"start": starts(holder.page(BOOK))[0]})
    [visit] = visits(day)
    book.cancel(
        appointment_id=visit.appointment_id,
        reason="patient",
        by=day.place.actor("coordinator"),
        now=NOW + timedelta(hours=1),
    )
    assert visits(day) == []
    assert waiting(day).count("book_nudge") == 2

    assert len(starts(holder.page(BOOK))) == 6


def test_a_link_for_booking_opens_nothing_else(day, holder):
    assert holder.browser.get("/v/check-in/").status_code == 403
    assert links.token(holder.link)


def test_after_a_death_nothing_is_offered(day, holder):
    departures.record(
        patient_id=day.episode.patient_id,
        clinic_id=day.place.clinic.pk,
        kind="deceased",
        source="their daughter, by telephone",
        by=day.place.actor("nurse"),
        now=NOW,
    )

    assert waiting(day) == []
