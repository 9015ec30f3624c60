"""The inbox: texts that patients sent, a thread each, and what is done about them."""

from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid
from core.refusal import Refused
from notifications.domain import catalogue, inbox, replies
from notifications.selectors import inbox as reading
from notifications.selectors.opt_outs import scopes
from notifications.services import inbox as service
from notifications.services.phones import spoken_phone
from pages.kit import states
from pages.kit.forms import Form, area, show
from patients import selectors as patients

if TYPE_CHECKING:
    from notifications.models import InboundText, Message

ROWS = 50
TABS = (
    ("open", "To do"),
    ("unread", "Unread"),
    ("assigned", "Taken on"),
    ("answered", "Answered"),
    ("done", "Done"),
    ("all", "All"),
)
TIERS = {1: "Emergency signs", 2: "Warning signs", 3: "To call"}
MEANINGS = {
    replies.CONFIRM: "Confirms",
    replies.RESCHEDULE: "Needs another time",
    replies.DECLINE: "Cannot come",
    replies.LATE: "Comes late",
    replies.STOP: "STOP",
    replies.START: "START",
    replies.HELP: "HELP",
}
PREVIEW = 160


class AnswerForm(Form):
    body = forms.CharField(
        label="Answer",
        max_length=inbox.LONGEST_ANSWER,
        widget=area(maxlength=inbox.LONGEST_ANSWER),
        help_text="A text is not private: no findings and no advice; call for those.",
    )


class LinkForm(Form):
    q = forms.CharField(
        label="Name, birth date or MRN of the patient", max_length=80, required=True
    )


@page(action="inbox.read")
def texts(request: StaffRequest) -> ViewResponse:
    """The texts that came in, red flags first."""
    tab = request.GET.get("tab", "open")
    tab = tab if tab in dict(TABS) else "open"
    rows = list(reading.texts(request.clinic.pk, tab)[:ROWS])
    ids = {row.patient_id for row in rows if row.patient_id}
    request.record_access(*ids, count=len(rows), deliberate=False)
    context = {
        "tabs": [
            {"label": label, "address": f"?tab={code}", "current": code == tab}
            for code, label in TABS
        ],
        "rows": [_row(row) for row in rows],
    }
    return TemplateResponse(request, "pages/staff/inbox/inbox.html", context)


@page(action="inbox.read")
def text(request: StaffRequest, text_id: UUID) -> ViewResponse:
    return _page(request, reading.text(text_id, request.clinic.pk))


@page(action="inbox.write")
@require_POST
def assign(request: StaffRequest, text_id: UUID) -> HttpResponse:
    found = service.assign(
        text_id=text_id,
        clinic_id=request.clinic.pk,
        user_id=request.membership.user_id,
        by=request.actor,
        now=request.now,
    )
    return _done(request, found, "It is yours now.")


@page(action="inbox.write")
@require_POST
def answer(request: StaffRequest, text_id: UUID) -> ViewResponse:
    found = reading.text(text_id, request.clinic.pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            made = service.answer(
                text_id=text_id,
                clinic_id=request.clinic.pk,
                body=form.cleaned_data["body"],
                by=request.actor,
                now=request.now,
            )
        except Invalid as problem:
            form.take(problem)
        else:
            if isinstance(made, Refused):
                _see(request, found)
                return made
            return _done(request, found, "The answer is on its way.")
    return _page(request, found, answer_form=form)


@page(action="inbox.write")
@require_POST
def close(request: StaffRequest, text_id: UUID) -> HttpResponse:
    found = service.close(
        text_id=text_id, clinic_id=request.clinic.pk, by=request.actor, now=request.now
    )
    return _done(request, found, "Done.")


@page(action="inbox.write")
@require_POST
def undo(request: StaffRequest, text_id: UUID) -> ViewResponse:
    found = service.undo(
        text_id=text_id, clinic_id=request.clinic.pk, by=request.actor, now=request.now
    )
    if isinstance(found, Refused):
        _see(request, reading.text(text_id, request.clinic.pk))
        return found
    return _done(request, found, "Taken back.")


@page(action="inbox.write")
@require_POST
def link(request: StaffRequest, text_id: UUID) -> ViewResponse:
    """Say whose text it is: one of those who hold the number, or one searched for."""
    found = reading.text(text_id, request.clinic.pk)
    form = LinkForm(request.POST)
    patient_id = _chosen(request, form)
    if patient_id is not None:
        try:
            found = service.link(
                text_id=text_id,
                clinic_id=request.clinic.pk,
                patient_id=patient_id,
                by=request.actor,
                now=request.now,
            )
        except Invalid as problem:
            form.is_valid()
            form.take(problem)
        else:
            return _done(request, found, "The text is the patient’s now.")
    return _page(request, found, link_form=form)


def _chosen(request: StaffRequest, form: LinkForm) -> UUID | None:
    try:
        return UUID(request.POST.get("patient", ""))
    except ValueError:
        pass
    if not form.is_valid():
        return None
    fitting = patients.search(request.clinic.pk, form.cleaned_data["q"])
    ids = [one.pk for one in fitting[:2]]
    if len(ids) == 1:
        return ids[0]
    said = "Nobody fits" if not ids else "Several patients fit"
    form.add_error("q", f"{said}; give the MRN.")
    return None


def _done(request: StaffRequest, found: "InboundText", said: str) -> HttpResponse:
    _see(request, found)
    messages.success(request, said)
    return redirect("staff:inbox_text", found.pk)


def _see(request: StaffRequest, found: "InboundText") -> None:
    request.record_access(*([found.patient_id] if found.patient_id else []), count=1)


def _page(request: StaffRequest, found: "InboundText", **wrong: Form) -> ViewResponse:
    _see(request, found)
    came, went = reading.thread(found)
    is_stopped = replies.ALL in scopes(catalogue.SMS, found.sender)
    holders = patients.holders_at(request.clinic.pk, found.sender)
    may_write = may(request.membership.role, "inbox.write").allowed
    if found.patient is None:
        request.record_access(*(one.pk for one in holders), deliberate=False)
    context: dict[str, Any] = {
        **_row(found),
        "today": request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date(),
        "patient": found.patient,
        "entries": _thread(came, went, found.pk),
        "is_stopped": is_stopped,
        "may_answer": may_write and found.patient is not None and not is_stopped,
        "may_assign": may_write and found.state in inbox.OPEN,
        "may_close": may_write and found.state != inbox.DONE,
        "may_undo": may_write and bool(found.state_before),
        "may_link": may_write and found.patient is None,
        "holders": [] if found.patient else list(holders),
        "answer_form": wrong.get("answer_form", AnswerForm()),
        "link_form": wrong.get("link_form", LinkForm()),
        "error_form": next(iter(wrong.values()), None),
        "addresses": {
            name: reverse(f"staff:inbox_{name}", args=[found.pk])
            for name in ("assign", "answer", "close", "undo", "link")
        },
    }
    return show(request, "pages/staff/inbox/inbox_text.html", context, *wrong.values())


def _row(row: "InboundText") -> dict[str, Any]:
    state, tone = states.INBOX[row.state]
    patient = row.patient
    return {
        "pk": row.pk,
        "at": row.created_at,
        "from_name": patient.full_name if patient else spoken_phone(row.sender),
        "number": spoken_phone(row.sender),
        "unknown": patient is None,
        "patient_address": reverse("staff:patient", args=[patient.pk])
        if patient
        else "",
        "preview": row.body[:PREVIEW],
        "meaning": MEANINGS.get(row.meaning, ""),
        "alarm": TIERS.get(row.tier or 0, ""),
        "state": state,
        "tone": tone,
        "whose": row.assigned_to.display_name if row.assigned_to else "",
        "address": reverse("staff:inbox_text", args=[row.pk]),
    }


def _thread(
    came: "list[InboundText]", went: "list[Message]", current: UUID
) -> list[dict[str, Any]]:
    """Both ways in order of time, the latest last."""
    entries = [
        {
            "at": one.created_at,
            "ours": False,
            "who": "They wrote",
            "body": one.body,
            "current": one.pk == current,
        }
        for one in came
    ]
    entries += [
        {
            "at": one.sent_at or one.due_at,
            "ours": True,
            "who": states.message_kind(one.kind),
            "body": one.body,
            "state": states.message_state(one)[0],
        }
        for one in went
    ]
    return sorted(entries, key=lambda one: one["at"])
