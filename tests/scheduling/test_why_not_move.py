"""Why a visit cannot move to a time: what is said is true, and nothing is missing."""

import random
from datetime import time
from itertools import combinations

import pytest
from django.db import transaction

from scheduling.booking import book
from scheduling.booking.error_rendering import slot_taken_json
from scheduling.booking.errors import SlotTaken
from scheduling.explain.obstacles import Cause
from scheduling.explain.sentences import parts
from scheduling.explain.vocabulary import plain
from scheduling.models import Absence, Conflict, Reservation
from scheduling.setup import services as setup
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.acts import act, at_hold, live
from tests.scheduling.asking import absent as absence_of
from tests.scheduling.staggered import ROOM_THEN_CLINICIAN, a_practice, absent
from tests.scheduling.test_moves_equal_brute_force import a_visit_in_the_way

pytestmark = pytest.mark.django_db


def preview(visit, start):
    return book.preview_move(appointment_id=visit.pk, start=start, now=NOW)


def said(seen):
    return parts(seen.why, plain(NINE.tzinfo)) if seen.why else []


def take_away(at, block):
    """Exactly what a block stands for, and nothing else."""
    if block.cause in {Cause.CLOSED, Cause.HOURS}:
        setup.set_hours(
            clinic_id=at.clinic.pk,
            resource_id=block.resource_id,
            hours={block.on.weekday(): [(time(0), time(0))]},
            by=BY,
            now=NOW,
        )
        return
    live_rows = Reservation.objects.filter(resource=block.resource_id)
    if block.cause is Cause.ABSENCE:
        live_rows.filter(absence=block.key).update(released_at=NOW)
        Absence.objects.filter(pk=block.key).update(ended_at=NOW)
        return
    assert live_rows.filter(pk=block.key).update(released_at=NOW) == 1


def is_possible_without(at, visit, start, blocks):
    with transaction.atomic():
        for block in blocks:
            take_away(at, block)
        changed = preview(visit, start).changed
        transaction.set_rollback(True)
    return changed is not None


@pytest.mark.parametrize("seed", range(24))
def test_without_exactly_what_is_named_the_move_can_be_made(seed):
    dice = random.Random(seed)
    at, visit = a_visit_in_the_way(dice)
    offsets = [offset for offset in range(-90, 480, 5) if offset]

    for offset in dice.sample(offsets, 12):
        start = NINE + minutes(offset)
        seen = preview(visit, start)
        assert (seen.why is None) == (seen.changed is not None), offset
        if seen.why is None:
            continue
        blocks = seen.why.finding.blocks
        assert is_possible_without(at, visit, start, blocks), offset
        for fewer in combinations(blocks, len(blocks) - 1):
            assert not is_possible_without(at, visit, start, fewer), offset


def refusal_of(visit, start, verb=book.move):
    with pytest.raises(SlotTaken) as refused, transaction.atomic():
        act(verb, visit, start=start)
    return refused.value


def test_it_names_the_part_of_the_visit_who_is_taken_and_until_when():
    at = make.practice()
    visit = at.book()
    at.book(start=NINE + minutes(120))

    seen = preview(visit, NINE + minutes(120))

    assert said(seen) == [
        "Visit: consult_room 1 is booked until 11:45.",
        "Visit: clinician 1 is booked until 11:45.",
    ]


def test_the_refusal_of_a_move_says_the_same():
    at = make.practice()
    visit = at.book()
    at.book(start=NINE + minutes(120))

    refused = refusal_of(visit, NINE + minutes(120))

    assert refused.detail.startswith(
        " ".join(said(preview(visit, NINE + minutes(120))))
    )
    blocks = slot_taken_json(refused)["blocks"]
    assert {block["code"] for block in blocks} == {"booking"}
    assert {block["resource"]["name"] for block in blocks} == {
        "clinician 1",
        "consult_room 1",
    }


def test_its_own_time_is_never_in_its_way():
    at = a_practice(ROOM_THEN_CLINICIAN)
    visit = at.book(visit_type="visit")
    at.book(visit_type="visit", start=NINE + minutes(60))

    seen = preview(visit, NINE + minutes(15))

    assert said(seen) == ["Set up: consult_room 1 is booked from 10:00 until 11:00."]


def test_the_part_that_is_named_is_the_one_that_cannot_be_had():
    at = make.practice(make.ONE_OF_EACH)
    visit = at.book()
    kind = make.visit_type(
        at.clinic,
        make.PhaseSpec("Set up", 0, 30, (make.NeedSpec(("nurse",)),)),
        make.PhaseSpec("Spin", 30, 30, (make.NeedSpec(("centrifuge",)),)),
    )
    visit = at.book(visit_type=kind.slug)
    absence_of(
        at.one("centrifuge"), NINE + minutes(90), NINE + minutes(300), "maintenance"
    )

    seen = preview(visit, NINE + minutes(60))

    assert said(seen) == [
        "Spin: centrifuge 1 is in maintenance from 10:30 until 14:00."
    ]


def test_hours_and_holidays_are_named_with_their_day():
    at = make.practice(holiday_calendar="US")
    visit = at.book()
    labor_day = NINE + minutes(5 * 24 * 60)

    early = preview(visit, NINE - minutes(120))
    holiday = preview(visit, labor_day)

    assert said(early) == ["The clinic is open only 08:00–17:00 on Wed 2 Sep."]
    assert said(holiday) == ["The clinic is closed on Mon 7 Sep (Labor Day)."]


def test_a_hold_is_in_the_way_until_it_ends():
    at = make.practice()
    visit = at.book()
    held = at_hold(at, start=NINE + minutes(120))

    seen = preview(visit, NINE + minutes(120))
    later = book.preview_move(
        appointment_id=visit.pk, start=NINE + minutes(120), now=held.expires_at
    )

    assert "Visit: clinician 1 is held until 11:45." in said(seen)
    assert later.changed is not None


def test_an_absence_that_waits_for_the_visits_own_time_is_in_its_way():
    at = a_practice()
    visit = at.book(visit_type="visit")
    absent(at, at.one("clinician"), 75, 120)

    seen = preview(visit, NINE + minutes(15))

    assert said(seen) == ["See: clinician 1 is ill from 10:15 until 11:00."]
    assert Conflict.objects.get().resolved_at is None


def test_the_patients_other_visit_is_in_the_way_but_not_this_one():
    at = make.practice(make.ONE_OF_EACH | {"clinician": 2, "consult_room": 2})
    who = at.patient()
    visit = at.book(who)
    at.book(who, start=NINE + minutes(120))

    seen = preview(visit, NINE + minutes(120))

    assert [reason.code for reason in seen.reasons] == ["patient-busy"]
    assert said(seen) == ["The patient has another visit, 11:00–11:45."]


def test_one_whom_the_patient_does_not_want_is_no_way_out_unsaid():
    at = make.practice({**make.ONE_OF_EACH, "clinician": 2})
    wanted, unwanted = at.by_kind["clinician"]
    visit = at.book(avoiding=frozenset({unwanted.pk}))
    absence_of(wanted, NINE + minutes(60), NINE + minutes(180), "leave")

    seen = preview(visit, NINE + minutes(60))

    assert said(seen) == ["Visit: clinician 1 is on leave until 12:00."]


def test_the_clinician_asked_for_is_named_where_others_have_time():
    at = make.practice({**make.ONE_OF_EACH, "clinician": 2, "consult_room": 2})
    asked = at.one("clinician")
    visit = at.book(clinician=asked.pk)
    at.book(clinician=asked.pk, start=NINE + minutes(60))

    seen = preview(visit, NINE + minutes(60))

    assert said(seen) == ["Visit: clinician 1 is booked until 10:45."]


def test_other_resources_at_the_same_time_say_who_is_not_free():
    at = make.practice({**make.ONE_OF_EACH, "clinician": 2, "consult_room": 2})
    ill, other = at.by_kind["clinician"]
    visit = at.book(clinician=ill.pk)
    at.book(clinician=other.pk)

    seen = book.preview_reassign(
        appointment_id=visit.pk, avoiding=frozenset({ill.pk}), now=NOW
    )

    assert said(seen) == ["Visit: clinician 2 is booked until 09:45."]


def test_undoing_a_move_says_who_has_the_old_time():
    at = make.practice()
    visit = at.book()
    moved = act(book.move, visit, start=NINE + minutes(120))
    at.book()

    with pytest.raises(SlotTaken) as refused:
        act(book.undo_move, moved)

    assert "Visit: clinician 1 is booked until 09:45." in refused.value.detail


def test_what_the_clinic_has_not_is_said_so():
    at = make.practice()
    visit = at.book()
    room = live(visit).get(resource__kind="consult_room").resource
    type(room).objects.filter(pk=room.pk).update(active=False)

    seen = preview(visit, NINE + minutes(60))

    assert said(seen) == [
        "The clinic has no consult room in use: consult_room 1 is retired."
    ]
