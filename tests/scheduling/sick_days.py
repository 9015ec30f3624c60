"""Generated days on which a clinician is ill: the visits in the way, from a seed.

A clinic with the shipped visit types, its weekdays booked 30 to 70 % for four weeks.
"""

import random
from dataclasses import dataclass, field

from scheduling.openings.engine import Calendar, candidates, possible_starts
from scheduling.repair.problem import Affected
from scheduling.timegrid.bitset import positions, span
from scheduling.visit_types.defaults import SHIPPED, VisitSpec
from scheduling.visit_types.plan import NeedPlan, PhasePlan, Plan

DAY = 288
DAYS = 30
OPENS, CLOSES = 8 * 12, 17 * 12
EVERYTHING = span(0, DAYS * DAY)
QUARTERS = sum(1 << cell for cell in range(0, DAYS * DAY, 3))
WEIGHTS = {"bmc-ultrasound": 2, "bmc-fluoroscopy": 1, "consultation": 5, "follow-up": 4}


def plan_of(spec: VisitSpec) -> Plan:
    phases: list[PhasePlan] = []
    needs: list[NeedPlan] = []
    ids: dict[str, int] = {}
    for number, phase in enumerate(spec.phases, 1):
        built = PhasePlan(number, phase.name, phase.offset, phase.duration)
        phases.append(built)
        for one in phase.needs:
            pk = len(needs) + 1
            ids.setdefault(one.key, pk)
            needs.append(
                NeedPlan(
                    pk,
                    built,
                    frozenset(one.kinds),
                    count=one.count,
                    group=ids[one.same_as] if one.same_as else pk,
                    before_minutes=one.before,
                    after_minutes=one.after,
                )
            )
    return Plan(tuple(phases), tuple(needs))


PLANS = {spec.slug: plan_of(spec) for spec in SHIPPED if spec.slug in WEIGHTS}


@dataclass
class Clinic:
    """`busy` cells by resource; `kinds` of them; `open` cells of all."""

    dice: random.Random
    kinds: dict[int, str]
    open: int
    busy: dict[int, int] = field(default_factory=dict)

    def calendars(self, own=None, lost=None):
        return [
            Calendar(
                pk,
                kind,
                frozenset(),
                EVERYTHING
                & ~(self.busy.get(pk, 0) & ~(own or {}).get(pk, 0))
                & ~(lost or {}).get(pk, 0),
                self.open,
            )
            for pk, kind in self.kinds.items()
        ]

    def book(self, clinician, day, slug):
        """A visit of this clinician that day; its start and cells, None if full."""
        plan = PLANS[slug]
        others = [c for c in self.calendars() if c.kind != "clinician"]
        [mine] = [c for c in self.calendars() if c.resource_id == clinician]
        found = candidates(plan, [mine, *others])
        allowed = QUARTERS & span(day * DAY, (day + 1) * DAY)
        starts = list(positions(possible_starts(plan, found, allowed)))
        if not starts:
            return None
        start = self.dice.choice(starts)
        own = {}
        visit = Affected(plan, start, 1 << start, found)
        for group in plan.groups:
            who = self.dice.choice(visit.choices(group, start))
            for begin, end in group.occupied:
                own[who] = own.get(who, 0) | span(start + begin, start + end)
        for pk, cells in own.items():
            self.busy[pk] = self.busy.get(pk, 0) | cells
        return slug, start, own


def a_clinic(dice: random.Random) -> Clinic:
    clinicians = dice.randint(2, 4)
    counts = {
        "clinician": clinicians,
        "consult_room": clinicians,
        "preop_bay": 2,
        "procedure_room": dice.randint(1, 2),
        "ultrasound": dice.randint(1, 2),
        "c_arm": 1,
        "technician": dice.randint(1, 2),
        "centrifuge": dice.randint(1, 2),
        "recovery_bay": dice.randint(2, 3),
    }
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    weekday = dice.randrange(5)
    opened = [day for day in range(DAYS) if (day + weekday) % 7 < 5]
    cells = sum(span(day * DAY + OPENS, day * DAY + CLOSES) for day in opened)
    return Clinic(dice, dict(enumerate(kinds, 1)), cells)


def booked(clinic, clinician, day, share, most):
    """Visits of a clinician until so much of the day is taken."""
    visits = []
    whole = clinic.open & span(day * DAY, (day + 1) * DAY)
    for _ in range(30):
        cells = clinic.busy.get(clinician, 0) & whole
        if len(visits) >= most or cells.bit_count() >= share * whole.bit_count():
            break
        slug = clinic.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if visit := clinic.book(clinician, day, slug):
            visits.append(visit)
    return visits


def a_sick_day(seed: int, visits: int = 10) -> list[Affected]:
    """Clinician 1 is ill on day 0 with up to so many visits."""
    dice = random.Random(seed)
    clinic = a_clinic(dice)
    share = dice.uniform(0.3, 0.7)
    in_the_way = booked(clinic, 1, 0, 0.95, visits)
    clinicians = [pk for pk, kind in clinic.kinds.items() if kind == "clinician"]
    for day in range(DAYS):
        for clinician in clinicians:
            if (clinician, day) != (1, 0):
                booked(clinic, clinician, day, share, 30)
    soonest = dice.choice([0, 9 * 12])  # known the evening before, or at seven
    known = clinic.calendars(given_back(in_the_way), {1: span(0, DAY)})
    return [
        Affected(
            plan := PLANS[slug],
            start,
            (1 << start) | span(soonest, start + 28 * DAY),
            candidates(plan, known),
            patient=number,
            prefer=frozenset(own),
            held={pk: cells for pk, cells in own.items() if pk != 1},
        )
        for number, (slug, start, own) in enumerate(in_the_way)
    ]


def given_back(visits):
    """What all of them have, by resource."""
    cells = {}
    for _, _, own in visits:
        for pk, mine in own.items():
            cells[pk] = cells.get(pk, 0) | mine
    return cells
