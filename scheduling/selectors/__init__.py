"""Reading the schedule."""

from scheduling.selectors.appointments import (
    appointment,
    appointments_at,
    appointments_of,
    hold,
    in_force_for,
    next_day_with_visits,
    resource,
    resources,
)
from scheduling.selectors.board import DayBoard, day, day_board
from scheduling.selectors.durations import PhaseDuration, phase_durations
from scheduling.selectors.openings import Wishes, find_openings
from scheduling.selectors.phase_records import PhaseRow, phase_records
from scheduling.selectors.projecting import DayProjection, day_projection, projected
from scheduling.selectors.visit_types import VisitKind, visit_kind, visit_types

__all__ = [
    "DayBoard",
    "DayProjection",
    "PhaseDuration",
    "PhaseRow",
    "VisitKind",
    "Wishes",
    "appointment",
    "appointments_at",
    "appointments_of",
    "day",
    "day_board",
    "day_projection",
    "find_openings",
    "hold",
    "in_force_for",
    "next_day_with_visits",
    "phase_durations",
    "phase_records",
    "projected",
    "resource",
    "resources",
    "visit_kind",
    "visit_types",
]
