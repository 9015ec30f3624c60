"""The log of messages, one message with all that was tried, and taking one back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages as notes
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.domain import quiet_hours
from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import NotFound
from core.refusal import Refused
from notifications import selectors
from notifications.domain import catalogue
from notifications.domain import states as known
from notifications.selectors import message_log
from notifications.services import messages as service
from pages.kit import numbers, states
from pages.kit.converters import DayConverter
from pages.kit.words import listed_name
from pages.staff.messages import rows as message_rows
from patients import selectors as patients

if TYPE_CHECKING:
    from patients.models import Patient

ROWS = 50
MOST_PEOPLE = 20
NOT_SENT = (known.SUPPRESSED, known.EXPIRED, known.UNDELIVERED, known.DEAD)
TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("Until today", ()),
    "planned": ("To come", tuple(sorted(known.WAITING | known.IN_FLIGHT))),
    "sent": ("Sent", (known.ACCEPTED, known.DELIVERED)),
    "failed": ("Not sent", NOT_SENT),
    "stopped": ("Cancelled", (known.CANCELLED, known.SUPERSEDED)),
    "doubt": ("In doubt", (known.UNCERTAIN,)),
    "all": ("All", ()),
}


@dataclass(frozen=True, slots=True)
class LogSearch:
    """Read what the log's address asks for; what cannot be meant asks for nothing."""

    tab: str
    kind: str
    channel: str
    on: date | None
    patient: "Patient | None"

    def address(self, **changed: str) -> str:
        """Return the address of the same search with something changed."""
        query = {
            "tab": self.tab,
            "kind": self.kind,
            "channel": self.channel,
            "on": self.on.isoformat() if self.on else "",
            "patient": str(self.patient.pk) if self.patient else "",
        }
        asked = {name: value for name, value in (query | changed).items() if value}
        return f"?{urlencode(asked)}"

    def wish(self, zone: ZoneInfo, today: date) -> message_log.Wish:
        """Return what is searched for; with no tab, what was due until tonight."""
        on, is_until_today = self.on, not (self.tab or self.on)
        tonight = quiet_hours.at(today + timedelta(days=1), quiet_hours.MIDNIGHT, zone)
        return message_log.Wish(
            patient_id=self.patient.pk if self.patient else None,
            kind=self.kind,
            channel=self.channel,
            states=TABS[self.tab][1],
            since=quiet_hours.at(on, quiet_hours.MIDNIGHT, zone) if on else None,
            until=quiet_hours.at(on + timedelta(days=1), quiet_hours.MIDNIGHT, zone)
            if on
            else None,
            due_before=tonight if is_until_today else None,
            soonest_first=self.tab == "planned",
        )


@page(action="message.read")
def messages(request: StaffRequest) -> ViewResponse:
    """The log; a name is searched for by POST, as it belongs in no address."""
    text = request.POST.get("q", "").strip()[:100]
    if request.method == "POST" and text:
        return _people(request, text)
    asked = _asked(request, request.GET)
    number = max(1, numbers.read(request.GET.get("page", ""), 1))
    first = (number - 1) * ROWS
    zone = ZoneInfo(request.clinic.time_zone)
    today = request.now.astimezone(zone).date()
    found = message_log.search(request.clinic.pk, asked.wish(zone, today))
    rows = list(found[first : first + ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    ids = {row.patient_id for row in rows if row.patient_id}
    ids |= {asked.patient.pk} if asked.patient else set()
    request.record_access(*ids, count=len(ids), deliberate=asked.patient is not None)
    may_cancel = may(request.membership.role, "message.cancel").allowed
    context = {
        **_search_fields(request, asked),
        "rows": [message_rows.row(row, may_cancel=may_cancel) for row in rows],
        "may_cancel": may_cancel,
        "trouble": selectors.trouble(request.now, request.clinic.pk).lines,
        "previous_address": asked.address(page=str(number - 1)) if number > 1 else "",
        "next_address": asked.address(page=str(number + 1)) if more else "",
    }
    return TemplateResponse(request, "pages/staff/messages/messages.html", context)


def _asked(request: StaffRequest, given: Mapping[str, str]) -> LogSearch:
    tab, kind, channel = (given.get(name, "") for name in ("tab", "kind", "channel"))
    try:
        on = DayConverter().to_python(given.get("on", ""))
    except ValueError:
        on = None
    return LogSearch(
        tab=tab if tab in TABS else "",
        kind=kind[:40],
        channel=channel if channel in catalogue.CHANNELS else "",
        on=on,
        patient=_patient(request, given.get("patient", "")),
    )


def _patient(request: StaffRequest, key: str) -> "Patient | None":
    try:
        return patients.patient(UUID(key), request.clinic.pk)
    except (ValueError, NotFound):
        return None


def _search_fields(request: StaffRequest, asked: LogSearch) -> dict[str, Any]:
    kinds = {code: states.message_kind(code) for code in catalogue.KINDS}
    return {
        "asked": asked,
        "tabs": [
            {
                "label": label,
                "address": asked.address(tab=code),
                "current": code == asked.tab,
            }
            for code, (label, _) in TABS.items()
        ],
        "kinds": sorted(kinds.items(), key=lambda pair: pair[1]),
        "channels": list(states.CHANNELS.items()),
        "patient_address": reverse("staff:patient", args=[asked.patient.pk])
        if asked.patient
        else "",
        "everybody_address": asked.address(patient=""),
        "is_narrowed": bool(asked.kind or asked.channel or asked.on),
    }


def _people(request: StaffRequest, text: str) -> ViewResponse:
    """The patients fitting what was typed: the one found, or whom to choose from."""
    asked = _asked(request, request.POST)
    found = list(patients.search(request.clinic.pk, text)[: MOST_PEOPLE + 1])
    if len(found) == 1:
        address = asked.address(patient=str(found[0].pk))
        return redirect(f"{reverse('staff:messages')}{address}")
    shown = found[:MOST_PEOPLE]
    request.record_access(*(one.pk for one in shown))
    context = {
        **_search_fields(request, asked),
        "q": text,
        "more": len(found) > MOST_PEOPLE,
        "people": [
            {
                "name": listed_name(one),
                "birth_date": one.birth_date,
                "mrn": one.mrn,
                "address": asked.address(patient=str(one.pk)),
            }
            for one in shown
        ],
    }
    return TemplateResponse(
        request, "pages/staff/messages/messages_whose.html", context
    )


@page(action="message.read")
def message(request: StaffRequest, message_id: UUID) -> ViewResponse:
    """One message: its words, its times, every attempt, and calls in its place."""
    found = selectors.message(message_id, request.clinic.pk)
    if found.patient_id:
        request.record_access(found.patient_id)
    role = request.membership.role
    may_cancel = may(role, "message.cancel").allowed
    context = {
        "message": found,
        "row": message_rows.row(found, may_cancel=may_cancel),
        "is_staff": found.user_id is not None,
        "subject_address": message_rows.subject_address(role, found.subject),
        "attempts": [message_rows.attempt(one) for one in message_log.attempts(found)],
        "events": [
            {
                "at": one.occurred_at or one.received_at,
                "name": states.MESSAGES.get(one.type, (one.type, ""))[0],
                "why": message_rows.why(one.reason),
            }
            for one in message_log.events(found)
        ],
        "calls": [
            message_rows.call(one, request.now)
            for one in message_log.calls_about([found.subject])
        ],
    }
    return TemplateResponse(request, "pages/staff/messages/message.html", context)


@page(action="message.cancel")
@require_POST
def cancel(request: StaffRequest, message_id: UUID) -> ViewResponse:
    done = service.cancel(
        message_id=message_id,
        clinic_id=request.clinic.pk,
        by=request.actor,
        now=request.now,
    )
    if isinstance(done, Refused):
        return done
    notes.success(request, "It will not be sent.")
    return redirect("staff:messages")
