"""The contacts counted from the procedure, on the page of their episode."""

from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from clinics.domain import policy
from clinics.web.views import StaffRequest
from pages.kit.words import full_day, sentence
from procedures.follow_up import contacts as linked
from procedures.follow_up import selectors as follow_ups
from procedures.follow_up import timing
from procedures.follow_up import windows as rules
from procedures.visits.approval import CONTACT, PREFIX

if TYPE_CHECKING:
    from procedures.models import Episode

VISIT_TYPE = "follow-up"
TONES = {
    "answered": "success",
    timing.MISSED: "danger",
    timing.OVERDUE: "danger",
    timing.DUE: "warning",
    timing.OPEN: "info",
    timing.AHEAD: "info",
}
# What asks nobody for anything any more.
OVER = ("answered", "cancelled", timing.MISSED)
NOTES = {
    rules.PROVISIONAL: "Counted from the day the procedure is booked for, "
    "until the injection.",
    "unplanned": "The procedure these visits are counted from is not booked.",
}


def contacts(
    request: StaffRequest, episode: "Episode", today: date, *, clinical: bool
) -> list[dict[str, Any]]:
    """Every contact with its window, and its visit or where to find a time for it."""
    may_book = _may(request, "appointment.book")
    may_answer = clinical and _may(request, "episode.respond")
    unanswered = follow_ups.unanswered_codes(episode) if may_answer else frozenset()
    return [
        _row(line, line.timing(episode, today))
        | {
            "find_address": _find(episode, line, today) if may_book else "",
            "answers_address": _answers(episode, line.code)
            if line.code in unanswered
            else "",
        }
        for line in linked.lines(episode)
    ]


def _row(line: linked.Line, stands: timing.Timing) -> dict[str, Any]:
    plan, visit = line.plan, line.visit
    first_to_last = (plan.window_from, plan.window_to) if plan else ()
    return {
        "code": line.code,
        "name": rules.name(line.code),
        "due": full_day(plan.target_on) if plan else "",
        "window": " – ".join(map(full_day, first_to_last)),
        "mode": sentence(plan.mode) if plan else "Visit",
        "state": _state(line, stands),
        "is_over": stands.code in OVER and not line.conflict,
        "tone": "warning" if line.conflict else tone(stands.code),
        "note": NOTES.get(line.state, ""),
        "conflict": line.conflict,
        "visit_start": visit.starts_at if visit else None,
        "visit_address": reverse("staff:appointment", args=[visit.appointment_id])
        if visit
        else "",
    }


def _state(line: linked.Line, stands: timing.Timing) -> str:
    """The contact's state; a visit that does not fit hides no lateness."""
    if not line.conflict:
        return stands.text
    late = stands.code in (*timing.PRESSING, timing.MISSED)
    return f"Does not fit. {stands.text}" if late else "Does not fit"


def tone(code: str) -> str:
    """The colour of a contact's timing."""
    return TONES.get(code, "neutral")


def _answers(episode: "Episode", code: str) -> str:
    address = reverse("staff:act", kwargs={"episode_id": episode.pk, "act": "respond"})
    return f"{address}?{urlencode({'follow_up': code})}"


def _find(episode: "Episode", line: linked.Line, today: date) -> str:
    """The search for a time inside the window, as far as it lies ahead."""
    if line.plan is None or not line.can_be_booked or line.plan.window_to < today:
        return ""
    query = {
        "patient": episode.patient_id,
        "visit_type": VISIT_TYPE,
        "first": max(line.plan.window_from, today).isoformat(),
        "last": line.plan.window_to.isoformat(),
        "subject": f"{PREFIX}{episode.pk}{CONTACT}{line.code}",
        "search": "1",
    }
    return f"{reverse('staff:find')}?{urlencode(query)}"


def _may(request: StaffRequest, action: str) -> bool:
    return policy.may(request.membership.role, action).allowed
