"""Moving visits, giving them up, and the day itself."""

import pytest
from django.db import transaction

from core.problems import NotFound, StaleVersion
from core.refusal import Refused
from scheduling.booking import book
from scheduling.booking.errors import InvalidStart, SlotTaken
from scheduling.events import (
    AppointmentCancelled,
    AppointmentMoved,
)
from scheduling.models import Absence, Conflict, FreedOpening, Reservation
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import act, last_entry, live

pytestmark = pytest.mark.django_db


def test_a_move_frees_the_old_time_and_takes_the_new(heard):
    at = make.practice()
    visit = at.book()

    moved = act(book.move, visit, start=NINE + minutes(60))

    assert moved.start == NINE + minutes(60)
    assert (moved.version, moved.revision) == (2, 1)
    assert {row.starts_at for row in live(moved)} == {NINE + minutes(60)}
    assert isinstance(heard[-1], AppointmentMoved)
    assert at.book().status == "booked"


def test_a_move_leaves_its_old_time_to_those_who_wait():
    visit = make.practice().book()

    act(book.move, visit, start=NINE + minutes(60), version=1)

    freed = FreedOpening.objects.get(freed_by_act="moved")
    assert freed.during == visit.during


def test_a_move_may_overlap_its_own_old_time():
    visit = make.practice().book()

    moved = act(book.move, visit, start=NINE + minutes(15))

    assert live(moved).count() == 2


def test_a_move_to_a_taken_time_changes_nothing():
    at = make.practice()
    visit, other = at.book(), at.book(start=NINE + minutes(60))

    with pytest.raises(SlotTaken), transaction.atomic():
        act(book.move, visit, start=other.start)

    visit.refresh_from_db()
    assert (visit.start, visit.version) == (NINE, 1)
    assert {row.starts_at for row in live(visit)} == {NINE}


def test_a_move_keeps_the_phases_the_visit_has():
    at = make.practice()
    visit = at.book()
    visit.phases.update(duration_minutes=60)

    moved = act(book.move, visit, start=NINE + minutes(60))

    assert moved.end - moved.start == minutes(60)
    assert {row.ends_at for row in live(moved)} == {NINE + minutes(120)}


def test_a_move_to_the_same_start_is_refused():
    visit = make.practice().book()

    with pytest.raises(InvalidStart, match="already"):
        act(book.move, visit, start=NINE)


def test_a_stale_version_is_refused_with_the_current_one():
    visit = make.practice().book()
    act(book.confirm, visit)

    with pytest.raises(StaleVersion) as refused:
        act(book.move, visit, start=NINE + minutes(60))

    assert refused.value.extra["version"] == 2


def test_a_move_forgets_the_confirmation():
    visit = make.practice().book()
    confirmed = act(book.confirm, visit)

    moved = act(book.move, confirmed, start=NINE + minutes(60))

    assert confirmed.confirmed_at == NOW
    assert moved.confirmed_at is None


def test_cancelling_frees_the_time(heard):
    at = make.practice()
    visit = at.book()

    cancelled = act(book.cancel, visit, reason="patient ill")

    assert (cancelled.status, cancelled.version) == ("cancelled", 2)
    assert not live(visit).exists()
    assert isinstance(heard[-1], AppointmentCancelled)
    assert at.book().status == "booked"


def test_cancelling_reserves_the_time_for_the_absence_that_waits_for_it():
    at = make.practice()
    visit = at.book()
    clinician = at.one("clinician")
    absence = Absence.objects.create(
        resource=clinician,
        period=(NINE + minutes(15), NINE + minutes(240)),
        reason="ill",
        made_by="x",
        created_at=NOW,
    )
    Conflict.objects.create(
        appointment=visit, absence=absence, cause="absence", opened_at=NOW
    )

    act(book.cancel, visit)

    [piece] = Reservation.objects.filter(absence=absence)
    assert (piece.starts_at, piece.ends_at) == (NINE + minutes(15), NINE + minutes(45))
    assert Conflict.objects.get().resolution == "cancelled"


def test_from_check_in_on_nothing_moves_or_cancels():
    visit = make.practice().book()
    checked_in = act(book.check_in, visit, now=NINE)

    move = act(book.move, checked_in, start=NINE + minutes(60), now=NINE)
    cancel = act(book.cancel, checked_in, now=NINE)

    assert isinstance(move, Refused)
    assert isinstance(cancel, Refused)
    assert "checked in" in cancel.reasons[0].text
    assert last_entry(f"appointment:{visit.pk}").name == "appointment.cancel.refused"


def test_a_visit_from_arrival_to_the_end():
    visit = make.practice().book()

    arrived = act(book.arrive, visit, now=NINE)
    checked_in = act(book.check_in, arrived, now=NINE)
    fulfilled = act(book.fulfil, checked_in, now=NINE + minutes(45))

    assert fulfilled.status == "fulfilled"
    assert fulfilled.version == 4
    assert live(fulfilled).exists()


def test_a_no_show_needs_the_visit_to_have_begun():
    visit = make.practice().book()

    early = act(book.no_show, visit, now=NINE - minutes(1))
    late = act(book.no_show, visit, now=NINE + minutes(30))

    assert [reason.code for reason in early.reasons] == ["not-yet"]
    assert late.status == "noshow"
    assert not live(late).exists()


def test_ending_frees_what_has_not_begun(allowed):
    at = make.practice()
    visit = at.book(visit_type="bmc-ultrasound")
    checked_in = act(book.check_in, visit, now=NINE)

    ended = act(book.end, checked_in, now=NINE + minutes(50), reason="aborted")

    kinds = {row.resource.kind for row in live(ended)}
    assert "centrifuge" not in kinds
    assert "recovery_bay" not in kinds
    assert "procedure_room" in kinds
    assert ended.status == "fulfilled"


def test_a_cancelled_visit_stays_cancelled():
    visit = act(book.cancel, make.practice().book())

    assert isinstance(act(book.confirm, visit), Refused)


def test_another_clinics_visit_is_not_found():
    visit, other = make.practice().book(), make.practice({})

    with pytest.raises(NotFound):
        act(book.cancel, visit, clinic_id=other.clinic.pk)
