"""A visit in the way of an absence moves, but never onto what the absence waits for."""

from datetime import timedelta

import pytest
from django.db import transaction

from scheduling.booking import book
from scheduling.booking.errors import SlotTaken
from scheduling.models import Conflict, Reservation
from scheduling.openings.search import find_openings
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, act, keep, live
from tests.scheduling.repairing import apply, check_clean, reach
from tests.scheduling.staggered import ROOM_WITH_BUFFER, a_practice, absent

pytestmark = pytest.mark.django_db


def preview(visit, start):
    return book.preview_move(appointment_id=visit.pk, start=start, now=NOW)


def of(visit, kind):
    return live(visit).get(resource__kind=kind)


def pieces(absence):
    rows = absence.reservations.filter(released_at=None).order_by("starts_at")
    return [(row.starts_at, row.ends_at) for row in rows]


def refusal_of_a_move(visit, start):
    with pytest.raises(SlotTaken) as refused, transaction.atomic():
        act(book.move, visit, start=start)
    return refused.value


def test_a_move_keeps_whoever_is_absent_in_another_part_of_the_visit():
    at = a_practice()
    visit = at.book(visit_type="visit")
    absence = absent(at, at.one("clinician"), 75, 120)
    ten = NINE + minutes(60)

    seen = preview(visit, ten)
    moved = act(book.move, visit, start=ten)

    assert seen.changed is not None
    assert of(moved, "clinician").starts_at == NINE + minutes(120)
    assert pieces(absence) == [
        (NINE + minutes(75), NINE + minutes(90)),
        (NINE + minutes(90), NINE + minutes(120)),
    ]
    assert Conflict.objects.get().resolution == "moved"
    check_clean()


def test_a_move_does_not_land_on_what_the_absence_waits_for():
    at = a_practice()
    visit = at.book(visit_type="visit")
    absent(at, at.one("clinician"), 75, 120)

    seen = preview(visit, NINE + minutes(15))

    assert [reason.code for reason in seen.reasons] == ["slot-taken"]
    refusal_of_a_move(visit, NINE + minutes(15))
    assert Conflict.objects.get().resolved_at is None


@pytest.mark.parametrize("earlier", [5, 10])
def test_a_move_minds_the_buffers_that_an_absence_waits_for(earlier):
    at = a_practice(ROOM_WITH_BUFFER, rooms=2)
    visit = at.book(visit_type="visit")
    absent(at, of(visit, "consult_room").resource, 30, 60)
    start = NINE - minutes(earlier)

    seen = preview(visit, start)
    moved = act(book.move, visit, start=start)

    assert of(moved, "consult_room").resource == at.by_kind["consult_room"][1]
    assert [
        (after.name) for phase in seen.changed.phases for _, after in phase.replaced
    ] == ["consult_room 2"]
    check_clean()


def test_other_resources_at_the_same_start_mind_the_buffers_too():
    at = a_practice(ROOM_WITH_BUFFER, rooms=2)
    visit = at.book(visit_type="visit")
    absence = absent(at, of(visit, "consult_room").resource, 30, 60)

    changed = act(book.reassign, visit)

    assert of(changed, "consult_room").resource == at.by_kind["consult_room"][1]
    assert Conflict.objects.get().resolution == "moved"
    assert len(pieces(absence)) == 2
    check_clean()


def test_a_move_refused_for_an_absence_names_other_times():
    at = make.practice()
    visit = at.book()
    absent(at, at.one("clinician"), 0, 30)

    refused = refusal_of_a_move(visit, NINE + minutes(15))
    seen = preview(visit, NINE + minutes(15))

    free = [NINE + minutes(offset) for offset in (30, 45, 60)]
    assert [one.start for one in refused.alternatives] == free
    assert [one.start for one in seen.alternatives] == free


def test_a_visit_that_was_kept_is_offered_other_times_too():
    at = make.practice()
    visit = at.book()
    absent(at, at.one("clinician"), 0, 30)
    keep(Conflict.objects.get())

    seen = preview(visit, NINE + minutes(15))

    assert seen.changed is None
    assert [one.start for one in seen.alternatives][:1] == [NINE + minutes(30)]


def test_what_is_offered_instead_can_be_had():
    at = make.practice()
    visit = at.book()
    absent(at, at.one("clinician"), 20, 45)

    refused = refusal_of_a_move(visit, NINE + minutes(5))

    moved = act(book.move, visit, start=refused.alternatives[0].start)
    assert moved.start == NINE + minutes(45)
    check_clean()


def test_a_visit_moves_to_an_opening_before_the_absence():
    at = make.practice()
    visit = at.book()
    absent(at, at.one("clinician"), 0, 30)
    eight = NINE - minutes(50)

    moved = act(book.move, visit, start=eight)

    assert moved.start == eight
    check_clean()


def test_the_clinician_asked_for_is_insisted_on_beside_the_absence():
    at = a_practice(clinicians=2)
    asked = at.one("clinician")
    visit = at.book(visit_type="visit", clinician=asked.pk)
    absent(at, asked, 75, 120)

    beside = preview(visit, NINE + minutes(60))
    within = preview(visit, NINE + minutes(15))

    assert not beside.changed.replaced
    assert within.changed.replaced


def test_a_swap_gives_the_absence_what_it_waited_for():
    phases = (
        make.PhaseSpec("One", 0, 30, (make.NeedSpec(("clinician",)),)),
        make.PhaseSpec("Two", 30, 30, (make.NeedSpec(("clinician",)),)),
    )
    at = a_practice(phases, clinicians=2)
    visit = at.book(visit_type="visit")
    first = live(visit).get(starts_at=NINE).resource
    [other] = [one for one in at.by_kind["clinician"] if one != first]
    Reservation.objects.filter(appointment=visit, starts_at=NINE + minutes(30)).update(
        resource=other
    )
    absence = absent(at, first, 0, 30)

    changed = act(book.reassign, visit)

    assert live(changed).get(starts_at=NINE).resource == other
    assert pieces(absence) == [(NINE, NINE + minutes(30))]
    assert Conflict.objects.get().resolution == "moved"
    check_clean()


def a_plan(at, absence):
    reach(at)
    return repair.propose(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)


def test_a_plan_with_single_resources_is_carried_out_as_it_was_proven():
    at = a_practice()
    visit = at.book(visit_type="visit", start=NINE - minutes(60))
    plan = a_plan(at, absent(at, at.one("clinician"), 15, 30))
    [line] = plan.lines.all()

    apply(plan)

    line.refresh_from_db()
    visit.refresh_from_db()
    assert (line.state, line.detail) == ("done", "")
    assert visit.start == line.start == NINE - minutes(30)
    check_clean()


@pytest.mark.parametrize("absence", [(0, 15), (5, 20), (60, 75), (75, 120), (85, 90)])
@pytest.mark.parametrize("kind", ["clinician", "consult_room"])
def test_every_line_of_a_plan_around_a_short_absence_is_carried_out(kind, absence):
    at = a_practice()
    for offset in (-60, 0, 60):
        at.book(visit_type="visit", start=NINE + minutes(offset))
    plan = a_plan(at, absent(at, at.one(kind), *absence))

    apply(plan)

    lines = list(plan.lines.all())
    assert lines
    assert {line.state for line in lines} == {"done"}
    check_clean()


def test_an_opening_that_the_finder_lists_is_not_denied_to_a_move():
    at = a_practice()
    visit = at.book(visit_type="visit")
    absent(at, at.one("clinician"), 75, 120)
    day = NINE.date()

    found = find_openings(
        clinic_id=at.clinic.pk,
        visit_type="visit",
        from_on=day,
        to_on=day + timedelta(days=1),
        now=NOW,
        limit=200,
    )

    assert NINE + minutes(60) in {one.start for one in found}
    assert all(preview(visit, one.start).changed for one in found)
