"""Visits that the clinic's hours leave without anybody being asked."""

from datetime import time, timedelta

from scheduling.models import OpeningHours, ScheduleException
from tests.factories.scheduling import NINE
from tests.scheduling.checker.spoiling import spoils

TODAY = NINE.date()
CLOSED = "when its clinic is closed, and no conflict says so"


def hours(at):
    return OpeningHours.objects.filter(clinic=at.clinic, resource=None)


def exception(at, kind, start=None, end=None):
    return ScheduleException.objects.create(
        clinic=at.clinic, kind=kind, applies_on=TODAY, local_start=start, local_end=end
    )


@spoils("hours", CLOSED)
def a_visit_on_a_weekday_without_hours(at):
    at.book()
    yield
    hours(at).filter(weekday=TODAY.weekday()).delete()


@spoils("hours", CLOSED)
def a_visit_that_ends_after_closing(at):
    at.book()
    yield
    hours(at).update(local_end=time(9, 40))


@spoils("hours", CLOSED)
def a_visit_across_lunch(at):
    at.book()
    hours(at).update(local_end=time(17))
    yield
    hours(at).update(local_end=time(9, 20))
    for weekday in range(5):
        hours(at).create(
            clinic=at.clinic,
            weekday=weekday,
            local_start=time(9, 25),
            local_end=time(17),
        )


@spoils("hours", CLOSED)
def a_visit_after_the_hours_were_valid(at):
    at.book()
    yield
    hours(at).update(valid_to_on=TODAY - timedelta(days=1))


@spoils("hours", CLOSED)
def a_visit_before_the_hours_are_valid(at):
    at.book()
    yield
    hours(at).update(valid_from_on=TODAY + timedelta(days=1))


@spoils("hours", CLOSED)
def a_visit_on_a_closed_day(at):
    at.book()
    yield
    exception(at, "closed")


@spoils("hours", CLOSED)
def a_visit_in_a_closed_hour_of_an_extra_day(at):
    at.book()
    exception(at, "extra")
    yield
    exception(at, "closed", time(9, 44), time(10))


@spoils("hours", CLOSED)
def a_visit_in_extra_hours_that_are_gone(at):
    at.book()
    extra = exception(at, "extra", time(8), time(12))
    hours(at).delete()
    yield
    extra.delete()
