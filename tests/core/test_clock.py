"""The clock: the database's, moved only in a demo and only for domain time."""

from datetime import UTC, datetime, timedelta

import pytest

from core import clock

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 12, 1, 14, tzinfo=UTC)


def test_a_demo_sets_domain_time_and_leaves_real_time_alone():
    before = clock.real_now()

    clock.set_to(TUESDAY)

    assert timedelta(0) <= clock.now() - TUESDAY < timedelta(seconds=5)
    assert timedelta(0) <= clock.real_now() - before < timedelta(seconds=5)


def test_advances_from_where_it_is():
    clock.set_to(TUESDAY)

    clock.advance(timedelta(hours=3))

    assert clock.now() - TUESDAY >= timedelta(hours=3)


def test_resets_to_real_time():
    clock.set_to(TUESDAY)

    clock.reset()

    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=1)


def test_outside_a_demo_the_clock_is_real(settings):
    clock.set_to(TUESDAY)
    settings.DEMO = False

    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=1)
    with pytest.raises(clock.ClockIsReal):
        clock.set_to(TUESDAY)
