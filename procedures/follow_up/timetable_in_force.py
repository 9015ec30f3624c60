"""The follow-up timetable in force, and the contacts it plans after a day."""

from collections.abc import Sequence
from datetime import date, timedelta

import holidays

from procedures.follow_up.timetable import Milestone, Planned, from_data
from procedures.follow_up.timetable import plan as plan_contacts
from procedures.models import Episode, TimetableVersion

YEARLY = "yearly-"


def in_force() -> tuple[TimetableVersion, tuple[Milestone, ...]]:
    """The newest version and its milestones in order."""
    rows = TimetableVersion.objects.exclude(version__startswith=YEARLY)
    return _read(rows.latest("pk"))


def yearly() -> tuple[TimetableVersion, tuple[Milestone, ...]]:
    """The newest version of the yearly rounds and its contacts in order."""
    rows = TimetableVersion.objects.filter(version__startswith=YEARLY)
    return _read(rows.latest("pk"))


def _read(
    version: TimetableVersion,
) -> tuple[TimetableVersion, tuple[Milestone, ...]]:
    return version, tuple(from_data(entry) for entry in version.milestones)


def counted_from(episode: Episode) -> date:
    """The clinic-local day of the injection that the contacts are counted from."""
    first = episode.follow_ups.earliest("position")
    plan = next(m for m in first.timetable.milestones if m["code"] == first.code)
    # The early contacts are counted in days, and none of them rolls.
    return first.target_on - timedelta(days=plan["days"])


def plan(milestones: Sequence[Milestone], counted_from: date) -> tuple[Planned, ...]:
    """Their contacts after a procedure on that clinic-local day."""
    return plan_contacts(tuple(milestones), counted_from, is_holiday)


def is_holiday(day: date) -> bool:
    """Return True on a federal holiday of the United States."""
    return day in holidays.country_holidays("US", years=day.year)
