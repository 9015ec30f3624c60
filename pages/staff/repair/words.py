"""Absences, conflicts and repair plans in words, and the steps of the wizard."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from pages.kit.words import clock_time, short_day

if TYPE_CHECKING:
    from scheduling.models import Absence, Conflict, RepairPlan

KINDS = {
    "ill": "ill",
    "leave": "on leave",
    "maintenance": "in maintenance",
    "broken": "broken",
    "unusable": "cannot be used",
    "other": "away",
}
WAYS = {
    "same-time": "Same time, others serve",
    "same-day": "Same day, another time",
    "first-opening": "Another day",
    "call": "Call the patient",
}
WAY_TONES = {
    "same-time": "success",
    "same-day": "info",
    "first-opening": "info",
    "call": "warning",
}
LINES = {
    "proposed": ("Waiting", "neutral"),
    "done": ("Done", "success"),
    "failed": ("Not done", "danger"),
    "undone": ("Taken back", "neutral"),
}
RUNS = {
    "applying": "Carrying out the plan",
    "applied": "Plan carried out",
    "undoing": "Taking the plan back",
    "undone": "Plan taken back",
}
STAYS = ("Not taken back", "danger")
EXACT = (
    "No plan disturbs fewer patients, or as few with less delay; one with two visits "
    "counts once. Locked lines stay. Starts at every five minutes within four weeks "
    "were compared, in time that is free or that another of these visits gives up; no "
    "two change places."
)
FOUND = (
    "There were too many ways to compare them all in time. It is the best plan found; "
    "a better one may exist."
)
GREEDY = (
    "Patients who can keep their times keep them; then each visit takes the nearest "
    "time left, in order of time. A better plan may exist."
)
# In front of GREEDY: why nothing better was searched for.
BECAUSE = {
    "no-solver": "The planner that compares all plans is not installed here.",
    "no-worker": "Nothing answered in the background, where all plans are compared.",
    "stopped": "Comparing all plans was interrupted twice.",
    "failed": "Comparing all plans failed; the fault is in the log.",
}
# How far a plan is that is being made.
STAGES = {
    "": "Waiting for its turn.",
    "reading": "Reading who is free in the next four weeks.",
    "fewest-disturbed": "Looking for the plan that disturbs the fewest patients.",
    "least-delay": "Looking for the shortest delays for those who must move.",
    "who-serves": "Choosing who serves each visit.",
}
NOT_ANSWERED = (
    "There is no plan yet after half a minute. Unless something in the background is "
    "still at it, it can be made here at once, one visit after the other; a better "
    "plan may exist."
)
CHANGED = (
    "A line was chosen by hand, and the others left as they were. Plan the others "
    "anew to find the best that goes with it."
)
METHODS = {
    "exact": ("Exact", EXACT),
    "found": ("Best found", FOUND),
    "greedy": ("One by one", GREEDY),
    "by-hand": ("Changed by hand", CHANGED),
}


def method(plan: "RepairPlan") -> tuple[str, str]:
    """Return how the plan was made, as a title and what that means."""
    title, meaning = METHODS[plan.method]
    because = BECAUSE.get(plan.because, "")
    return title, f"{because} {meaning}".strip()


NO_MESSAGE = {
    "no_channel": "No text or e-mail may be sent to them.",
    "quiet_hours": "A message would wait for the morning and be too late.",
}


def away(name: str, kind: str, reason: str = "") -> str:
    """ "Dr Chen – ill", and why if that was said."""
    text = f"{name} – {KINDS.get(kind, kind)}"
    return f"{text} ({reason})" if reason else text


def span(start: datetime, end: datetime, zone: ZoneInfo, now: datetime) -> str:
    """ "Wed, Sep 2, 9:00 AM to 5:00 PM", with both days if there are two.

    A day of another year than `now`'s has its year.
    """
    first, last = start.astimezone(zone), end.astimezone(zone)
    today = now.astimezone(zone).date()
    begin = f"{short_day(first.date(), today)}, {clock_time(start, zone)}"
    if first.date() == last.date():
        return f"{begin} to {clock_time(end, zone)}"
    return f"{begin} to {short_day(last.date(), today)}, {clock_time(end, zone)}"


def left(time: timedelta) -> str:
    """ "1 minute 45 seconds"."""
    minutes, seconds = divmod(max(int(time.total_seconds()), 0), 60)
    parts = [(minutes, "minute"), (seconds, "second")]
    return " ".join(f"{n} {unit}{'s' if n > 1 else ''}" for n, unit in parts if n)


def absence_row(absence: "Absence", zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    state, tone = _state(absence, now)
    return {
        "title": away(absence.resource.name, absence.kind, absence.reason),
        "when": span(absence.period.lower, absence.period.upper, zone, now),
        "state": state,
        "tone": tone,
        "address": reverse("staff:absence", args=[absence.pk]),
    }


def to_decide(opened: int) -> dict[str, Any]:
    """Words in a row of the list: how many conflicts are open."""
    return {
        "open": opened,
        "open_text": f"{opened} visit{'s' if opened > 1 else ''} to decide about",
    }


def _state(absence: "Absence", now: datetime) -> tuple[str, str]:
    if absence.ended_at is not None:
        return "Ended", "neutral"
    if absence.period.upper <= now:
        return "Over", "neutral"
    return ("Now", "danger") if absence.period.lower <= now else ("Planned", "warning")


def conflict_text(conflict: "Conflict") -> str:
    if conflict.absence is not None and conflict.resource is not None:
        absence = conflict.absence
        return away(conflict.resource.name, absence.kind, absence.reason)
    return conflict.detail or conflict.get_cause_display()


def steps(absence_id: UUID, plan: "RepairPlan | None", here: str) -> list[Any]:
    """The wizard's pages; those that cannot be opened yet have no address."""
    plan_id = plan.pk if plan else None
    proposed = plan is not None and plan.state == "proposed"
    unused = plan is not None and plan.state in {"planning", "proposed"}
    table: Mapping[str, tuple[str, str]] = {
        "visits": ("1. Visits in the way", reverse("staff:absence", args=[absence_id])),
        "plan": (
            "2. Plan",
            _address("staff:repair", plan_id if unused else None),
        ),
        "messages": (
            "3. Messages and calls",
            _address("staff:repair_messages", plan_id if proposed else None),
        ),
        "run": (
            "4. Carry out",
            _address("staff:repair_run", None if unused else plan_id),
        ),
    }
    return [
        {"label": label, "address": address, "current": name == here}
        for name, (label, address) in table.items()
    ]


def _address(name: str, plan_id: UUID | None) -> str:
    return reverse(name, args=[plan_id]) if plan_id else ""
