"""Reading the schedule."""

from scheduling.selectors.appointments import (
    appointment,
    appointments_at,
    appointments_of,
    hold,
    in_force_for,
    linked_conflicts,
    next_day_with_visits,
    resource,
    resources,
)
from scheduling.selectors.board import DayBoard, day, day_board
from scheduling.selectors.openings import Wishes, find_openings
from scheduling.selectors.visit_types import VisitKind, visit_kind, visit_types

__all__ = [
    "DayBoard",
    "VisitKind",
    "Wishes",
    "appointment",
    "appointments_at",
    "appointments_of",
    "day",
    "day_board",
    "find_openings",
    "hold",
    "in_force_for",
    "linked_conflicts",
    "next_day_with_visits",
    "resource",
    "resources",
    "visit_kind",
    "visit_types",
]
