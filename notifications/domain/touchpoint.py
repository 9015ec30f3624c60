"""One row of the tables that say who hears what, and when: `touchpoints` (before the
procedure) and `touchpoints_after`.

A row is data: the plan reads it, a page can show it, and a change of it is a new
version.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from clinics.domain import quiet_hours

# The instant a touchpoint counts from.
ENQUIRY: Final = "enquiry"  # an enquiry came in
CHANGE: Final = "change"  # the visit was booked, moved, called off or missed
VISIT: Final = "visit"  # the visit begins
OFFERED: Final = "offered"  # an opening was offered
TARGET: Final = "target"  # the day of a follow-up
INVITED: Final = "invited"  # the patient was asked to answer or to book

# Who hears it: the patient by a message, or staff by a task.
PATIENT: Final = "patient"
COORDINATOR: Final = "coordinator"
NURSE: Final = "nurse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touchpoint:
    """One thing that is told or asked, counted from an anchor.

    `days` are calendar days of the patient's, negative before the anchor; `at` is the
    time on their wall clock, None to keep the anchor's own instant plus `delay`.
    `kind` names the message in the catalogue, or the call or task asked for.
    `condition` names what must hold for it ("" if nothing): the plan knows the names.
    `visit_types` are the codes of the visit types it is for, empty for every one.
    """

    code: str
    anchor: str
    days: int = 0
    delay: timedelta = timedelta(0)
    at: time | None = None
    kind: str
    who: str = PATIENT
    condition: str = ""
    visit_types: frozenset[str] = frozenset()
    version: int = 1

    def due_at(self, anchor: datetime, zone: ZoneInfo) -> datetime:
        """Return when it is due, quiet hours not yet minded."""
        if self.at is None:
            return anchor + self.delay
        day = anchor.astimezone(zone).date() + timedelta(days=self.days)
        return quiet_hours.at(day, self.at, zone)

    @property
    def stamp(self) -> str:
        """Return the code with its version, as a message keeps it: "T-7 v1"."""
        return f"{self.code} v{self.version}"

    def is_for(self, visit_type: str) -> bool:
        """Return True if visits of that type have this touchpoint."""
        return not self.visit_types or visit_type in self.visit_types
