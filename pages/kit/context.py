"""The frame of every page: the clinic, its zone, the nav, alarms, the demo's clock."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from clinics.domain.policy import may
from core import clock
from notifications.selectors import alarms, inbox, send_mode
from pages.kit import nav
from pages.kit.words import clock_time, moment, zone_name

if TYPE_CHECKING:
    from clinics.models import Clinic

MOST_ALARMS = 20


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page; without a signed-in clinic only the demo's banner."""
    clinic = getattr(request, "clinic", None)
    frame: dict[str, Any] = {"demo": settings.DEMO}
    if clinic is None:
        return frame
    zone = ZoneInfo(clinic.time_zone)
    now = getattr(request, "now", None) or clock.now()
    unread = _unread(request, clinic)
    entries = nav.entries(_role(request), request.path, {"staff:inbox": unread})
    return frame | {
        "clinic": clinic,
        "other_memberships": [
            one
            for one in getattr(request, "memberships", ())
            if one.clinic_id != clinic.pk
        ],
        "zone": zone,
        "zone_name": zone_name(zone, now),
        "now": now,
        "role": _role(request),
        "places": entries,
        "nav": nav.in_groups(entries),
        "unread_texts": unread,
        "may_search": may(_role(request), "patient.read").allowed,
        "send_mode_bar": send_mode.held_back(),
        "alarm_bar": _alarm_bar(request, clinic, zone, now),
        "may_read_messages": may(_role(request), "message.read").allowed,
    }


def _alarm_bar(
    request: HttpRequest, clinic: "Clinic", zone: ZoneInfo, now: datetime
) -> dict[str, str]:
    """The red line on every page while an alarm has reached nobody; no name.

    One statement a page, which an index of unanswered alarms answers.
    """
    if getattr(request, "membership", None) is None:
        return {}
    waiting = list(alarms.unheard(clinic.pk, now)[:MOST_ALARMS])
    if not waiting:
        return {}
    first = min(task.created_at for task in waiting)
    is_today = first.astimezone(zone).date() == now.astimezone(zone).date()
    since = clock_time(first, zone) if is_today else moment(first, zone)
    text = (
        f"A red flag has had no answer since {since}."
        if len(waiting) == 1
        else f"{len(waiting)} red flags have had no answer, the first since {since}."
    )
    may_open = may(_role(request), "task.read").allowed
    return {
        "text": text,
        "address": reverse("staff:tasks") if may_open else "",
        "advice": "" if may_open else "Tell a clinician or the medical director now.",
    }


def _unread(request: HttpRequest, clinic: "Clinic") -> int:
    """Number of texts that wait unread, for those who may read them; one statement."""
    role = _role(request)
    if not role or not may(role, "inbox.read").allowed:
        return 0
    return inbox.unread(clinic.pk)


def _role(request: HttpRequest) -> str:
    membership = getattr(request, "membership", None)
    return str(membership.role) if membership is not None else ""
