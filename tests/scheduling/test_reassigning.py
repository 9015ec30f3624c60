"""Which resources a move keeps, other resources at the same start, and moving back."""

import pytest
from django.db import transaction

from core.problems import Invalid, StaleVersion
from core.refusal import Refused
from scheduling.booking import book
from scheduling.booking.errors import SlotTaken
from scheduling.events import AppointmentMoved, AppointmentReassigned
from scheduling.models import Absence, Appointment, AppointmentMove, Conflict
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.acts import act, last_entry, live

pytestmark = pytest.mark.django_db

TEN = NINE + minutes(60)
TWO = {**make.ONE_OF_EACH, "clinician": 2, "consult_room": 2}


@pytest.fixture
def at():
    return make.practice(TWO)


def of(visit, kind):
    [row] = live(visit).filter(resource__kind=kind)
    return row.resource


def other(at, resource):
    return next(one for one in at.by_kind[resource.kind] if one != resource)


def take_out(visit, resource, period=None):
    absence = Absence.objects.create(
        resource=resource,
        period=period or (NINE, NINE + minutes(240)),
        made_by="x",
        created_at=NOW,
    )
    Conflict.objects.create(
        appointment=visit, absence=absence, cause="absence", opened_at=NOW
    )
    return absence


@pytest.mark.parametrize("which", [1, 2])
@pytest.mark.parametrize("moves", [False, True])
def test_what_is_preferred_takes_the_place_of_what_is_avoided(moves, which):
    at = make.practice({**TWO, "consult_room": 3})
    visit = at.book()
    asked = {
        "prefer": frozenset({at.by_kind["consult_room"][which].pk}),
        "avoiding": frozenset({of(visit, "consult_room").pk}),
    }
    before = of(visit, "clinician")

    if moves:
        changed = act(book.move, visit, start=TEN, **asked)
    else:
        changed = act(book.reassign, visit, **asked)

    assert of(changed, "consult_room").pk in asked["prefer"]
    assert of(changed, "clinician") == before


def test_a_move_keeps_the_resources_that_are_free(at):
    visit = at.book(clinician=at.by_kind["clinician"][1].pk)
    Appointment.objects.filter(pk=visit.pk).update(clinician=None)
    # Without the preference the room beside this visit would waste less.
    at.book(start=TEN + minutes(45), clinician=at.by_kind["clinician"][0].pk)
    before = {of(visit, "clinician"), of(visit, "consult_room")}

    moved = act(book.move, visit, start=TEN)

    assert {of(moved, "clinician"), of(moved, "consult_room")} == before


def test_a_move_takes_another_where_its_own_is_taken(at):
    visit = at.book()
    mine = of(visit, "consult_room")
    rival = at.book(start=TEN)
    live(rival).filter(resource__kind="consult_room").update(resource=mine)

    moved = act(book.move, visit, start=TEN)

    assert of(moved, "consult_room") == other(at, mine)


def test_a_move_never_takes_what_is_to_be_avoided(at):
    visit = at.book()
    mine = of(visit, "clinician")

    moved = act(book.move, visit, start=TEN, avoiding=frozenset({mine.pk}))

    assert of(moved, "clinician") == other(at, mine)


def test_a_move_says_what_it_changed(at):
    visit = act(book.confirm, at.book())
    rows = {(row.resource_id, row.need_id) for row in live(visit)}

    act(book.move, visit, start=TEN, reason="patient asked")

    row = AppointmentMove.objects.get()
    assert (row.version, row.reason, row.moved_by) == (3, "patient asked", str(BY))
    assert (row.from_during.lower, row.to_during.lower) == (NINE, TEN)
    assert row.from_confirmed_at == NOW
    assert {(claim["resource"], claim["need"]) for claim in row.from_claims} == rows


def test_a_move_out_of_an_absence_that_its_own_visit_kept_open(at):
    visit = at.book()
    ill = of(visit, "clinician")
    take_out(visit, ill)

    moved = act(book.move, visit, start=NINE + minutes(15))

    assert of(moved, "clinician") == other(at, ill)
    assert Conflict.objects.get().resolution == "moved"


def test_reassigning_keeps_start_revision_and_confirmation(at, heard):
    visit = act(book.confirm, at.book())
    ill, room = of(visit, "clinician"), of(visit, "consult_room")

    changed = act(book.reassign, visit, avoiding=frozenset({ill.pk}))

    assert of(changed, "clinician") == other(at, ill)
    assert of(changed, "consult_room") == room
    assert (changed.start, changed.revision, changed.version) == (NINE, 0, 3)
    assert changed.confirmed_at == NOW
    assert isinstance(heard[-1], AppointmentReassigned)
    assert last_entry(f"appointment:{visit.pk}").name == "appointment.reassigned"
    row = AppointmentMove.objects.get()
    assert row.from_during == row.to_during


def test_reassigning_resolves_the_conflict_and_gives_the_time_to_the_absence(at):
    visit = at.book()
    ill, room = of(visit, "clinician"), of(visit, "consult_room")
    absence = take_out(visit, ill)
    take_out(visit, room)

    act(book.reassign, visit, avoiding=frozenset({ill.pk}))

    about = dict(Conflict.objects.values_list("absence__resource", "resolution"))
    assert about == {ill.pk: "moved", room.pk: "moved"}
    assert absence.reservations.filter(released_at=None).count() == 1


def test_reassigning_leaves_conflicts_about_other_things_open(at):
    visit = at.book()
    ill = of(visit, "clinician")
    Conflict.objects.create(appointment=visit, cause="linked", opened_at=NOW)

    act(book.reassign, visit, avoiding=frozenset({ill.pk}))

    assert Conflict.objects.get().resolved_at is None


def test_nobody_else_to_take_over_leaves_the_visit_as_it_was():
    at = make.practice()
    visit = at.book()
    ill = of(visit, "clinician")

    with pytest.raises(SlotTaken), transaction.atomic():
        act(book.reassign, visit, avoiding=frozenset({ill.pk}))

    assert of(visit, "clinician") == ill
    assert not AppointmentMove.objects.exists()


def test_reassigning_nothing_is_said_so(at):
    visit = at.book()

    with pytest.raises(Invalid, match="Nothing would change"):
        act(book.reassign, visit, avoiding=frozenset())


def test_a_stale_version_is_not_reassigned(at):
    visit = at.book()
    act(book.confirm, visit)

    with pytest.raises(StaleVersion):
        act(book.reassign, visit, avoiding=frozenset())


def test_undo_brings_back_start_resources_and_confirmation(at, heard):
    visit = act(book.confirm, at.book())
    before = {(r.resource_id, r.starts_at, r.ends_at) for r in live(visit)}
    mine = frozenset({of(visit, "clinician").pk})
    moved = act(book.move, visit, start=TEN, avoiding=mine)

    back = act(book.undo_move, moved, now=NOW + minutes(1))

    assert {(r.resource_id, r.starts_at, r.ends_at) for r in live(back)} == before
    assert (back.start, back.confirmed_at) == (NINE, NOW)
    assert (back.version, back.revision) == (4, 2)
    assert isinstance(heard[-1], AppointmentMoved)
    assert last_entry(f"appointment:{visit.pk}").name == "appointment.move_undone"
    first = AppointmentMove.objects.order_by("version").first()
    assert first.undone_at == NOW + minutes(1)


def test_undo_goes_back_move_by_move_and_then_says_there_is_nothing(at):
    visit = act(book.move, at.book(), start=TEN)
    visit = act(book.move, visit, start=TEN + minutes(60))

    once = act(book.undo_move, visit)
    twice = act(book.undo_move, once)
    thrice = act(book.undo_move, twice)

    assert (once.start, twice.start) == (TEN, NINE)
    assert isinstance(thrice, Refused)
    assert [reason.code for reason in thrice.reasons] == ["nothing-to-undo"]


def test_undo_takes_others_where_the_old_ones_are_taken(at):
    visit = at.book()
    room = of(visit, "consult_room")
    moved = act(book.move, visit, start=TEN)
    rival = at.book()
    live(rival).filter(resource__kind="consult_room").update(resource=room)

    back = act(book.undo_move, moved)

    assert of(back, "consult_room") == other(at, room)


def test_undo_is_refused_once_the_old_time_is_over(at):
    moved = act(book.move, at.book(), start=TEN)

    refused = act(book.undo_move, moved, now=NINE + minutes(5))

    assert [reason.code for reason in refused.reasons] == ["too-late"]


def test_undo_where_somebody_has_the_old_time_changes_nothing():
    at = make.practice()
    moved = act(book.move, at.book(), start=TEN)
    at.book()

    with pytest.raises(SlotTaken), transaction.atomic():
        act(book.undo_move, moved)

    moved.refresh_from_db()
    assert moved.start == TEN


def test_undoing_a_reassignment_keeps_what_was_confirmed_since(at, heard):
    visit = at.book()
    mine = of(visit, "clinician")
    changed = act(book.reassign, visit, avoiding=frozenset({mine.pk}))
    confirmed = act(book.confirm, changed)

    back = act(book.undo_move, confirmed)

    assert of(back, "clinician") == mine
    assert back.confirmed_at == NOW
    assert isinstance(heard[-1], AppointmentReassigned)


def test_a_preview_says_what_would_change_and_changes_nothing(at):
    visit = at.book()
    mine = of(visit, "clinician")

    preview = book.preview_move(
        appointment_id=visit.pk, start=TEN, avoiding=frozenset({mine.pk}), now=NOW
    )

    assert (preview.changed.start_before, preview.changed.start) == (NINE, TEN)
    [phase] = preview.changed.replaced
    assert [(a.name, b.name) for a, b in phase.replaced] == [
        (mine.name, other(at, mine).name)
    ]
    assert [one.kind for one in phase.kept] == ["consult_room"]
    assert of(visit, "clinician") == mine


def test_a_preview_says_why_not_and_what_instead():
    at = make.practice()
    visit = at.book()
    at.book(start=TEN)

    preview = book.preview_move(appointment_id=visit.pk, start=TEN, now=NOW)

    assert preview.changed is None
    assert [reason.code for reason in preview.reasons] == ["slot-taken"]
    assert preview.alternatives
