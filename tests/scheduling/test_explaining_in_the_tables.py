"""The same truth end to end: free exactly what is named, search again, find it."""

import random
from datetime import date, timedelta

import pytest
from django.db import transaction

from scheduling.booking.errors import SlotTaken
from scheduling.explain.obstacles import Cause
from scheduling.models import Reservation
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.scheduling.asking import absent, ask, at_clock

pytestmark = pytest.mark.django_db

KINDS = make.ONE_OF_EACH | {"clinician": 2, "recovery_bay": 2, "preop_bay": 2}
DAYS = 5


def crowded(seed):
    """Two weekdays and more with consultations and with things out of order."""
    rng = random.Random(seed)
    at = make.practice(KINDS)
    for day in range(DAYS):
        morning = at_clock(8) + timedelta(days=day)
        for _ in range(rng.randint(2, 8)):
            start = morning + timedelta(minutes=15 * rng.randrange(0, 32))
            try:
                at.book(start=start)
            except SlotTaken:
                continue
        for resource in at.clinic.resources.exclude(kind="consult_room").order_by(
            "name"
        ):
            begins = morning + timedelta(minutes=15 * rng.randrange(0, 24))
            ends = begins + timedelta(minutes=rng.choice([60, 180, 420]))
            free = not resource.reservations.filter(
                released_at=None, starts_at__lt=ends, ends_at__gt=begins
            ).exists()
            if free and rng.random() < 0.7:
                absent(resource, begins, ends, rng.choice(["ill", "broken"]))
    return at


def free(block):
    """Release what a block stands for; nothing else."""
    rows = Reservation.objects.filter(resource=block.resource_id)
    mine = {"absence": block.key} if block.cause is Cause.ABSENCE else {"pk": block.key}
    assert rows.filter(**mine).update(released_at=NOW) >= 1


@pytest.mark.parametrize("seed", range(6))
def test_what_is_named_is_what_is_in_the_way(seed):
    at = crowded(seed)
    last = date(2026, 9, 2) + timedelta(days=DAYS - 1)
    explained = ask(at, "bmc-ultrasound", last=last, limit=500)
    real = {Cause.ABSENCE, Cause.BOOKING, Cause.HOLD}

    for rejected in explained.rejected:
        blocks = rejected.finding.blocks
        if not {block.cause for block in blocks} <= real:
            assert rejected.code == "clinic-hours"
            continue
        question = explained.question.but(from_on=rejected.day, to_on=rejected.day)
        assert question.openings() == []
        instant = rejected.finding.scene.grid.instant(rejected.finding.cell)
        assert instant in starts_without(question, blocks)


def starts_without(question, blocks):
    """What is found that day once these are free; then they are taken again."""
    with transaction.atomic():
        for block in blocks:
            free(block)
        starts = {one.start for one in question.openings()}
        transaction.set_rollback(True)
    return starts


def test_the_crowded_clinics_reject_days_for_what_is_in_the_way():
    last = date(2026, 9, 2) + timedelta(days=DAYS - 1)
    codes = [
        one.code
        for seed in range(10)
        for one in ask(crowded(seed), "bmc-ultrasound", last=last).rejected
    ]

    assert codes.count("absence") + codes.count("booking") > 5
