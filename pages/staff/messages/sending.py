"""Health of sending: delays, providers, what to look at; and letting it go on."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages as notes
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics import selectors as clinics
from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.refusal import Reason, Refused
from notifications.domain.delays import Delays
from notifications.selectors import health
from notifications.selectors.providers import strange_instance
from notifications.services import providers
from pages.kit import states
from pages.kit.words import distance
from pages.staff.messages import rows as message_rows

SPANS = {"hour": "Last hour", "day": "Last 24 hours", "week": "Last 7 days"}
# Each list with what is to be done about it.
LISTS = {
    "late": ("Should have left", "They leave by themselves once what holds them ends."),
    "expired": (
        "Too late in the last day",
        "Nobody was told. Where it mattered, a task asks for a call.",
    ),
    "dead": (
        "Will never arrive",
        "The address or the provider refused them. Correct the address, or telephone.",
    ),
    "in_doubt": (
        "Nobody knows if they arrived",
        "A second copy could follow a first; ask the patient, or the provider.",
    ),
    "unjudged": (
        "Cannot be judged",
        "A fault of this system: tell whoever runs it. They are tried eight times.",
    ),
}
STATES = {
    health.UP: ("Up", "success"),
    health.DOWN: ("Does not answer", "danger"),
    health.PAUSED: ("Paused", "danger"),
}
STAFF = "staff:"


@page(action="health.read")
def sending(request: StaffRequest) -> ViewResponse:
    found = health.health(request.clinic.pk, request.now)
    role = request.membership.role
    may_read = may(role, "message.read").allowed
    context = {
        "well": found.is_well,
        "strange": found.strange,
        "spans": [_span(SPANS[name], one) for name, one in found.spans.items()],
        "oldest": _line(found.oldest, may_read) if found.oldest else None,
        "oldest_for": distance(request.now - found.oldest.next_at)
        if found.oldest
        else "",
        "providers": [_provider(one) for one in found.providers],
        "may_resume": may(role, "sending.resume").allowed and not found.strange,
        "lists": [
            {
                "name": name,
                "advice": advice,
                "count": found.lists[code].count(),
                "rows": [
                    _line(row, may_read) for row in found.lists[code][: health.MOST]
                ],
            }
            for code, (name, advice) in LISTS.items()
        ],
    }
    return TemplateResponse(request, "pages/staff/messages/sending.html", context)


@page(action="sending.resume")
@require_POST
def resume(request: StaffRequest) -> ViewResponse:
    """Let one provider, or all sending, go on."""
    name = request.POST.get("provider", "")
    if strange_instance():
        return Refused((_elsewhere(),))
    if not health.is_paused(name):
        notes.info(request, "It is not paused any more.")
    else:
        providers.resume(provider=name, by=request.actor, now=request.now)
        notes.success(request, "Messages leave again. What became too late is listed.")
    return redirect("staff:sending")


def _elsewhere() -> Reason:
    return Reason(
        "sending-elsewhere",
        "This database belongs to another installation: a copy that sent would send "
        "everything twice. Whoever runs it says resume_sending --after-restore.",
    )


def _span(name: str, figures: Delays) -> dict[str, Any]:
    return {
        "name": name,
        "handed": figures.handed,
        "p50": seconds(figures.p50),
        "p99": seconds(figures.p99),
        "quick": "" if figures.quick is None else share(figures.quick),
    }


def seconds(length: timedelta | None) -> str:
    """ "0.4 s", "12 s", "3 min"; "" for none."""
    if length is None:
        return ""
    whole = length.total_seconds()
    if whole < 10:
        return f"{whole:.1f} s"
    return f"{whole:.0f} s" if whole < 120 else distance(length)


def share(part: float) -> str:
    """ "99.2 %"; only all of them are 100 %, and only none 0 %."""
    shown = min(max(round(part * 100, 1), 0.1), 99.9) if 0 < part < 1 else part * 100
    return f"{shown:g} %"


def _provider(one: health.Provider) -> dict[str, Any]:
    state, tone = STATES[one.state]
    carries = [states.CHANNELS.get(channel, channel) for channel in one.carries]
    return {
        "code": one.name,
        "name": "All sending"
        if one.name == health.EVERYTHING
        else states.PROVIDERS.get(one.name, one.name),
        "carries": ", ".join(carries),
        "state": state,
        "tone": tone,
        "since": one.since,
        "by": _by(one.by),
        "why": _reason(one),
        "last_taken": one.last_taken,
        "is_paused": one.state == health.PAUSED,
        "is_down": one.state == health.DOWN,
        "until": one.until,
    }


def _by(actor: str) -> str:
    if not actor.startswith(STAFF):
        return actor.partition(":")[2].replace("_", " ")
    key = int(actor.removeprefix(STAFF))
    return clinics.names_of([key]).get(key, "")


def _reason(one: health.Provider) -> str:
    if one.state == health.DOWN:
        return message_rows.why(one.reason)
    return one.reason


def _line(row: Any, may_read: bool) -> dict[str, Any]:
    """A message without its patient: who runs the system need not know whose it is."""
    due: datetime = row.next_at
    return {
        "due": due,
        "name": states.message_kind(row.kind),
        "channel": states.CHANNELS.get(row.channel, row.channel),
        "why": message_rows.why(row.reason),
        "address": reverse("staff:message", args=[row.pk]) if may_read else "",
    }
