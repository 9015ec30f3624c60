"""Moves beside random short absences: preview, move and trying everything agree."""

import random
from contextlib import suppress
from datetime import datetime
from itertools import product

import pytest
from django.db import transaction

from scheduling.booking import book
from scheduling.booking.errors import SlotTaken
from scheduling.consistency import checks as booking_checks
from scheduling.models import Absence, Reservation
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from scheduling.visit_types.selectors import visit_kind_of
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import act, live
from tests.scheduling.staggered import a_practice, absent

pytestmark = pytest.mark.django_db

KINDS = ("clinician", "consult_room")
OPENS, CLOSES = NINE - minutes(60), NINE + minutes(480)
Stretch = tuple[datetime, datetime]


def random_phases(dice):
    phases = []
    for number in range(dice.randint(1, 3)):
        offset = dice.randrange(0, 60, 5) if number else 0
        needs = tuple(
            NeedSpec((kind,), before=dice.choice((0, 5)), after=dice.choice((0, 15)))
            for kind in dice.sample(KINDS, dice.randint(1, 2))
        )
        phases.append(PhaseSpec(f"{number}", offset, dice.choice((15, 30)), needs))
    return phases


def a_visit(dice):
    """At nine, in a practice that is large enough for it."""
    at = a_practice(
        random_phases(dice), clinicians=dice.randint(1, 3), rooms=dice.randint(1, 3)
    )
    try:
        with transaction.atomic():
            return at, at.book(visit_type="visit")
    except SlotTaken:
        return a_visit(dice)


def a_visit_in_the_way(dice):
    """Others around it, and a short absence of something that it uses."""
    at, visit = a_visit(dice)
    for start in dice.sample(range(-60, 180, 5), 4):
        with suppress(SlotTaken), transaction.atomic():
            at.book(visit_type="visit", start=NINE + minutes(start))
    row = dice.choice(list(live(visit).order_by("pk")))
    start = (row.starts_at - NINE) // minutes(1) + dice.randrange(-15, 20, 5)
    absent(at, row.resource, start, start + dice.randrange(5, 30, 5))
    return at, visit


def busy_by_resource(visit) -> dict[int, list[Stretch]]:
    """What others have reserved, and whatever an absence is about."""
    rows = Reservation.objects.filter(released_at=None).exclude(appointment=visit)
    busy: dict[int, list[Stretch]] = {}
    for row in rows:
        busy.setdefault(row.resource_id, []).append((row.starts_at, row.ends_at))
    for absence in Absence.objects.all():
        whole = absence.period.lower, absence.period.upper
        busy.setdefault(absence.resource_id, []).append(whole)
    return busy


def overlap(one: Stretch, other: Stretch) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def spans_of(visit, start) -> list[Stretch]:
    """What each need takes, buffers included; nothing where a phase passes closing."""
    spans = []
    for need in visit_kind_of(visit.visit_type_id).plan.needs:
        begins = start + minutes(need.phase.offset_minutes)
        ends = begins + minutes(need.phase.duration_minutes)
        if begins < OPENS or ends > CLOSES:
            return []
        before, after = minutes(need.before_minutes), minutes(need.after_minutes)
        spans.append((begins - before, ends + after))
    return spans


def some_assignment_exists(at, visit, start) -> bool:
    """By trying every resource for every need."""
    spans, busy = spans_of(visit, start), busy_by_resource(visit)
    pools = [
        [one.pk for kind in need.kinds for one in at.by_kind[kind]]
        for need in visit_kind_of(visit.visit_type_id).plan.needs
    ]
    return bool(spans) and any(
        are_free(list(zip(chosen, spans, strict=True)), busy)
        for chosen in product(*pools)
    )


def are_free(chosen, busy) -> bool:
    """Neither busy then, nor wanted twice."""
    return not any(
        overlap(span, other)
        for at, (pk, span) in enumerate(chosen)
        for other in (
            *busy.get(pk, ()),
            *(taken for who, taken in chosen[:at] if who == pk),
        )
    )


def can_move(visit, start) -> bool:
    """It is moved, the tables are asked, and it is all taken back."""
    try:
        with transaction.atomic():
            act(book.move, visit, start=start)
            assert booking_checks.findings(NOW) == []
            transaction.set_rollback(True)
    except SlotTaken:
        return False
    return True


@pytest.mark.parametrize("seed", range(24))
def test_preview_move_and_brute_force_agree(seed):
    dice = random.Random(seed)
    at, visit = a_visit_in_the_way(dice)
    offsets = [offset for offset in range(-60, 120, 5) if offset]

    for offset in dice.sample(offsets, 8):
        start = NINE + minutes(offset)
        seen = book.preview_move(appointment_id=visit.pk, start=start, now=NOW)
        expected = some_assignment_exists(at, visit, start)
        assert (seen.changed is not None) == expected, offset
        assert can_move(visit, start) == expected, offset
