"""Conflicts: kept with a reason; opened by hours, closures and retirement."""

from datetime import date, time, timedelta

import pytest

from core.problems import Invalid, NotFound
from core.refusal import Refused
from scheduling.absences import conflicts
from scheduling.absences.conflicts import ConflictResolved
from scheduling.booking import book
from scheduling.models import Conflict, Reservation
from scheduling.setup import services as setup
from tests.factories import scheduling as make
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.acts import WHO, act, away, keep, last_entry, live

pytestmark = pytest.mark.django_db


def test_a_visit_is_kept_with_reason_and_name():
    at = make.practice()
    visit = at.book()
    away(at)

    keep(Conflict.objects.get())

    conflict = Conflict.objects.get()
    assert (conflict.resolution, conflict.resolution_reason, conflict.resolved_by) == (
        "kept",
        "the patient is on the way",
        str(BY),
    )
    entry = last_entry(f"appointment:{visit.pk}")
    assert (entry.name, entry.actor_name) == ("appointment.kept", BY.name)
    assert live(visit).count() == 2


def test_keeping_needs_a_reason_an_open_conflict_and_the_right_clinic():
    at = make.practice()
    at.book()
    away(at)
    conflict = Conflict.objects.get()

    with pytest.raises(Invalid, match="Say why"):
        keep(conflict, " ")
    with pytest.raises(NotFound):
        conflicts.keep(
            conflict_id=conflict.pk,
            clinic_id=make.practice().clinic.pk,
            reason="x",
            **WHO,
        )
    keep(conflict)
    with pytest.raises(ConflictResolved):
        keep(conflict)


# --- Hours, closures, retirement -------------------------------------------------


def shorten_hours(at, until=time(9, 30), **fields):
    setup.set_hours(
        clinic_id=at.clinic.pk,
        hours={weekday: [(time(8), until)] for weekday in range(5)},
        **WHO,
        **fields,
    )


def test_new_hours_open_conflicts_and_move_nothing():
    at = make.practice()
    visit = at.book()
    fits = at.book(start=NINE - minutes(45))

    shorten_hours(at)

    [conflict] = Conflict.objects.all()
    assert (conflict.appointment, conflict.cause, conflict.resource) == (
        visit,
        "hours",
        None,
    )
    visit.refresh_from_db()
    assert (visit.start, visit.version, fits.version) == (NINE, 1, 1)
    assert live(visit).count() == 2


def test_the_same_change_again_opens_nothing_more_and_wider_hours_settle_it():
    at = make.practice()
    at.book()
    shorten_hours(at)

    shorten_hours(at)
    assert Conflict.objects.count() == 1
    shorten_hours(at, until=time(17))

    conflict = Conflict.objects.get()
    assert (conflict.resolution, conflict.resolution_reason) == (
        "kept",
        "the hours allow it again",
    )


def test_hours_of_one_resource_concern_the_visits_that_have_it():
    at = make.practice({**make.ONE_OF_EACH, "clinician": 2, "consult_room": 2})
    one, other = at.by_kind["clinician"]
    mine = at.book(clinician=one.pk)
    at.book(clinician=other.pk)

    shorten_hours(at, resource_id=one.pk)

    [conflict] = Conflict.objects.all()
    assert (conflict.appointment, conflict.resource) == (mine, one)


def test_a_closure_of_the_clinic_opens_one_conflict_a_visit():
    at = make.practice()
    visit = at.book()
    at.book(start=NINE + timedelta(days=1))

    setup.add_exception(
        clinic_id=at.clinic.pk, kind="closed", applies_on=date(2026, 9, 2), **WHO
    )

    [conflict] = Conflict.objects.all()
    assert (conflict.appointment, conflict.cause) == (visit, "closure")


def test_a_buffer_past_closing_is_no_conflict(allowed):
    at = make.practice()
    visit = at.book(visit_type="bmc-ultrasound")
    end = (visit.end).astimezone(NINE.tzinfo).time()

    shorten_hours(at, until=end)

    assert not Conflict.objects.exists()


def test_retiring_a_resource_opens_conflicts_for_the_visits_to_come():
    at = make.practice()
    visit = at.book()

    setup.retire_resource(
        clinic_id=at.clinic.pk, resource_id=at.one("clinician").pk, **WHO
    )

    [conflict] = Conflict.objects.all()
    assert (conflict.appointment, conflict.cause) == (visit, "retired")
    assert conflict.detail == "clinician 1 is retired."


def test_moving_a_visit_out_of_the_closed_time_resolves_its_conflict():
    at = make.practice()
    visit = at.book()
    shorten_hours(at)

    moved = act(book.move, visit, start=NINE - minutes(45))

    assert not isinstance(moved, Refused)
    assert Conflict.objects.get().resolution == "moved"
    assert Reservation.objects.filter(released_at=None).count() == 2
