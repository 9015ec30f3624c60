"""Reading the schedule."""

from scheduling.booking.selectors import (
    appointment,
    appointments,
    appointments_at,
    appointments_of,
    bare_appointment,
    bare_appointments,
    called_off,
    check_resources,
    clinic_appointment,
    expected_of,
    hold,
    in_force_for,
    linked_conflicts,
    next_day_with_visits,
    not_with,
    resource,
    resources,
    standing_holds,
    visit_resources,
    visits_beside,
    visits_to_call_about,
)
from scheduling.day.board import DayBoard, day, day_board
from scheduling.day.durations import PhaseDuration, phase_durations
from scheduling.day.expected import DayProjection, day_projection, projected
from scheduling.day.phase_rows import PhaseRow, phase_records
from scheduling.explain.explanations import Explained, Question, explain_openings
from scheduling.explain.relaxations import Relaxation, relaxations
from scheduling.openings.search import Wishes, find_openings
from scheduling.visit_types.selectors import VisitKind, visit_kind, visit_types

__all__ = [
    "DayBoard",
    "DayProjection",
    "Explained",
    "PhaseDuration",
    "PhaseRow",
    "Question",
    "Relaxation",
    "VisitKind",
    "Wishes",
    "appointment",
    "appointments",
    "appointments_at",
    "appointments_of",
    "bare_appointment",
    "bare_appointments",
    "called_off",
    "check_resources",
    "clinic_appointment",
    "day",
    "day_board",
    "day_projection",
    "expected_of",
    "explain_openings",
    "find_openings",
    "hold",
    "in_force_for",
    "linked_conflicts",
    "next_day_with_visits",
    "not_with",
    "phase_durations",
    "phase_records",
    "projected",
    "relaxations",
    "resource",
    "resources",
    "standing_holds",
    "visit_kind",
    "visit_resources",
    "visit_types",
    "visits_beside",
    "visits_to_call_about",
]
