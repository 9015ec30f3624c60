"""Clinics with resources, hours and visit types: `practice()` and what it has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinics.models import Clinic
from core.actor import Actor, job
from patients.models import Patient
from scheduling.booking import book as booking
from scheduling.models import Appointment, Resource, VisitType
from scheduling.setup import services as setup
from scheduling.setup.checks import Hours
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec, VisitSpec
from tests.factories import clinics as make
from tests.factories import patients as people
from tests.factories.clinics import NOW

BY = job("tests")
WEEK = {weekday: [(time(8), time(17))] for weekday in range(5)}
# Wednesday after NOW, 9:00 in Houston.
NINE = datetime(2026, 9, 2, 9, 0, tzinfo=ZoneInfo("America/Chicago"))
ONE_OF_EACH = {
    "clinician": 1,
    "nurse": 1,
    "technician": 1,
    "consult_room": 1,
    "preop_bay": 1,
    "procedure_room": 1,
    "recovery_bay": 1,
    "centrifuge": 1,
    "ultrasound": 1,
    "c_arm": 1,
}


@dataclass(frozen=True)
class Practice:
    """A clinic open 8–17 on weekdays, its resources by kind, and its visit types."""

    clinic: Clinic
    by_kind: Mapping[str, list[Resource]] = field(default_factory=dict)

    def one(self, kind: str) -> Resource:
        return self.by_kind[kind][0]

    def patient(self, **fields: Any) -> Patient:
        return people.patient(self.clinic, **fields)

    def book(self, patient: Patient | None = None, **fields: Any) -> Any:
        """A consultation on Wednesday at nine, unless said otherwise."""
        fields = {"visit_type": "consultation", "start": NINE, **fields}
        who = patient or self.patient()
        return booking.book(
            clinic_id=self.clinic.pk,
            patient_id=who.pk,
            **{"by": BY, "now": NOW, **fields},
        )


def practice(
    counts: Mapping[str, int] = ONE_OF_EACH,
    *,
    hours: Hours = WEEK,
    ship: bool = True,
    by: Actor = BY,
    **clinic: Any,
) -> Practice:
    place = make.clinic(**clinic)
    named = [
        (kind, f"{kind} {n}") for kind, count in counts.items() for n in upto(count)
    ]
    by_kind = equipment(place, named)
    setup.set_hours(clinic_id=place.pk, hours=hours, by=by, now=NOW)
    if ship:
        setup.ship_visit_types(clinic=place, by=by, now=NOW)
    return Practice(place, by_kind)


def resources(place: Clinic, kind: str, count: int = 1) -> list[Resource]:
    return equipment(place, [(kind, f"{kind} {n}") for n in upto(count)])[kind]


def equipment(
    place: Clinic, named: Iterable[tuple[str, str]]
) -> dict[str, list[Resource]]:
    """Resources by kind, in one statement: nearly every test begins with them."""
    by_kind: dict[str, list[Resource]] = defaultdict(list)
    for one in Resource.objects.bulk_create(
        Resource(clinic=place, kind=kind, name=name) for kind, name in named
    ):
        by_kind[one.kind].append(one)
    return by_kind


def upto(count: int) -> range:
    return range(1, count + 1)


def visit_type(place: Clinic, *phases: PhaseSpec, **fields: Any) -> VisitType:
    """A visit type of these phases; without any, 30 minutes with a clinician."""
    plain = PhaseSpec("Visit", 0, 30, (NeedSpec(("clinician",)),))
    spec = VisitSpec(
        **{
            "slug": "visit",
            "name": "Visit",
            "phases": phases or (plain,),
            **fields,
        }
    )
    return setup.define_visit_type(clinic_id=place.pk, spec=spec, by=BY, now=NOW)


def appointment(at: Practice | None = None, **fields: Any) -> Appointment:
    """A booked consultation."""
    booked = (at or practice()).book(**fields)
    assert isinstance(booked, Appointment), booked
    return booked


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
