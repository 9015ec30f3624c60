"""Generated clinics on whose Wednesday somebody, a room or a device is away: by seed.

Few of each, open some hours on two days a week; absences of others overlap the visits.
"""

import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import time

from django.db import transaction

from core.problems import Problem
from scheduling.models import Absence, Appointment
from scheduling.repair.proposals import NothingToRepair
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, away

HOURS = {2: [(time(8), time(12))], 3: [(time(8), time(10))]}
WEEK = 7 * 24 * 60
THURSDAY_AT_EIGHT = 23 * 60


@dataclass
class BrokenDay:
    dice: random.Random
    at: make.Practice
    absence: Absence | None = None

    def away(self, resource, start, length):
        """From these minutes after nine; None if it is away then already."""
        begin, end = NINE + minutes(start), NINE + minutes(start + length)
        with suppress(Problem), transaction.atomic():
            return away(self.at, resource_id=resource.pk, start=begin, end=end)

    def try_to_book(self, patient, **fields):
        """None where it does not fit."""
        fields["visit_type"] = f"visit-{self.dice.randrange(3)}"
        fields["start"] = NINE + minutes(self.dice.randrange(-60, 165, 5))
        with suppress(Problem), transaction.atomic():
            return self.at.book(patient, **fields)


def plans(seeds):
    """A plan for each seed whose day needs one."""
    for seed in seeds:
        day = a_broken_day(seed)
        if day.absence is not None:
            with suppress(NothingToRepair):
                yield repair.propose(
                    absence_id=day.absence.pk, clinic_id=day.at.clinic.pk, **WHO
                )


def a_broken_day(seed, most=6):
    dice = random.Random(seed)
    counts = {"clinician": dice.randint(2, 3), "consult_room": dice.randint(1, 3)}
    at = make.practice({**counts, "ultrasound": 1}, hours=HOURS, ship=False)
    day = BrokenDay(dice, at)
    for number in range(3):
        _define_visit_type(day, f"visit-{number}")
    _book_the_day(day, most)
    _take_time(day)
    _vary_the_visits(day)
    kind = dice.choice(("clinician",) * 5 + ("consult_room", "ultrasound"))
    start, length = dice.choice((-60, 0)), dice.choice((120, 240))
    day.absence = day.away(at.one(kind), start, length)
    return day


def _define_visit_type(day, slug):
    phases = _phases(day.dice)
    in_person = day.dice.random() < 0.75
    make.visit_type(day.at.clinic, *phases, slug=slug, in_person=in_person)


def _phases(dice):
    """A clinician and a room; then perhaps the same clinician, or something else."""
    clinician = NeedSpec(("clinician",), key="who", after=dice.choice((0, 0, 5)))
    room = NeedSpec(("consult_room",), after=dice.choice((0, 0, 15)))
    length = dice.choice((20, 30, 45))
    more = (
        None,
        NeedSpec(("clinician",)),
        NeedSpec(("clinician",), same_as="who"),
        NeedSpec(("ultrasound",), before=dice.choice((0, 5))),
        NeedSpec(("consult_room",)),
    )
    yield PhaseSpec("See", 0, length, (clinician, room))
    if need := dice.choice(more):
        yield PhaseSpec("More", length + dice.choice((0, 10)), 15, (need,))


def _book_the_day(day, most):
    """Mostly visits of the one who will be away; some patients have several."""
    who, booked = None, 0
    for _ in range(40):
        if who is None or day.dice.random() < 0.8:
            phone = {"phone": ""} if day.dice.random() < 0.1 else {}
            who = day.at.patient(**phone)
        asked = day.at.one("clinician").pk if day.dice.random() < 0.8 else None
        booked += day.try_to_book(who, clinician=asked) is not None
        if booked == most:
            break


def _take_time(day):
    everybody = [one for some in day.at.by_kind.values() for one in some]
    for resource in everybody[1:]:
        if day.dice.random() < 0.35:
            start = day.dice.randrange(-60, 120, 5)
            day.away(resource, start, day.dice.randrange(20, 120, 5))
    for week in range(5):
        for clinician in day.at.by_kind["clinician"]:
            if day.dice.random() < 0.5:
                day.away(clinician, WEEK * week + THURSDAY_AT_EIGHT, 120)


def _vary_the_visits(day):
    """Some insist on their clinician, or exclude one; some patients are there."""
    others = [one.pk for one in day.at.by_kind["clinician"][1:]]
    for visit in Appointment.objects.filter(patient__clinic=day.at.clinic):
        fields = {}
        if day.dice.random() < 0.6:
            fields["clinician"] = None
        if day.dice.random() < 0.25:
            fields["not_clinicians"] = [day.dice.choice(others)]
        if day.dice.random() < 0.07:
            fields["status"] = "arrived"
        Appointment.objects.filter(pk=visit.pk).update(**fields)
