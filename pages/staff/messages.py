"""The log of messages, and taking one back that has not left."""

from uuid import UUID

from django.contrib import messages as notes
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from clinics.domain.policy import may
from clinics.services.doors import Answer, StaffRequest, page
from core.refusal import Refused
from notifications import selectors
from notifications.domain import states
from notifications.services import messages as service
from pages import numbers
from pages.staff import message_rows

ROWS = 50
NOT_SENT = (states.SUPPRESSED, states.EXPIRED, states.UNDELIVERED, states.DEAD)
TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", ()),
    "planned": ("Planned", tuple(sorted(states.WAITING | states.IN_FLIGHT))),
    "sent": ("Sent", (states.ACCEPTED, states.DELIVERED)),
    "failed": ("Not sent", NOT_SENT),
    "stopped": ("Cancelled", (states.CANCELLED, states.SUPERSEDED)),
}


@page(action="message.read")
def messages(request: StaffRequest) -> Answer:
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    number = max(1, numbers.read(request.GET.get("page", ""), 1))
    first = (number - 1) * ROWS
    rows = list(_in_order(request, tab)[first : first + ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    ids = {row.patient_id for row in rows if row.patient_id}
    request.saw(*ids, count=len(ids), deliberate=False)
    may_cancel = may(request.membership.role, "message.cancel").allowed
    context = {
        "tabs": [
            {"label": label, "address": f"?tab={code}", "current": code == tab}
            for code, (label, _) in TABS.items()
        ],
        "rows": [message_rows.row(row, may_cancel=may_cancel) for row in rows],
        "may_cancel": may_cancel,
        "trouble": selectors.trouble(request.now, request.clinic.pk).lines,
        "next_address": f"?tab={tab}&page={number + 1}" if more else "",
    }
    return TemplateResponse(request, "pages/staff/messages.html", context)


@page(action="message.cancel")
@require_POST
def cancel(request: StaffRequest, message_id: UUID) -> Answer:
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


def _in_order(request: StaffRequest, tab: str) -> QuerySet:  # type: ignore[type-arg]
    """What is planned: the next first; what is over: the latest first."""
    rows = selectors.messages(request.clinic.pk)
    wanted = TABS[tab][1]
    if wanted:
        rows = rows.filter(state__in=wanted)
    return rows.order_by("due_at", "pk") if tab == "planned" else rows
