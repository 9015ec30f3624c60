"""The day as it goes, as the REST answers show it; times in the clinic's zone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.day.durations import PhaseDuration
from scheduling.day.expected import DayProjection
from scheduling.day.overruns import RunsInto
from scheduling.day.phase_rows import PhaseRow
from scheduling.day.projection import Affected, Expected, whole_minutes
from scheduling.day.sentences import cause_text, runs_into_text


def projection_json(day: DayProjection) -> dict[str, Any]:
    zone = day.board.zone
    patients = {visit.id: str(visit.patient.id) for visit in day.board.visits}
    return {
        "date": day.board.date.isoformat(),
        "as_of": _iso(day.now, zone),
        "visits": [
            {
                "appointment": str(visit.id),
                "patient": patients[visit.id],
                "delay_minutes": whole_minutes(visit.delay),
                "phases": [_expected_json(phase, zone) for phase in visit.phases],
            }
            for visit in day.visits
        ],
        "affected": [
            {"patient": patients[late.visit_id], **_affected_json(late, day)}
            for late in day.affected
        ],
        "runs_into": [
            {"patient": patients[one.visit_id], **_runs_into_json(one, day)}
            for one in day.runs_into
        ],
    }


def _expected_json(phase: Expected, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "phase": phase.planned.position,
        "name": phase.planned.name,
        "state": phase.state.value,
        "planned_start": _iso(phase.planned.start, zone),
        "planned_end": _iso(phase.planned.end, zone),
        "expected_start": _iso(phase.start, zone),
        "expected_end": _iso(phase.end, zone),
        "delay_minutes": whole_minutes(phase.delay),
    }


def _affected_json(late: Affected, day: DayProjection) -> dict[str, Any]:
    zone = day.board.zone
    at = late.expected.end if late.ends else late.expected.start
    return {
        "appointment": str(late.visit_id),
        "phase": late.expected.planned.position,
        "name": late.expected.planned.name,
        "expected": _iso(at, zone),
        "delay_minutes": whole_minutes(late.delay),
        "cause": {
            "code": late.cause.code,
            "phase": late.cause.phase,
            "resource": late.cause.resource_id,
            "until": _iso(late.cause.until, zone),
            "text": cause_text(late, day, f"{late.cause.until.astimezone(zone):%H:%M}"),
        },
    }


def _runs_into_json(one: RunsInto, day: DayProjection) -> dict[str, Any]:
    zone = day.board.zone
    return {
        "appointment": str(one.visit_id),
        "phase": one.phase,
        "kept_by": one.kept.code,
        "resource": one.kept.resource_id,
        "start": _iso(one.start, zone),
        "end": _iso(one.end, zone),
        "text": runs_into_text(one, day, f"{one.start.astimezone(zone):%H:%M}"),
    }


def phase_json(row: PhaseRow, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "phase": row.position,
        "name": row.name,
        "planned_start": _iso(row.planned_start, zone),
        "planned_end": _iso(row.planned_end, zone),
        "started_at": _iso(row.started_at, zone) if row.started_at else None,
        "ended_at": _iso(row.ended_at, zone) if row.ended_at else None,
    }


def duration_json(row: PhaseDuration) -> dict[str, Any]:
    return {
        "visit_type": row.visit_type,
        "phase": row.phase,
        "count": row.count,
        "planned_minutes": row.planned,
        "median_minutes": row.median,
        "p90_minutes": row.p90,
        "late_minutes": row.late,
    }


def _iso(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()
