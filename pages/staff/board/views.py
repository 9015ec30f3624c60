"""The day board: every resource a column, every phase a block, as a page and a poll."""

import hashlib
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from notifications.services import delays
from pages.kit.converters import DayConverter
from pages.staff.board import columns, day
from scheduling import selectors

ONE_DAY = timedelta(days=1)
VIEWS = ("board", "list")


@page(action="appointment.read")
def board(request: StaffRequest) -> ViewResponse:
    """The board of today, or of the day chosen in the date picker."""
    try:
        on = DayConverter().to_python(request.GET.get("on", ""))
    except ValueError:
        zone = ZoneInfo(request.clinic.time_zone)
        on = request.now.astimezone(zone).date()
    return redirect(_address(on, _view(request), _everything(request)))


@page(action="appointment.read")
def board_on(request: StaffRequest, on: date) -> ViewResponse:
    clinic = request.clinic
    found = selectors.day_board(clinic.pk, on, request.now)
    view, everything = _view(request), _everything(request)
    shown = columns.Shown(
        clinic_id=clinic.pk,
        zone=ZoneInfo(clinic.time_zone),
        now=request.now,
        everything=everything,
        expected=_expected(request, found),
    )
    visits = day.on_board(found)
    drawn = columns.draw(found, visits, shown)
    seen = hashlib.sha256(repr(drawn).encode()).hexdigest()[:16]
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    request.record_access(*found.patient_ids, deliberate=False)
    context = {
        **_delays(request, shown),
        **drawn,
        **_toolbar(request, on, view, everything),
        "visits": columns.rows(visits, shown),
        "seen": seen,
    }
    is_poll = bool(request.headers.get("HX-Request"))
    template = "board_day.html" if is_poll else "board.html"
    return TemplateResponse(request, f"pages/staff/board/{template}", context)


def _expected(
    request: StaffRequest, found: selectors.DayBoard
) -> selectors.DayProjection | None:
    """The projection of today; None for other days, which are as planned."""
    if not found.start <= request.now < found.end:
        return None
    return selectors.projected(found, request.now)


def _delays(request: StaffRequest, shown: columns.Shown) -> dict[str, object]:
    """Number of patients to tell that the clinic runs late, where it does so."""
    may_tell = may(request.membership.role, "delay.tell").allowed
    if shown.expected is None or not may_tell or not request.clinic.tells_delays:
        return {}
    waiting = delays.to_tell(request.clinic.pk, request.now, shown.expected)
    return {"delay_count": len(waiting), "delay_address": reverse("staff:board_delay")}


def _toolbar(
    request: StaffRequest, on: date, view: str, everything: bool
) -> dict[str, object]:
    zone = ZoneInfo(request.clinic.time_zone)
    now_on = request.now.astimezone(zone).date()
    find = reverse("staff:find")
    return {
        "on": on,
        "view": view,
        "everything": everything,
        "is_today": on == now_on,
        "previous": on - ONE_DAY,
        "next": on + ONE_DAY,
        "previous_address": _address(on - ONE_DAY, view, everything),
        "next_address": _address(on + ONE_DAY, view, everything),
        "today_address": _address(now_on, view, everything),
        "board_address": _address(on, "board", everything),
        "list_address": _address(on, "list", everything),
        "columns_address": _address(on, view, not everything),
        "poll_address": _address(on, view, everything),
        "may_book": may(request.membership.role, "appointment.book").allowed,
        "may_move": may(request.membership.role, "appointment.move").allowed,
        "find_address": f"{find}?{urlencode({'first': on, 'last': on + 6 * ONE_DAY})}",
    }


def _address(on: date, view: str, everything: bool) -> str:
    query = {"view": view, "columns": "all" if everything else ""}
    given = {name: value for name, value in query.items() if value}
    address = reverse("staff:board_on", args=[on])
    return f"{address}?{urlencode(given)}" if given else address


def _view(request: StaffRequest) -> str:
    view = request.GET.get("view", "")
    return view if view in VIEWS else ""


def _everything(request: StaffRequest) -> bool:
    return request.GET.get("columns") == "all"
