"""Reading what a visit of some type needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from core.problems import FieldError, Invalid
from scheduling.domain.plan import NeedPlan, PhasePlan, Plan
from scheduling.domain.variation import OutOfBounds, Variation, vary
from scheduling.models import Phase, VisitType


@dataclass(frozen=True)
class VisitKind:
    """One version of a visit type with its plan, and its clinic's zone.

    `template` has all that the type may need; `plan` is the visit nothing more was
    asked of.
    """

    id: int
    clinic_id: int
    slug: str
    version: int
    name: str
    active: bool
    minimum_lead: timedelta
    requires_decision: bool
    in_person: bool
    zone: ZoneInfo
    template: Plan

    @cached_property
    def plan(self) -> Plan:
        return vary(self.template)

    def varied(self, variation: Variation) -> Plan:
        """The plan of one visit. Raises Invalid, in words, out of its bounds."""
        try:
            return vary(self.template, variation)
        except OutOfBounds as fault:
            raise Invalid([FieldError("/variation", str(fault))]) from None


_OF_TYPE = [
    "visit_type_id",
    "visit_type__clinic_id",
    "visit_type__slug",
    "visit_type__version",
    "visit_type__name",
    "visit_type__active",
    "visit_type__minimum_lead",
    "visit_type__requires_decision",
    "visit_type__in_person",
    "visit_type__clinic__time_zone",
]
_OF_PHASE = [
    "id",
    "name",
    "offset_minutes",
    "duration_minutes",
    "min_duration_minutes",
    "max_duration_minutes",
    "minutes_per_target",
    "sedation_minutes",
]
_OF_NEED = [
    "needs__id",
    "needs__kinds",
    "needs__capabilities",
    "needs__count",
    "needs__same_as_id",
    "needs__buffer_before_minutes",
    "needs__buffer_after_minutes",
    "needs__only_if",
]


def visit_types(clinic_id: int) -> QuerySet[VisitType]:
    """The types that can be booked, by name."""
    return (
        VisitType.objects.filter(clinic_id=clinic_id, active=True)
        .prefetch_related("phases__needs")
        .order_by("name")
    )


def visit_kind(*, clinic_id: int, visit_type: int | str) -> VisitKind:
    """The active version by slug, or one version by id; one statement.

    Raises Invalid for an unknown or retired type.
    """
    kind = _read(Q(visit_type__clinic_id=clinic_id) & _named(visit_type))
    if kind is None:
        raise _unknown(clinic_id, visit_type)
    return kind


def visit_kind_of(visit_type_id: int) -> VisitKind:
    """One version by id, retired or not: what a visit was booked as."""
    kind = _read(Q(visit_type_id=visit_type_id))
    assert kind is not None, "a stored visit type has phases"
    return kind


def with_phases(plan: Plan, stamped: Iterable[PhasePlan]) -> Plan:
    """The plan with the phases as one visit has them."""
    by_id = {phase.id: phase for phase in stamped}
    needs = tuple(replace(need, phase=by_id[need.phase.id]) for need in plan.needs)
    return Plan(phases=tuple(by_id[phase.id] for phase in plan.phases), needs=needs)


def _named(visit_type: int | str) -> Q:
    if isinstance(visit_type, int) or visit_type.isdecimal():
        return Q(visit_type_id=int(visit_type), visit_type__active=True)
    return Q(visit_type__slug=visit_type, visit_type__active=True)


def _unknown(clinic_id: int, visit_type: int | str) -> Invalid:
    slugs = VisitType.objects.filter(clinic_id=clinic_id, active=True)
    known = ", ".join(slugs.order_by("slug").values_list("slug", flat=True)) or "none"
    detail = f"There is no visit type to book by this name; there are: {known}."
    return Invalid([FieldError("/visit_type", detail)])


def _read(where: Q) -> VisitKind | None:
    rows = list(
        Phase.objects.filter(where)
        .order_by("position", "needs__position")
        .values(*_OF_TYPE, *_OF_PHASE, *_OF_NEED)
    )
    return _kind(rows) if rows else None


def _kind(rows: list[Mapping[str, Any]]) -> VisitKind:
    first = rows[0]
    return VisitKind(
        id=first["visit_type_id"],
        clinic_id=first["visit_type__clinic_id"],
        slug=first["visit_type__slug"],
        version=first["visit_type__version"],
        name=first["visit_type__name"],
        active=first["visit_type__active"],
        minimum_lead=first["visit_type__minimum_lead"],
        requires_decision=first["visit_type__requires_decision"],
        in_person=first["visit_type__in_person"],
        zone=ZoneInfo(first["visit_type__clinic__time_zone"]),
        template=_plan(rows),
    )


def _plan(rows: list[Mapping[str, Any]]) -> Plan:
    phases = {row["id"]: _phase(row) for row in rows}
    with_need = [row for row in rows if row["needs__id"] is not None]
    follows = {row["needs__id"]: row["needs__same_as_id"] for row in with_need}
    return Plan(
        phases=tuple(phases.values()),
        needs=tuple(_need(row, phases, follows) for row in with_need),
    )


def _phase(row: Mapping[str, Any]) -> PhasePlan:
    plain = {name: row[name] for name in _OF_PHASE[:4]}
    return PhasePlan(
        **plain,
        shortest=row["min_duration_minutes"],
        longest=row["max_duration_minutes"],
        minutes_per_target=row["minutes_per_target"],
        sedation_minutes=tuple(sorted(row["sedation_minutes"].items())),
    )


def _need(
    row: Mapping[str, Any],
    phases: Mapping[int, PhasePlan],
    follows: Mapping[int, int | None],
) -> NeedPlan:
    return NeedPlan(
        id=row["needs__id"],
        phase=phases[row["id"]],
        kinds=frozenset(row["needs__kinds"]),
        capabilities=frozenset(row["needs__capabilities"]),
        count=row["needs__count"],
        group=_leader(row["needs__id"], follows),
        before_minutes=row["needs__buffer_before_minutes"],
        after_minutes=row["needs__buffer_after_minutes"],
        only_if=row["needs__only_if"],
    )


def _leader(need_id: int, follows: Mapping[int, int | None]) -> int:
    while (earlier := follows[need_id]) is not None:
        need_id = earlier
    return need_id
