"""Visits that are owed: what nobody has booked, and what was called off or missed and
not booked again, with its age and the way to book it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from pages.kit.words import full_day
from patients import selectors as patients
from procedures.follow_up import windows
from procedures.visits import owed as selector

if TYPE_CHECKING:
    from datetime import date

    from procedures.visits.owed import Owed

ROWS = 50
TABS = (
    ("", "All"),
    (selector.NOT_BOOKED, "Not booked yet"),
    (selector.CANCELLED, "Cancelled"),
    (selector.MISSED, "Missed"),
)
WHY = {
    selector.NOT_BOOKED: ("Not booked yet", "info"),
    selector.CANCELLED: ("Cancelled, not booked again", "warning"),
    selector.MISSED: ("Missed, not booked again", "danger"),
}
AHEAD = timedelta(days=21)


@page(action="appointment.read")
def owed(request: StaffRequest) -> ViewResponse:
    why = request.GET.get("why", "")
    why = why if why in dict(TABS) else ""
    zone = ZoneInfo(request.clinic.time_zone)
    rows = selector.owed(request.clinic.pk, request.now, zone)
    shown = Paginator([one for one in rows if why in ("", one.why)], ROWS).get_page(
        request.GET.get("page")
    )
    request.record_access(*{one.patient.pk for one in shown}, deliberate=False)
    phones = patients.contacts_of(list({one.patient for one in shown}))
    context = {
        "tabs": [
            {
                "label": label,
                "count": sum(code in ("", one.why) for one in rows),
                "address": f"?why={code}" if code else "?",
                "current": code == why,
            }
            for code, label in TABS
        ],
        "rows": [
            _row(request, one, zone, phones[one.patient.pk].get("sms")) for one in shown
        ],
        "page": shown,
        "query": f"why={why}",
    }
    return TemplateResponse(request, "pages/staff/follow_up/owed.html", context)


def _row(
    request: StaffRequest, one: "Owed", zone: ZoneInfo, phone: Any
) -> dict[str, Any]:
    today = request.now.astimezone(zone).date()
    text, tone = WHY[one.why]
    patient = one.patient
    return {
        "patient": patient.full_name,
        "born": patient.birth_date,
        "mrn": patient.mrn,
        "patient_address": reverse("staff:patient", args=[patient.pk]),
        "name": _name(one),
        "window": _window(one),
        "state": text,
        "tone": tone,
        "since": full_day(one.since.astimezone(zone).date()),
        "age": _age((today - one.since.astimezone(zone).date()).days),
        "phone": phone.value if phone else "",
        "find_address": _find(request, one, today),
    }


def _name(one: "Owed") -> str:
    if one.follow_up is not None:
        return windows.name(one.follow_up.code)
    assert one.appointment is not None
    return str(one.appointment.visit_type.name)


def _window(one: "Owed") -> str:
    row = one.follow_up
    if row is None:
        return ""
    return f"{full_day(row.window_from)} – {full_day(row.window_to)}"


def _age(days: int) -> str:
    return "today" if days < 1 else "1 day" if days == 1 else f"{days} days"


def _find(request: StaffRequest, one: "Owed", today: "date") -> str:
    """The search with the visit's type, its window and what it is for filled in."""
    if not may(request.membership.role, "appointment.book").allowed:
        return ""
    row, visit = one.follow_up, one.appointment
    first, last = today, today + AHEAD
    if row is not None:
        first, last = max(row.window_from, today), row.window_to
    query = {
        "patient": one.patient.pk,
        "visit_type": visit.visit_type.slug if visit else selector.VISIT_TYPE,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "subject": one.subject,
        "search": "1",
    }
    return f"{reverse('staff:find')}?{urlencode(query)}"
