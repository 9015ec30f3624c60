"""Recovery contacts to ask for today: who is due, overdue, or has to be telephoned."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from notifications.selectors.situations import reaches_of
from pages.kit.words import full_day
from pages.staff.episode.contacts import tone
from patients import selectors as patients
from procedures.follow_up import selectors as follow_ups
from procedures.follow_up import timing, windows
from procedures.follow_up.response_rates import response_rates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from procedures.models import FollowUp

ROWS = 50
RATES_DAYS = 90
TABS = (
    ("", "Due and overdue"),
    ("due", "Due today"),
    ("overdue", "Overdue"),
    ("call", "To telephone"),
    ("missed", "Missed"),
)


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One contact, how it stands, and how its patient is reached."""

    row: "FollowUp"
    stands: timing.Timing
    phone: str
    is_written: bool
    comes: bool

    def fits(self, tab: str) -> bool:
        """True if it is shown there; nobody is called who comes anyway."""
        if tab == "call":
            return self._is_pressing() and not self.is_written and not self.comes
        return self.stands.code == tab if tab else self._is_pressing()

    def _is_pressing(self) -> bool:
        return self.stands.code in timing.PRESSING


@page(action="episode.read")
def contacts_due(request: StaffRequest) -> ViewResponse:
    tab = request.GET.get("state", "")
    tab = tab if tab in dict(TABS) else ""
    zone = ZoneInfo(request.clinic.time_zone)
    today = request.now.astimezone(zone).date()
    if request.GET.get("state") == "rates":
        return _rates(request, today)
    lines = _lines(list(follow_ups.unanswered(request.clinic.pk, today)), today, zone)
    shown = Paginator([line for line in lines if line.fits(tab)], ROWS).get_page(
        request.GET.get("page")
    )
    request.record_access(
        *{line.row.episode.patient_id for line in shown}, deliberate=False
    )
    context = {
        "tabs": [
            {
                "label": label,
                "count": sum(line.fits(code) for line in lines),
                "address": f"?state={code}" if code else "?",
                "current": code == tab,
            }
            for code, label in TABS
        ],
        "rows": [_row(request, line) for line in shown],
        "page": shown,
        "query": f"state={tab}",
        "empty_text": "Recovery contacts appear on their day, and stay until they are "
        "answered.",
    }
    return TemplateResponse(request, "pages/staff/follow_up/contacts_due.html", context)


def _rates(request: StaffRequest, today: "date") -> ViewResponse:
    """The share answered by contact in the last days; today's may still be."""
    rows = response_rates(
        clinic_id=request.clinic.pk,
        since=today - timedelta(days=RATES_DAYS),
        until=today - timedelta(days=1),
    )
    request.record_access(count=0, deliberate=False)
    context = {
        "days": RATES_DAYS,
        "rows": [
            {
                "name": windows.name(row.code),
                "due": row.due,
                "answered": row.answered,
                "rate": "–" if row.rate is None else f"{round(100 * row.rate)} %",
            }
            for row in rows
        ],
    }
    return TemplateResponse(
        request, "pages/staff/follow_up/response_rates.html", context
    )


def _lines(
    rows: "Sequence[FollowUp]", today: "date", zone: ZoneInfo
) -> list[ContactLine]:
    people = {row.episode.patient_id: row.episode.patient for row in rows}
    reaches = reaches_of(list(people.values()))
    phones = patients.contacts_of(list(people.values()))
    visits = follow_ups.visits_for(rows)
    found = []
    for row in rows:
        patient_id, visit_at = row.episode.patient_id, visits.get(row.pk)
        phone = phones[patient_id].get("sms")
        found.append(
            ContactLine(
                row=row,
                stands=follow_ups.timing_of(row, today, visit_at),
                phone=phone.value if phone else "",
                is_written=reaches[patient_id][0].channel is not None,
                comes=visit_at is not None
                and visit_at.astimezone(zone).date() >= today,
            )
        )
    return found


def _row(request: StaffRequest, line: ContactLine) -> dict[str, Any]:
    row, patient = line.row, line.row.episode.patient
    return {
        "patient": patient.full_name,
        "born": patient.birth_date,
        "mrn": patient.mrn,
        "patient_address": reverse("staff:patient", args=[patient.pk]),
        "name": windows.name(row.code),
        "code": row.code,
        "due": full_day(row.target_on),
        "state": line.stands.text,
        "tone": tone(line.stands.code),
        "phone": line.phone,
        "written": "" if line.is_written else "No text or mail: telephone",
        "episode_address": reverse("staff:episode", args=[row.episode_id]),
        "answers_address": _answers(request, row),
    }


def _answers(request: StaffRequest, row: "FollowUp") -> str:
    role = request.membership.role
    if not may(role, "episode.respond").allowed:
        return ""
    return answers_address(row)


def answers_address(row: "FollowUp") -> str:
    """Return where the answers to that contact are written down."""
    address = reverse(
        "staff:act", kwargs={"episode_id": row.episode_id, "act": "respond"}
    )
    return f"{address}?{urlencode({'follow_up': row.code})}"
