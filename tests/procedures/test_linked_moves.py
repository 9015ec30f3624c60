"""What becomes of follow-ups when their procedure moves, ends or is booked anew."""

from datetime import date, timedelta

import pytest

from core import journal
from procedures.follow_up import contacts
from scheduling.models import Conflict
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedures import act, at, done
from tests.procedures.linking import (
    DAY,
    book_contact,
    booked,
    cancel,
    codes,
    conflicts,
    line,
    move,
    open_detail,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.open_site()


@pytest.fixture
def path(place):
    return make.approved(place)


@pytest.fixture
def procedure(place, path):
    return booked(make.book(place, path, DAY))


def test_a_moved_procedure_re_dates_the_unbooked(place, path, procedure):
    booked(move(place, procedure, DAY + timedelta(days=14)))

    assert line(path).plan.target_on == date(2026, 11, 10)
    assert line(path, "D1").plan.target_on == date(2026, 9, 30)


def test_a_moved_procedure_leaves_a_booked_visit_that_still_fits(
    place, path, procedure
):
    visit = booked(book_contact(place, path))

    booked(move(place, procedure, DAY + timedelta(days=7)))

    assert conflicts(visit) == []


def test_a_moved_procedure_opens_a_conflict_for_a_booked_visit(place, path, procedure):
    visit = booked(book_contact(place, path))

    booked(move(place, procedure, DAY + timedelta(days=21)))

    said = "Week 6 is from 10 Nov to 1 Dec. This visit is on 27 Oct."
    assert conflicts(visit) == [("linked", "")]
    assert line(path).conflict == open_detail(visit) == said
    names = [entry.name for entry in journal.entries(f"appointment:{visit.pk}")]
    assert "appointment.conflict_opened" in names


def test_a_second_move_puts_the_same_conflict_into_other_words(place, path, procedure):
    visit = booked(book_contact(place, path))
    booked(move(place, procedure, DAY + timedelta(days=21)))

    booked(move(place, procedure, DAY + timedelta(days=28)))

    assert conflicts(visit) == [("linked", "")]
    assert open_detail(visit).startswith("Week 6 is from 17 Nov to 8 Dec.")


def test_moving_the_procedure_back_settles_the_conflict(place, path, procedure):
    visit = booked(book_contact(place, path))
    booked(move(place, procedure, DAY + timedelta(days=21)))

    booked(move(place, procedure, DAY))

    assert conflicts(visit) == [("linked", "kept")]
    assert line(path).conflict == ""


def test_moving_there_once_more_opens_it_again(place, path, procedure):
    visit = booked(book_contact(place, path))
    for day in (DAY + timedelta(days=21), DAY, DAY + timedelta(days=21)):
        booked(move(place, procedure, day))

    assert conflicts(visit) == [("linked", "kept"), ("linked", "")]


def test_a_visit_someone_decided_to_keep_is_not_asked_about_again(
    place, path, procedure
):
    visit = booked(book_contact(place, path))
    booked(move(place, procedure, DAY + timedelta(days=21)))
    Conflict.objects.filter(appointment=visit).update(
        resolved_at=NOW, resolution="kept", resolution_reason="The patient is abroad."
    )

    booked(move(place, procedure, DAY + timedelta(days=21, hours=1)))
    assert conflicts(visit) == [("linked", "kept")]

    booked(move(place, procedure, DAY + timedelta(days=28)))
    assert conflicts(visit) == [("linked", "kept"), ("linked", "")]


def test_moving_the_follow_up_inside_settles_the_conflict(place, path, procedure):
    visit = booked(book_contact(place, path))
    booked(move(place, procedure, DAY + timedelta(days=21)))

    still_outside = move(place, visit, at("2026-11-09", "10:00"))
    inside = booked(move(place, visit, at("2026-11-10", "10:00")))

    assert codes(still_outside) == ["contact-window"]
    assert conflicts(inside) == [("linked", "moved")]


def test_a_cancelled_procedure_frees_the_unbooked_and_asks_about_the_booked(
    place, path, procedure
):
    visit = booked(book_contact(place, path))

    cancel(place, procedure)

    assert [one.code for one in contacts.lines(path)] == ["W6"]
    assert conflicts(visit) == [("linked", "")]
    assert "is not booked" in open_detail(visit)


def test_a_deferral_asks_about_the_booked_too(place, path, procedure):
    visit = booked(book_contact(place, path))

    done(act(place, path, "decide", make.decision("deferred")))

    assert conflicts(visit) == [("linked", "")]


def test_without_a_procedure_a_moved_visit_is_asked_about_again(place, path, procedure):
    visit = booked(book_contact(place, path))
    cancel(place, procedure)

    booked(move(place, visit, at("2026-12-24", "10:00")))

    assert conflicts(visit) == [("linked", "moved"), ("linked", "")]


def test_a_procedure_booked_anew_settles_what_fits_it(place, path, procedure):
    visit = booked(book_contact(place, path))
    cancel(place, procedure)

    booked(make.book(place, path, DAY + timedelta(days=7)))

    assert conflicts(visit) == [("linked", "kept")]


def test_cancelling_the_follow_up_ends_its_conflict(place, path, procedure):
    visit = booked(book_contact(place, path))
    booked(move(place, procedure, DAY + timedelta(days=21)))

    cancel(place, visit)

    assert conflicts(visit) == [("linked", "cancelled")]
