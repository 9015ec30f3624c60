"""Everybody who hears something on a date: messages by the clock, and calls owed."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.web.views import StaffRequest, ViewResponse, page
from notifications.domain import states as known
from notifications.selectors import hearing
from pages.kit import states
from pages.kit.converters import DayConverter
from pages.kit.words import clock_time, long_day, short_day, zone_name
from pages.staff.messages import rows as message_rows
from patients import selectors as patients

if TYPE_CHECKING:
    from notifications.models import Message

WEEK = 7
NOT_HEARD = (known.SUPPRESSED, known.EXPIRED, known.UNDELIVERED, known.DEAD)


@page(action="message.read")
def hearing_today(request: StaffRequest) -> ViewResponse:
    """Today, or the day chosen in the date picker."""
    zone = ZoneInfo(request.clinic.time_zone)
    try:
        on = DayConverter().to_python(request.GET.get("on", ""))
    except ValueError:
        on = request.now.astimezone(zone).date()
    return redirect(_address(on, _span(request)))


@page(action="message.read")
def hearing_on(request: StaffRequest, on: date) -> ViewResponse:
    zone, span = ZoneInfo(request.clinic.time_zone), _span(request)
    last = on + timedelta(days=span - 1)
    found = hearing.on_days(request.clinic, on, last, request.now)
    request.record_access(*found.patient_ids, deliberate=False)
    today = request.now.astimezone(zone).date()
    step = timedelta(days=span)
    context = {
        "on": on,
        "last": last if span == WEEK else None,
        "is_week": span == WEEK,
        "days": _days(found, on, span, zone),
        "totals": _totals(found),
        "is_today": on <= today <= last,
        "today_address": _address(today, span),
        "previous": on - step,
        "previous_address": _address(on - step, span),
        "next": on + step,
        "next_address": _address(on + step, span),
        "day_address": _address(on, 1),
        "week_address": _address(on, WEEK),
    }
    return TemplateResponse(request, "pages/staff/messages/hearing.html", context)


def _span(request: StaffRequest) -> int:
    return WEEK if request.GET.get("span") == "week" else 1


def _address(on: date, span: int) -> str:
    query = f"?{urlencode({'span': 'week'})}" if span == WEEK else ""
    return f"{reverse('staff:hearing_on', args=[on])}{query}"


def _totals(found: hearing.Heard) -> str:
    """ "12 text messages, 3 e-mails and 2 calls"; nothing is counted that is not."""
    told = [row for row in found.messages if row.state not in NOT_HEARD]
    texts = sum(row.channel == "sms" for row in told)
    counts = [
        (texts, "text message"),
        (len(told) - texts, "e-mail"),
        (len(found.calls), "call"),
    ]
    said = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n]
    return " and ".join(filter(None, [", ".join(said[:-1]), *said[-1:]]))


def _days(
    found: hearing.Heard, first: date, span: int, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Each day with its lines; what is overdue stands on the first that is shown."""
    heard: dict[date, list[dict[str, Any]]] = defaultdict(list)
    missed: dict[date, list[dict[str, Any]]] = defaultdict(list)
    calls: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in found.messages:
        at = message_rows.when(row)
        lines = missed if row.state in NOT_HEARD else heard
        lines[_day(at, first, zone)].append(_message(row, at, zone))
    for call in found.calls:
        calls[_day(call.due_at, first, zone)].append(_call(call, first, zone))
    days = [first + timedelta(days=number) for number in range(span)]
    return [
        {
            "on": on,
            "name": long_day(on),
            "heard": heard[on],
            "missed": missed[on],
            "calls": calls[on],
        }
        for on in days
    ]


def _day(at: datetime, first: date, zone: ZoneInfo) -> date:
    return max(at.astimezone(zone).date(), first)


def _message(row: "Message", at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    return message_rows.row(row, may_cancel=False) | {
        "time": clock_time(at, zone),
        "theirs": _theirs(row.patient, at, zone),
        "is_staff": row.patient_id is None,
    }


def _theirs(patient: Any, at: datetime, zone: ZoneInfo) -> str:
    """The same instant on the patient's own clock, where it is another one."""
    if patient is None or patients.zone(patient) == zone:
        return ""
    own = patients.zone(patient)
    return f"{clock_time(at, own)} {zone_name(own, at)}"


def _call(call: hearing.OwedCall, first: date, zone: ZoneInfo) -> dict[str, Any]:
    is_overdue = call.due_at.astimezone(zone).date() < first
    time = clock_time(call.due_at, zone)
    if is_overdue:
        time = f"{short_day(call.due_at.astimezone(zone).date(), first)}, {time}"
    return {
        "time": time,
        "who": call.patient.full_name,
        "patient_address": reverse("staff:patient", args=[call.patient.pk]),
        "why": message_rows.CALLS.get(call.reason, states.message_kind(call.reason)),
        "name": call.asked.task.text if call.asked else "",
        "state": "Overdue" if is_overdue else "To be made" if call.asked else "Planned",
        "tone": "danger" if is_overdue else "warning" if call.asked else "neutral",
    }
