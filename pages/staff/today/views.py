"""Today: the visits of a day in order of time, each with what is missing."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.domain import roles
from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from pages.kit import states
from pages.kit.words import long_day, short_day
from pages.staff.board import day
from patients import selectors as patients
from procedures.follow_up import selectors as follow_ups
from scheduling import selectors
from scheduling.absences import selectors as absences

ONE_DAY = timedelta(days=1)


@page(action="appointment.read")
def today(request: StaffRequest, on: date | None = None) -> ViewResponse:
    zone = ZoneInfo(request.clinic.time_zone)
    now_on = request.now.astimezone(zone).date()
    on = on or now_on
    visits = day.visits(
        request.clinic.pk, selectors.day_board(request.clinic.pk, on, request.now)
    )
    request.record_access(*(visit.patient.id for visit in visits), deliberate=False)
    upcoming = None if visits else selectors.next_day_with_visits(request.clinic.pk, on)
    role = request.membership.role
    context = {
        "on": on,
        "is_today": on == now_on,
        "heading": "Today" if on == now_on else "Visits",
        "previous": on - ONE_DAY,
        "next": on + ONE_DAY,
        "previous_address": reverse("staff:today_on", args=[on - ONE_DAY]),
        "next_address": reverse("staff:today_on", args=[on + ONE_DAY]),
        "cards": [_card(request, visit, come=on <= now_on) for visit in visits],
        "may_book": may(role, "appointment.book").allowed,
        "open_tasks": _open_tasks(request) if on == now_on else "",
        "tasks_address": reverse("staff:tasks"),
        "contacts_due": _contacts_due(request, now_on) if on == now_on else "",
        "contacts_address": reverse("staff:contacts_due"),
        "open_conflicts": _open_conflicts(request) if on == now_on else "",
        "conflicts_address": reverse("staff:conflicts"),
        **_empty(role, is_today=on == now_on, upcoming=upcoming),
    }
    return TemplateResponse(request, "pages/staff/today/today.html", context)


def _card(request: StaffRequest, visit: day.DayVisit, *, come: bool) -> dict[str, Any]:
    """`come`: its day has, so that somebody can have arrived."""
    may_arrive = come and may(request.membership.role, "appointment.arrive").allowed
    return {
        "start": visit.start,
        "end": visit.end,
        "patient": visit.patient.full_name,
        "born": visit.patient.birth_date,
        "mrn": visit.patient.mrn,
        "joint": visit.joint,
        "visit_type": visit.visit_type,
        "place": ", ".join(visit.rooms),
        "clinician": ", ".join(visit.clinicians),
        "state": visit.state,
        "tone": visit.tone,
        "over": visit.status in states.OVER,
        "late": states.lateness(
            visit.start, visit.status, request.now, visit.late_minutes
        ),
        "missing": visit.about.gaps if visit.about else (),
        "version": visit.version,
        # Without a room it is a call: nobody arrives.
        "may_arrive": may_arrive and visit.status == "booked" and bool(visit.rooms),
        "address": _address(request, visit),
        "arrive_address": reverse("staff:appointment_arrive", args=[visit.id]),
    }


def _address(request: StaffRequest, visit: day.DayVisit) -> str:
    """The episode for who treats, the visit for who plans."""
    if visit.about and request.membership.role != roles.COORDINATOR:
        return reverse("staff:episode", args=[visit.about.episode_id])
    return reverse("staff:appointment", args=[visit.id])


def _open_tasks(request: StaffRequest) -> str:
    role = request.membership.role
    if not may(role, "task.read").allowed:
        return ""
    late = patients.tasks(
        request.clinic.pk, now=request.now, state="late", owner_role=role
    ).count()
    if late > 1:
        return f"{late} tasks for you are late"
    return "1 task for you is late" if late else ""


def _contacts_due(request: StaffRequest, today: date) -> str:
    """For those who write down the answers."""
    if not may(request.membership.role, "episode.respond").allowed:
        return ""
    count = follow_ups.pressing(request.clinic.pk, today)
    if count > 1:
        return f"{count} recovery contacts are due or overdue"
    return "1 recovery contact is due or overdue" if count else ""


def _open_conflicts(request: StaffRequest) -> str:
    if not may(request.membership.role, "conflict.resolve").allowed:
        return ""
    count = len(absences.to_decide(request.clinic.pk))
    if count > 1:
        return f"{count} visits cannot be as agreed"
    return "1 visit cannot be as agreed" if count else ""


def _empty(
    role: str, *, is_today: bool, upcoming: tuple[date, int] | None
) -> dict[str, str]:
    """Words of an empty day, and the one way on from it."""
    when = "today" if is_today else "on this day"
    if upcoming:
        on, count = upcoming
        visits = "1 visit" if count == 1 else f"{count} visits"
        return {
            "empty_title": f"No visits {when}",
            "empty_text": f"Next: {visits} on {long_day(on)}.",
            "empty_address": reverse("staff:today_on", args=[on]),
            "empty_action": f"Open {short_day(on)}",
        }
    if not may(role, "appointment.book").allowed:
        return {
            "empty_title": f"No visits {when}",
            "empty_text": "",
            "empty_address": "",
            "empty_action": "",
        }
    return {
        "empty_title": f"No visits {when}",
        "empty_text": "Find a time and book one.",
        "empty_address": reverse("staff:find"),
        "empty_action": "Find a time",
    }
