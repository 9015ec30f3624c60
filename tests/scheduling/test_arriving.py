"""Who arrives and is checked in comes on the day of the visit, not before."""

from datetime import timedelta

import pytest

from core.refusal import Refused
from scheduling.booking import book
from tests.factories import scheduling as make
from tests.scheduling.acts import act

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit():
    return make.practice().book()


@pytest.mark.parametrize("verb", [book.arrive, book.check_in])
def test_nobody_comes_before_the_day_of_the_visit(visit, verb):
    evening_before = visit.start - timedelta(hours=9, minutes=1)

    refused = act(verb, visit, now=evening_before)

    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["not-yet"]


def test_the_day_begins_at_midnight_of_the_clinic(visit):
    midnight = visit.start - timedelta(hours=9)

    assert act(book.arrive, visit, now=midnight).status == "arrived"


def test_an_arrival_that_was_forgotten_is_noted_later(visit):
    next_day = visit.start + timedelta(days=1)

    assert act(book.arrive, visit, now=next_day).status == "arrived"
