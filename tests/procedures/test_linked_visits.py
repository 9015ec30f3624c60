"""Follow-ups booked inside their windows, for one contact each."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from core import journal
from notifications.models import Message
from procedures.follow_up import contacts, timetable_in_force
from procedures.follow_up.services import overdue
from procedures.models import EpisodeVisit, FollowUp, TimetableVersion
from scheduling.booking import book, holds
from scheduling.models import Hold
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedure_day import Day
from tests.factories.procedures import at
from tests.procedures.linking import (
    DAY,
    FIRST_OF_WEEK_6,
    IN_WEEK_6,
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


def test_before_a_procedure_is_booked_there_are_no_contacts(path):
    assert contacts.lines(path) == []


def test_a_booked_procedure_brings_its_contacts_provisionally(path, procedure):
    found = contacts.lines(path)

    assert [one.code for one in found] == [
        "D1",
        "D3",
        "D7",
        "D14",
        "W6",
        "M3",
        "M6",
        "M12",
    ]
    assert {one.state for one in found} == {"provisional"}
    assert line(path).plan.target_on == date(2026, 10, 27)


def test_nothing_is_sent_or_missed_for_a_provisional_contact(path, procedure):
    much_later = NOW + timedelta(days=700)

    assert overdue(much_later) == []
    assert not FollowUp.objects.exists()
    assert not Message.objects.filter(subject__startswith="follow_up:").exists()


def test_the_database_still_knows_no_follow_up_before_an_injection(path, procedure):
    plan = line(path).plan
    row = FollowUp(
        episode=path,
        code="W6",
        position=5,
        mode=plan.mode,
        target_on=plan.target_on,
        window_from=plan.window_from,
        window_to=plan.window_to,
        asks=[],
        timetable_id=1,
        planned_at=NOW,
    )

    refused = pytest.raises(IntegrityError, match="planned at the injection")
    with refused, transaction.atomic():
        row.save(force_insert=True)


def test_a_visit_inside_the_window_is_booked_for_its_contact(place, path, procedure):
    visit = booked(book_contact(place, path))

    assert line(path).visit.appointment_id == visit.pk
    assert EpisodeVisit.objects.get(appointment=visit).purpose == "follow_up"
    assert conflicts(visit) == []


@pytest.mark.parametrize("day", ["2026-10-19", "2026-11-11"])
def test_a_visit_outside_the_window_is_refused_in_words(place, path, procedure, day):
    outcome = book_contact(place, path, start=at(day, "10:00"))

    assert codes(outcome) == ["contact-window"]
    assert outcome.reasons[0].text == "Week 6 is from 20 Oct to 10 Nov."
    assert line(path).visit is None


def test_a_refusal_is_on_the_episodes_record(place, path, procedure):
    book_contact(place, path, start=at("2026-10-19", "10:00"))

    names = [entry.name for entry in journal.entries(f"episode:{path.pk}")]
    assert "appointment.book.refused" in names


def test_a_contact_by_phone_or_link_cannot_be_booked(place, path, procedure):
    outcome = book_contact(place, path, "D3", at("2026-09-18", "10:00"))

    assert codes(outcome) == ["contact-remote"]
    assert "phone or link" in outcome.reasons[0].text


def test_a_contact_is_booked_once(place, path, procedure):
    booked(book_contact(place, path))

    outcome = book_contact(place, path, start=IN_WEEK_6 + timedelta(days=1))

    assert codes(outcome) == ["contact-booked"]


def test_the_database_refuses_a_second_live_visit_of_a_contact(place, path, procedure):
    booked(book_contact(place, path))
    other = booked(make.book(place, path, IN_WEEK_6 + timedelta(days=1), "follow-up"))

    refused = pytest.raises(IntegrityError, match="contact_has_one_live_visit")
    with refused, transaction.atomic():
        EpisodeVisit.objects.filter(appointment=other).update(contact="W6")


def test_a_cancelled_visit_leaves_its_contact_free(place, path, procedure):
    cancel(place, booked(book_contact(place, path)))

    assert line(path).visit is None
    booked(book_contact(place, path))


def test_a_missed_visit_leaves_its_contact_free(place, path, procedure):
    visit = booked(book_contact(place, path))

    booked(
        book.no_show(
            appointment_id=visit.pk,
            by=place.actor("coordinator"),
            now=IN_WEEK_6 + timedelta(hours=1),
        )
    )

    assert line(path).visit is None


def test_a_hold_whose_window_moved_away_is_not_booked(place, path, procedure):
    who = {"patient_id": path.patient_id, "clinic_id": place.clinic.pk}
    by = {"by": place.actor("coordinator"), "now": NOW}
    held = holds.hold(
        visit_type="follow-up",
        start=IN_WEEK_6,
        subject=f"episode:{path.pk}#W6",
        **who,
        **by,
    )
    booked(move(place, procedure, DAY + timedelta(days=21)))

    outcome = book.book(hold_id=held.pk, **who, **by)

    assert codes(outcome) == ["contact-window"]


def test_without_a_procedure_no_contact_can_be_booked(place, path):
    assert codes(book_contact(place, path)) == ["contact-without-procedure"]


@pytest.mark.parametrize("visit_type", ["consultation"])
def test_only_a_follow_up_visit_is_booked_for_a_contact(
    place, path, procedure, visit_type
):
    outcome = book_contact(place, path, visit_type=visit_type)

    assert codes(outcome) == ["contact-of-follow-ups"]


def test_a_follow_up_inside_a_window_is_for_its_contact_without_saying_so(
    place, path, procedure
):
    visit = booked(make.book(place, path, IN_WEEK_6, "follow-up"))
    second = booked(make.book(place, path, at("2026-10-28", "10:00"), "follow-up"))

    assert visit.subject == f"episode:{path.pk}#W6"
    assert line(path).visit.appointment_id == visit.pk
    assert second.subject == f"episode:{path.pk}"


def test_a_follow_up_outside_every_window_is_an_extra_visit(place, path, procedure):
    visit = booked(make.book(place, path, at("2026-11-17", "10:00"), "follow-up"))

    assert visit.subject == f"episode:{path.pk}"
    assert EpisodeVisit.objects.get(appointment=visit).contact == ""


def test_a_follow_up_that_names_nothing_is_for_the_contact_of_the_only_episode():
    day = Day.ready().until("discharged")
    visit = booked(
        book.book(
            clinic_id=day.place.clinic.pk,
            patient_id=day.episode.patient_id,
            visit_type="follow-up",
            start=IN_WEEK_6,
            by=day.place.actor("coordinator"),
            now=NOW,
        )
    )

    assert visit.subject == f"episode:{day.episode.pk}#W6"
    assert line(day.episode).visit.appointment_id == visit.pk


def test_a_hold_for_a_contact_asks_the_same_and_is_booked_for_it(
    place, path, procedure
):
    who = {"patient_id": path.patient_id, "clinic_id": place.clinic.pk}
    by = {"by": place.actor("coordinator"), "now": NOW}
    what = {"visit_type": "follow-up", "subject": f"episode:{path.pk}#W6"}

    outside = holds.hold(start=at("2026-12-24", "10:00"), **what, **who, **by)
    held = holds.hold(start=IN_WEEK_6, **what, **who, **by)
    assert isinstance(held, Hold)
    visit = booked(book.book(hold_id=held.pk, **who, **by))

    assert codes(outside) == ["contact-window"]
    assert line(path).visit.appointment_id == visit.pk


def test_the_injection_makes_the_contacts_definite_and_keeps_the_visit():
    day = Day.ready()
    visit = booked(book_contact(day.place, day.episode))

    day.until("injected")

    assert {one.state for one in contacts.lines(day.episode)} == {"planned"}
    assert line(day.episode).plan.target_on == date(2026, 10, 27)
    assert line(day.episode).visit.appointment_id == visit.pk
    assert conflicts(visit) == []


def test_the_injection_holds_a_booked_visit_against_the_timetable_then_in_force():
    day = Day.ready()
    visit = booked(book_contact(day.place, day.episode, start=FIRST_OF_WEEK_6))
    narrower = timetable_in_force.in_force()[0].milestones
    next(m for m in narrower if m["code"] == "W6")["window_days"] = [36, 56]
    TimetableVersion.objects.create(version="narrower", milestones=narrower)

    day.until("injected")

    assert conflicts(visit) == [("linked", "")]
    assert open_detail(visit).startswith("Week 6 is from 21 Oct to 10 Nov.")


def test_a_contact_can_be_booked_after_the_injection_in_the_same_window():
    day = Day.ready().until("discharged")

    outside = book_contact(day.place, day.episode, start=at("2026-11-11", "10:00"))
    visit = booked(book_contact(day.place, day.episode))

    assert codes(outside) == ["contact-window"]
    assert line(day.episode).visit.appointment_id == visit.pk
