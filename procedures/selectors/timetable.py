"""The follow-up timetable in force, and the contacts it plans after a day."""

from collections.abc import Sequence
from datetime import date

import holidays

from procedures.domain.follow_ups import Milestone, Planned, from_data
from procedures.domain.follow_ups import plan as plan_contacts
from procedures.models import TimetableVersion


def in_force() -> tuple[TimetableVersion, tuple[Milestone, ...]]:
    """The newest version and its milestones in order."""
    version = TimetableVersion.objects.latest("pk")
    return version, tuple(from_data(entry) for entry in version.milestones)


def plan(milestones: Sequence[Milestone], counted_from: date) -> tuple[Planned, ...]:
    """Their contacts after a procedure on that clinic-local day."""
    return plan_contacts(tuple(milestones), counted_from, is_holiday)


def is_holiday(day: date) -> bool:
    """Whether it is a federal holiday of the United States."""
    return day in holidays.country_holidays("US", years=day.year)
