"""Delays in words: on the board's blocks, in its list, and who is affected."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from pages.kit import words
from pages.staff.board import day
from scheduling.day.sentences import cause_text, runs_into_text

if TYPE_CHECKING:
    from scheduling.day.projection import Affected, Expected
    from scheduling.selectors import DayProjection


def mark(phase: "Expected | None", zone: ZoneInfo) -> dict[str, str] | None:
    """ "+20 min", "expected 10:20 AM" of a block that is noticeably late."""
    if phase is None:
        return None
    if phase.is_late_to_come:
        return _words(phase.delay, "expected", phase.start, zone)
    if phase.overruns:
        return _words(phase.overrun, "until", phase.end, zone)
    return None


def _words(late: timedelta, what: str, at: datetime, zone: ZoneInfo) -> dict[str, str]:
    return {
        "late": f"+{words.minutes(late)}",
        "expected": f"{what} {words.clock_time(at, zone)}",
    }


def of_visits(known: "DayProjection | None", zone: ZoneInfo) -> dict[UUID, str]:
    """ "+20 min, expected 10:20 AM" of each visit that is affected."""
    if known is None:
        return {}
    return {late.visit_id: _in_short(late, zone) for late in known.affected}


def running_late(
    known: "DayProjection | None", visits: Mapping[UUID, day.DayVisit], zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Rows of who is affected, from when, why, and what they run into; by the plan's
    order."""
    if known is None:
        return []
    return [
        {
            "patient": visits[late.visit_id].patient.full_name,
            "address": reverse("staff:appointment", args=[late.visit_id]),
            "phase": late.expected.planned.name,
            "planned": late.expected.planned.start,
            "short": _in_short(late, zone),
            "why": cause_text(late, known, words.clock_time(late.cause.until, zone)),
            "into": [
                runs_into_text(one, known, words.clock_time(one.start, zone))
                for one in known.runs_into
                if one.visit_id == late.visit_id
            ],
        }
        for late in known.affected
        if late.visit_id in visits
    ]


def _in_short(late: "Affected", zone: ZoneInfo) -> str:
    phase = late.expected
    what, at = ("until", phase.end) if late.ends else ("expected", phase.start)
    by = phase.overrun if late.ends else phase.delay
    return f"+{words.minutes(by)}, {what} {words.clock_time(at, zone)}"
