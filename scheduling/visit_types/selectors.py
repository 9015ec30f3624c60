"""Reading what a visit of some type needs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from core.problems import FieldError, Invalid
from scheduling.models import VisitType
from scheduling.visit_types.plan import NeedPlan, PhasePlan, Plan
from scheduling.visit_types.variation import OutOfBounds, Variation, vary

# Of a bigint, which ids are.
LARGEST_ID = 2**63 - 1


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
        """The plan of one visit. Raises Invalid, in words, of the field that is out
        of its bounds."""
        try:
            return vary(self.template, variation)
        except OutOfBounds as fault:
            raise Invalid([FieldError(f"/{fault.field}", str(fault))]) from None


# Read for every search and booking, so it is not composed anew each time.
_KIND = """
SELECT t.id AS visit_type_id, t.clinic_id, t.slug, t.version, t.name AS type_name,
       t.active, t.minimum_lead, t.requires_decision, t.in_person, c.time_zone,
       p.id, p.name, p.offset_minutes, p.duration_minutes, p.min_duration_minutes,
       p.max_duration_minutes, p.minutes_per_target, p.sedation_minutes::text,
       n.id AS need_id, n.kinds, n.capabilities, n.count, n.same_as_id,
       n.buffer_before_minutes, n.buffer_after_minutes, n.only_if
  FROM scheduling_visittype t
  JOIN clinics_clinic c ON c.id = t.clinic_id
  JOIN scheduling_phase p ON p.visit_type_id = t.id
  LEFT JOIN scheduling_need n ON n.phase_id = p.id
 WHERE {}
 ORDER BY p.position, n.position
"""


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
    kind = _read(*_named(visit_type), clinic_id)
    if kind is None:
        raise _unknown(clinic_id, visit_type)
    return kind


def visit_kind_of(visit_type_id: int) -> VisitKind:
    """One version by id, retired or not: what a visit was booked as."""
    kind = _read("t.id = %s", visit_type_id)
    assert kind is not None, "a stored visit type has phases"
    return kind


def with_phases(plan: Plan, stamped: Iterable[PhasePlan]) -> Plan:
    """The plan with the phases as one visit has them."""
    by_id = {phase.id: phase for phase in stamped}
    needs = tuple(replace(need, phase=by_id[need.phase.id]) for need in plan.needs)
    return Plan(phases=tuple(by_id[phase.id] for phase in plan.phases), needs=needs)


def _named(visit_type: int | str) -> tuple[str, int | str]:
    if isinstance(visit_type, int) or _is_id(visit_type):
        return "t.id = %s AND t.active AND t.clinic_id = %s", int(visit_type)
    return "t.slug = %s AND t.active AND t.clinic_id = %s", visit_type


def _is_id(text: str) -> bool:
    """Counted first: Python reads no number of thousands of digits."""
    digits = text.isascii() and text.isdecimal()
    return digits and len(text) <= len(str(LARGEST_ID)) and int(text) <= LARGEST_ID


def _unknown(clinic_id: int, visit_type: int | str) -> Invalid:
    slugs = VisitType.objects.filter(clinic_id=clinic_id, active=True)
    known = ", ".join(slugs.order_by("slug").values_list("slug", flat=True)) or "none"
    detail = f"There is no visit type to book by this name; there are: {known}."
    return Invalid([FieldError("/visit_type", detail)])


def _read(where: str, *values: int | str) -> VisitKind | None:
    with connection.cursor() as cursor:
        cursor.execute(_KIND.format(where), values)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return _kind(rows) if rows else None


def _kind(rows: Sequence[Mapping[str, Any]]) -> VisitKind:
    first = rows[0]
    return VisitKind(
        id=first["visit_type_id"],
        clinic_id=first["clinic_id"],
        slug=first["slug"],
        version=first["version"],
        name=first["type_name"],
        active=first["active"],
        minimum_lead=first["minimum_lead"],
        requires_decision=first["requires_decision"],
        in_person=first["in_person"],
        zone=ZoneInfo(first["time_zone"]),
        template=_plan(rows),
    )


def _plan(rows: Sequence[Mapping[str, Any]]) -> Plan:
    phases = {row["id"]: _phase(row) for row in rows}
    with_need = [row for row in rows if row["need_id"] is not None]
    follows = {row["need_id"]: row["same_as_id"] for row in with_need}
    return Plan(
        phases=tuple(phases.values()),
        needs=tuple(_need(row, phases, follows) for row in with_need),
    )


def _phase(row: Mapping[str, Any]) -> PhasePlan:
    return PhasePlan(
        id=row["id"],
        name=row["name"],
        offset_minutes=row["offset_minutes"],
        duration_minutes=row["duration_minutes"],
        shortest=row["min_duration_minutes"],
        longest=row["max_duration_minutes"],
        minutes_per_target=row["minutes_per_target"],
        sedation_minutes=tuple(sorted(json.loads(row["sedation_minutes"]).items())),
    )


def _need(
    row: Mapping[str, Any],
    phases: Mapping[int, PhasePlan],
    follows: Mapping[int, int | None],
) -> NeedPlan:
    return NeedPlan(
        id=row["need_id"],
        phase=phases[row["id"]],
        kinds=frozenset(row["kinds"]),
        capabilities=frozenset(row["capabilities"]),
        count=row["count"],
        group=_leader(row["need_id"], follows),
        before_minutes=row["buffer_before_minutes"],
        after_minutes=row["buffer_after_minutes"],
        only_if=row["only_if"],
    )


def _leader(need_id: int, follows: Mapping[int, int | None]) -> int:
    while (earlier := follows[need_id]) is not None:
        need_id = earlier
    return need_id
