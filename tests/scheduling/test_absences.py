"""The sick call: time is taken at once, and what is booked in it is a conflict."""

from datetime import datetime, timedelta

import pytest

from core.problems import Invalid, NotFound
from scheduling.absences import selectors
from scheduling.absences import services as absences
from scheduling.absences.services import AbsenceOver
from scheduling.booking import book, holds
from scheduling.booking.errors import SlotTaken
from scheduling.consistency import checks as booking_checks
from scheduling.events import AbsenceEnded, AbsenceOpened
from scheduling.models import Conflict
from scheduling.setup import services as setup
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.acts import (
    DAY_END,
    WHO,
    act,
    at_hold,
    away,
    keep,
    last_entry,
    live,
)

pytestmark = pytest.mark.django_db


def pieces(absence):
    rows = absence.reservations.filter(released_at=None).order_by("starts_at")
    return [(row.starts_at, row.ends_at) for row in rows]


def test_free_time_is_taken_at_once_and_a_visit_in_the_way_is_a_conflict():
    at = make.practice()
    visit = at.book(start=NINE + minutes(60))

    absence = away(at)

    assert pieces(absence) == [
        (NINE, NINE + minutes(60)),
        (NINE + minutes(105), DAY_END),
    ]
    [conflict] = Conflict.objects.all()
    assert (conflict.appointment, conflict.absence) == (visit, absence)
    assert conflict.detail == "clinician 1 is away: Ill"
    with pytest.raises(SlotTaken):
        at.book(start=NINE + minutes(120))


def test_it_is_written_to_the_resources_journal_and_told(heard):
    at = make.practice()
    visit = at.book()

    absence = away(at)

    entry = last_entry(f"resource:{at.one('clinician').pk}")
    assert entry.name == "absence.opened"
    assert str(visit.pk) in entry.payload
    assert heard[-1] == AbsenceOpened(
        absence_id=absence.pk, resource_id=absence.resource_id, occurred_at=NOW
    )


def test_visits_beside_it_cancelled_or_on_others_are_none_of_its_conflicts():
    at = make.practice({**make.ONE_OF_EACH, "clinician": 2, "consult_room": 2})
    one, other = at.by_kind["clinician"]
    at.book(clinician=other.pk)
    act(book.cancel, at.book(clinician=one.pk))
    at.book(clinician=one.pk, start=NINE - minutes(45))

    away(at, resource_id=one.pk)

    assert not Conflict.objects.exists()


def test_a_patient_who_is_checked_in_is_reported_and_no_conflict():
    at = make.practice()
    visit = at.book()
    act(book.check_in, visit, now=NINE)

    absence = away(at)

    assert not Conflict.objects.exists()
    assert selectors.under_way(absence, NOW) == [visit]
    assert selectors.in_the_way(absence, NOW) == []


def test_what_an_abort_frees_goes_to_the_absence():
    at = make.practice()
    visit = at.book(start=NINE + minutes(60))
    act(book.check_in, visit, now=NINE)
    visit.refresh_from_db()
    absence = away(at)

    act(book.end, visit, now=NINE + minutes(30))

    assert (NINE + minutes(60), NINE + minutes(105)) in pieces(absence)


def test_a_visit_that_was_kept_and_cancelled_later_leaves_its_time_to_the_absence():
    at = make.practice()
    visit = at.book()
    absence = away(at)
    keep(Conflict.objects.get())

    act(book.cancel, visit)

    assert pieces(absence)[0] == (NINE, NINE + minutes(45))
    assert Conflict.objects.get().resolution == "kept"


def test_a_long_absence_is_stored_in_days():
    at = make.practice()

    absence = away(at, end=NINE + timedelta(days=10, hours=1))

    assert len(pieces(absence)) == 11
    away(at, resource_id=at.one("nurse").pk, end=NINE + timedelta(days=100))  # over DST
    assert booking_checks.findings(NOW) == []


def test_a_hold_in_the_way_ends():
    at = make.practice()
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk)

    absence = away(at)

    assert pieces(absence) == [(NINE, DAY_END)]
    assert last_entry(f"hold:{held.pk}").name == "hold.cut_short"
    with pytest.raises(SlotTaken):
        at.book(patient, hold_id=held.pk, start=None)
    booked = at.book(visit_type=_room_only(at).slug)
    assert booked.status == "booked"


def test_the_rest_of_such_a_hold_is_swept_like_any_other():
    at = make.practice()
    held = at_hold(at, patient_id=at.patient().pk)
    away(at)

    holds._expire(held.pk, BY, NOW)

    held.refresh_from_db()
    assert held.ended_as == "expired"
    assert not live(held).exists()


def _room_only(at):
    room = PhaseSpec("Room", 0, 30, (NeedSpec(("consult_room",)),))
    return make.visit_type(at.clinic, room, slug="room")


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"end": NINE}, "/end", "not after the start"),
        ({"start": NOW - minutes(60), "end": NOW}, "/end", "over already"),
        ({"start": NOW - timedelta(days=2)}, "/start", "over a day ago"),
        ({"end": NINE + timedelta(days=371)}, "/end", "370 days at most"),
        (
            {"start": NOW + timedelta(days=371), "end": NOW + timedelta(days=372)},
            "/start",
            "within 370 days",
        ),
        ({"kind": "bored"}, "/kind", "Choose one of"),
        (
            {"start": datetime(2026, 11, 1, 1, 30), "end": NINE + timedelta(days=100)},  # noqa: DTZ001
            "/start",
            "comes twice",
        ),
        (
            {"start": datetime(2027, 3, 14, 2, 30), "end": NINE + timedelta(days=300)},  # noqa: DTZ001
            "/start",
            "clocks skip",
        ),
    ],
)
def test_a_period_that_cannot_be_meant_is_told_in_words(fields, pointer, words):
    with pytest.raises(Invalid) as refused:
        away(make.practice(), **fields)

    [error] = refused.value.errors
    assert error.pointer == pointer
    assert words in error.detail


def test_naive_times_are_the_clinics_wall_clock():
    at = make.practice()

    absence = away(at, start=datetime(2026, 9, 2, 9), end=datetime(2026, 9, 2, 17))  # noqa: DTZ001

    assert (absence.period.lower, absence.period.upper) == (NINE, DAY_END)


def test_another_clinics_resource_is_not_found():
    at, elsewhere = make.practice(), make.practice()

    with pytest.raises(NotFound):
        away(at, resource_id=elsewhere.one("clinician").pk)


def test_a_retired_resource_is_told_in_words():
    at = make.practice()
    setup.retire_resource(
        clinic_id=at.clinic.pk, resource_id=at.one("clinician").pk, **WHO
    )

    with pytest.raises(Invalid, match="retired"):
        away(at)


def test_two_absences_of_one_resource_do_not_overlap():
    at = make.practice()
    away(at)

    with pytest.raises(Invalid, match="clinician 1 is away during some of this"):
        away(at, start=NINE + minutes(60))

    away(at, start=DAY_END, end=DAY_END + minutes(60))


def test_ending_it_frees_the_time_and_settles_its_conflicts(heard):
    at = make.practice()
    at.book(start=NINE + minutes(60))
    absence = away(at)

    absences.end_absence(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)

    assert pieces(absence) == []
    conflict = Conflict.objects.get()
    assert (conflict.resolution, conflict.resolution_reason) == (
        "kept",
        "no longer needed",
    )
    assert isinstance(heard[-1], AbsenceEnded)
    assert at.book().status == "booked"


def test_ended_midway_what_is_past_stays_taken():
    at = make.practice()
    absence = away(at)

    absences.end_absence(
        absence_id=absence.pk, clinic_id=at.clinic.pk, by=BY, now=NINE + minutes(60)
    )

    assert pieces(absence) == [(NINE, NINE + minutes(60))]


def test_shortened_it_keeps_the_conflicts_it_still_has():
    at = make.practice()
    early = at.book()
    late = at.book(start=NINE + minutes(120))
    absence = away(at)

    absences.end_absence(
        absence_id=absence.pk,
        clinic_id=at.clinic.pk,
        until=NINE + minutes(90),
        **WHO,
    )

    assert pieces(absence) == [(NINE + minutes(45), NINE + minutes(90))]
    assert Conflict.objects.get(appointment=early).resolved_at is None
    assert Conflict.objects.get(appointment=late).resolution == "kept"
    absence.refresh_from_db()
    assert absence.ended_at is None


def test_it_ends_once_and_only_earlier():
    at = make.practice()
    absence = away(at)
    which = {"absence_id": absence.pk, "clinic_id": at.clinic.pk, **WHO}

    with pytest.raises(Invalid, match="between now and the end"):
        absences.end_absence(**which, until=DAY_END)
    absences.end_absence(**which)

    with pytest.raises(AbsenceOver):
        absences.end_absence(**which)
    with pytest.raises(NotFound):
        absences.end_absence(**{**which, "clinic_id": make.practice().clinic.pk})


def test_moving_by_hand_never_offers_the_absent_resource_its_own_old_time():
    at = make.practice({**make.ONE_OF_EACH, "clinician": 2})
    one, other = at.by_kind["clinician"]
    visit = at.book()
    assert live(visit).filter(resource=one).exists()
    away(at, resource_id=one.pk)

    moved = act(book.move, visit, start=NINE + minutes(15))

    assert live(moved).filter(resource=other).exists()
    assert Conflict.objects.get().resolution == "moved"
    assert booking_checks.findings(NOW) == []
