"""A visit dropped on the board, at another time or in another lane, and its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from core.actor import Actor
from core.refusal import Refused
from pages.kit import words
from pages.staff.board.lanes import LaneChange
from pages.staff.find.reasons import in_the_way
from scheduling.booking import book, move_history
from scheduling.booking.errors import SlotTaken
from scheduling.booking.short_notice import NEAR_MOVE, NEAR_VISIT

if TYPE_CHECKING:
    from scheduling.booking.preview import Preview
    from scheduling.models import Appointment
    from scheduling.openings.candidates import Opening

SAY_WHY = "Say why, on the form."
ONE_BY_ONE = "Change the time and the lane one after the other, each with its reason."


@dataclass(frozen=True, slots=True)
class Drop:
    """A visit let go `by` later or earlier, in another `lane` or its own."""

    visit: "Appointment"
    by: timedelta
    lane: LaneChange | None = None

    @property
    def start(self) -> datetime:
        return self.visit.start + self.by

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.visit.time_zone)

    @property
    def at(self) -> str:
        return words.clock_time(self.start, self.zone)

    @property
    def only_lane(self) -> bool:
        return self.lane is not None and not self.by

    def preview(self, now: datetime) -> "Preview":
        asked = {**self._asked(), "now": now}
        if self.only_lane:
            return book.preview_reassign(**asked)
        return book.preview_move(start=self.start, **asked)

    def make(self, version: int, by: Actor, now: datetime) -> "Appointment | Refused":
        asked = {**self._asked(), "version": version, "by": by, "now": now}
        if self.only_lane:
            return book.reassign(**asked)
        return book.move(start=self.start, **asked)

    def form(self) -> tuple[str, str]:
        """Words and address of the link that asks for a reason. No form changes time
        and lane at once, so there "" is the address."""
        if self.lane is None:
            address = reverse("staff:appointment_move_preview", args=[self.visit.pk])
            query = urlencode({"start": self.start.isoformat()})
            return f"{NEAR_MOVE} {SAY_WHY}", f"{address}?{query}"
        if not self.only_lane:
            return f"{NEAR_MOVE} {ONE_BY_ONE}", ""
        address = reverse("staff:appointment_reassign_preview", args=[self.visit.pk])
        query = urlencode({"avoiding": sorted(self.lane.avoiding)}, doseq=True)
        return f"{NEAR_VISIT} {SAY_WHY}", f"{address}?{query}"

    def _asked(self) -> dict[str, Any]:
        asked = {"appointment_id": self.visit.pk, "clinic_id": self.visit.clinic_id}
        if self.lane is None:
            return asked
        return asked | {"prefer": self.lane.prefer, "avoiding": self.lane.avoiding}


def outcome(found: "Preview", drop: Drop) -> tuple[str, str]:
    """ "ok", "changes" (of resources that nobody chose) or "no", and its words."""
    changed = found.changed
    if changed is None:
        return "no", f"{_why_not(found, drop)}{_next_best(found.alternatives, drop)}"
    if drop.lane and not drop.lane.is_kept_by(changed):
        return "no", _cannot_take(drop, drop.lane)
    swaps = [
        f"{old.name if old else 'nobody'} becomes {new.name if new else 'nobody'}"
        for phase in changed.replaced
        for old, new in phase.replaced
    ]
    if not swaps:
        return "ok", f"Free at {drop.at}."
    as_chosen = drop.lane and drop.lane.is_all_of(changed)
    text = f"Free at {drop.at}; {', '.join(dict.fromkeys(swaps))}."
    return "ok" if as_chosen else "changes", text


def taken(problem: SlotTaken, drop: Drop) -> str:
    """The same where somebody was faster than the move."""
    said = in_the_way(problem.why, drop.zone, drop.start) or [f"{problem.title}."]
    return f"{' '.join(said)}{_next_best(problem.alternatives, drop)}"


def made(moved: "Appointment", drop: Drop) -> str:
    """Say what happened, with the resources the visit really has now."""
    changed = move_history.last_change(moved) if drop.lane else None
    taken = [
        new.name
        for phase in (changed.replaced if changed else ())
        for old, new in phase.replaced
        if old and new and drop.lane and old.id == drop.lane.old.pk
    ]
    where = " and ".join(dict.fromkeys(taken))
    at = "" if drop.only_lane else drop.at
    return (
        f"Moved to {' at '.join(part for part in (where, at) if part)}. Undo available"
    )


def _why_not(found: "Preview", drop: Drop) -> str:
    said = in_the_way(found.why, drop.zone, drop.start)
    if drop.lane and any(reason.code == "slot-taken" for reason in found.reasons):
        return " ".join([_cannot_take(drop, drop.lane), *said])
    return " ".join(said or [reason.text for reason in found.reasons])


def _cannot_take(drop: Drop, lane: LaneChange) -> str:
    return f"{lane.new.name} cannot take the visit at {drop.at}."


def _next_best(alternatives: "Sequence[Opening]", drop: Drop) -> str:
    if not alternatives:
        return ""
    return f" Next: {words.moment(alternatives[0].start, drop.zone, drop.start)}."
