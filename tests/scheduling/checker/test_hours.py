"""The checker and the engine agree on when a clinic is open."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.booking.misfits import misfits
from scheduling.consistency import checks as booking_checks
from scheduling.models import Conflict, OpeningHours, ScheduleException
from scheduling.setup import services as setup
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE
from tests.scheduling.acts import keep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("allowed")]

ZONE = ZoneInfo("America/Chicago")
# A plain day, the one with an hour twice, the one without, and what lies beside them.
DAYS = [date(2026, 9, 2), date(2026, 11, 1), date(2027, 3, 14)]


def found(now=NOW):
    return booking_checks.findings(now, ["hours"])


def put(visit, start):
    """The visit and its reservations as if they had been booked for then."""
    later = start.astimezone(UTC) - visit.start
    # By a detour: on the way there they are not in each other's way.
    for step in (timedelta(days=4000), later - timedelta(days=4000)):
        for row in visit.reservations.all():
            row.period = (row.period.lower + step, row.period.upper + step)
            row.save(update_fields=["period"])
    visit.during = (visit.during.lower + later, visit.during.upper + later)
    visit.save(update_fields=["during"])
    visit.refresh_from_db()


def some_time(dice, first=0):
    minutes = dice.randrange(first, 24 * 60, dice.choice([1, 5, 15, 60]))
    return time(*divmod(minutes, 60))


def some_stretch(dice):
    start, end = sorted((some_time(dice), some_time(dice)))
    return (start, end) if start < end else (start, time())


def some_rules(dice, at, day):
    OpeningHours.objects.filter(clinic=at.clinic).delete()
    ScheduleException.objects.filter(clinic=at.clinic).delete()
    for _ in range(dice.randint(0, 4)):
        start, end = some_stretch(dice)
        near = [None, *(day + timedelta(days=n) for n in (-1, 0, 1))]
        first, last = dice.choice(near), dice.choice(near)
        OpeningHours.objects.create(
            clinic=at.clinic,
            weekday=(day.weekday() + dice.choice([0, 0, 1])) % 7,
            local_start=start,
            local_end=end,
            valid_from_on=first,
            valid_to_on=last if not first or not last or first <= last else None,
        )
    for _ in range(dice.randint(0, 2)):
        start, end = dice.choice([(None, None), some_stretch(dice)])
        ScheduleException.objects.create(
            clinic=at.clinic,
            kind=dice.choice(["extra", "closed"]),
            applies_on=day,
            local_start=start,
            local_end=end,
        )


@pytest.mark.parametrize("day", DAYS)
def test_a_visit_is_found_exactly_when_the_engine_would_not_book_it(day):
    at, dice = make.practice(), random.Random(day.toordinal())
    visit = at.book(visit_type="bmc-ultrasound")
    answers = set()

    for _ in range(60):
        some_rules(dice, at, day)
        hour = dice.choice([0, 1, 2, 3, 9, 14, 21, 23])
        wall = datetime.combine(day, time(hour, dice.choice([0, 5, 30])), ZONE)
        put(visit, wall.replace(fold=dice.choice([0, 1])))
        is_misfit = bool(misfits(at.clinic.pk, None, NOW))
        answers.add(is_misfit)

        assert bool(found()) == is_misfit

    assert answers == {True, False}


def close_the_day(at):
    setup.add_exception(
        clinic_id=at.clinic.pk,
        kind="closed",
        applies_on=NINE.date(),
        by=BY,
        now=NOW,
    )


def test_a_visit_somebody_decides_on_or_kept_is_no_fault():
    at = make.practice()
    at.book()
    close_the_day(at)

    assert found() == []
    keep(Conflict.objects.get())

    assert found() == []


def test_what_is_over_is_not_asked_about():
    at = make.practice()
    at.book()
    OpeningHours.objects.all().delete()

    assert found()
    assert found(now=NINE + timedelta(minutes=1)) == []
    assert found(now=None) == []
