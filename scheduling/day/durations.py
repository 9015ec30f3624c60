"""Planned against actual, by visit type and phase."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Aggregate, Count, DurationField, F

from scheduling.models import PhaseRecord


class Percentile(Aggregate):
    """The value that `share` (0 … 1) of the durations do not exceed."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class PhaseDuration:
    """Minutes of one phase of one visit type over `count` visits.

    `late` is how much later than planned it began (negative: earlier), the median.
    """

    visit_type: str
    visit_type_name: str
    phase: str
    count: int
    planned: float
    median: float
    p90: float
    late: float


def phase_durations(
    clinic_id: int, from_on: date, to_on: date, visit_type: str = ""
) -> list[PhaseDuration]:
    """Phases that were recorded as begun and ended, of visits on these local days.

    By visit type and in the order of the visit; one statement.
    """
    rows = PhaseRecord.objects.filter(
        appointment__clinic=clinic_id,
        appointment__local_on__range=(from_on, to_on),
        ended_at__isnull=False,
    )
    if visit_type:
        rows = rows.filter(appointment__visit_type__slug=visit_type)
    found = (
        rows.values(
            slug=F("appointment__visit_type__slug"),
            type_name=F("appointment__visit_type__name"),
            part=F("position"),
            phase_name=F("phase__name"),
        )
        .annotate(
            count=Count("pk"),
            planned=Percentile(F("planned_end") - F("planned_start"), share=0.5),
            median=Percentile(F("ended_at") - F("started_at"), share=0.5),
            p90=Percentile(F("ended_at") - F("started_at"), share=0.9),
            late=Percentile(F("started_at") - F("planned_start"), share=0.5),
        )
        .order_by("type_name", "slug", "part", "phase_name")
    )
    return [
        PhaseDuration(
            visit_type=row["slug"],
            visit_type_name=row["type_name"],
            phase=row["phase_name"],
            count=row["count"],
            **{
                name: _minutes(row[name])
                for name in ("planned", "median", "p90", "late")
            },
        )
        for row in found
    ]


def _minutes(length: timedelta) -> float:
    return round(length / timedelta(minutes=1), 1)
