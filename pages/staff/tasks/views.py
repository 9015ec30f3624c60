"""Tasks: what somebody still has to do; take it, close it with what came of it."""

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

from clinics import selectors as clinics
from clinics.domain import roles
from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid
from pages.kit import states
from pages.kit.forms import Form, MomentField, area, show
from pages.kit.words import sentence
from pages.staff.follow_up.contacts_due import answers_address
from patients import selectors
from patients.services import tasks as service
from procedures.follow_up import selectors as follow_ups
from procedures.follow_up import windows
from scheduling.waitlist import selectors as waitlist

if TYPE_CHECKING:
    from patients.models import Task, TaskNote

ROWS = 50
TABS = (
    ("open", "Open"),
    ("late", "Late"),
    ("acknowledged", "Taken"),
    ("done", "Closed"),
)
KINDS = {
    "enquiry": "Enquiry",
    "call_patient": "Telephone the patient",
    "still_waiting": "Waits, and has a visit",
    "standby": "Not confirmed: who else could come?",
    "asks_other_time": "Another time",
    "asks_this_time": "Another time",
    "cannot_come": "Cannot come",
    "asks_about_cancel": "Texted CANCEL",
    "red-flag": "Red flag",
    "follow-up-missed": "Recovery contact missed",
    "book_follow_up": "Follow-up to book",
    "milestone_not_reached": "Recovery step not reached",
    "adverse-event": "Adverse event to review",
    "scan-incident": "Scan that did not match",
    "visit_without_approval": "Visit without approval",
}


class CloseForm(Form):
    outcome = forms.CharField(
        label="What came of it", max_length=500, required=False, widget=area()
    )


class UrgentForm(CloseForm):
    """A red flag of tier 1 or 2: who spoke to the patient, when, and the outcome."""

    contacted_at = MomentField(
        label="When the clinician spoke to the patient", required=False
    )
    clinician = forms.TypedChoiceField(
        label="Clinician who spoke to the patient",
        coerce=int,
        empty_value=None,
        required=False,
    )
    field_order = ["clinician", "contacted_at", "outcome"]


@page(action="task.read")
def tasks(request: StaffRequest) -> ViewResponse:
    return _page(request)


@page(action="task.write")
@require_POST
def acknowledge(request: StaffRequest, task_id: UUID) -> HttpResponse:
    task = service.acknowledge(
        task_id=task_id,
        clinic_id=request.clinic.pk,
        by=request.actor,
        now=request.now,
    )
    request.record_access(*_patient_ids(task))
    messages.success(request, "It is yours now.")
    return redirect(f"{reverse('staff:tasks')}#task-{task_id}")


@page(action="task.write")
@require_POST
def close(request: StaffRequest, task_id: UUID) -> ViewResponse:
    task = selectors.task(task_id, request.clinic.pk)
    request.record_access(*_patient_ids(task))
    form = _form(request, task, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            service.close(
                task_id=task_id,
                clinic_id=request.clinic.pk,
                outcome=given["outcome"],
                contacted_at=given.get("contacted_at"),
                clinician_id=given.get("clinician"),
                by=request.actor,
                now=request.now,
            )
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, "The task is closed.")
            return redirect("staff:tasks")
    return _page(request, wrong={task_id: form})


def _page(request: StaffRequest, wrong: dict[UUID, Form] | None = None) -> HttpResponse:
    state = request.GET.get("state", "open")
    state = state if state in dict(TABS) else "open"
    found = selectors.tasks(request.clinic.pk, now=request.now, state=state)
    rows = list(found[:ROWS])
    notes = selectors.notes_of(rows)
    request.record_access(
        *(pk for task in rows for pk in _patient_ids(task)), deliberate=False
    )
    wrong = wrong or {}
    context = {
        "heading": "Tasks",
        "tabs": [
            {"label": label, "address": f"?state={code}", "current": code == state}
            for code, label in TABS
        ],
        "tasks": [
            {
                **_row(request, task, wrong.get(task.pk)),
                "notes": _notes(request, task, notes[task.pk]),
            }
            for task in rows
        ],
        "may_write": may(request.membership.role, "task.write").allowed,
        "error_form": next(iter(wrong.values()), None),
    }
    template = "pages/staff/tasks/tasks.html"
    if wrong:
        return show(request, template, context, *wrong.values())
    return TemplateResponse(request, template, context)


def _patient_ids(task: "Task") -> list[UUID]:
    return [task.patient_id] if task.patient_id else []


def _row(request: StaffRequest, task: "Task", form: Form | None) -> dict[str, Any]:
    state, tone = states.task_state(task, request.now)
    patient = task.patient
    return {
        "pk": task.pk,
        "text": task.text,
        "kind": KINDS.get(task.kind, sentence(task.kind)),
        "state": state,
        "tone": tone,
        "urgent": f"Red flag, tier {task.tier}" if task.tier else "",
        "open": task.done_at is None,
        "may_acknowledge": task.acknowledged_at is None,
        "due_at": task.due_at,
        "owner": _owner(task),
        "patient": patient.full_name if patient else "",
        "patient_address": reverse("staff:patient", args=[patient.pk])
        if patient
        else "",
        "outcome": task.outcome,
        "form": form or _form(request, task),
        "acknowledge_address": reverse("staff:task_acknowledge", args=[task.pk]),
        "close_address": reverse("staff:task_close", args=[task.pk]),
        **_subject(task),
    }


def _notes(
    request: StaffRequest, task: "Task", notes: "list[TaskNote]"
) -> "list[TaskNote]":
    """Notes added to the task; of a red flag, for those who treat."""
    role = request.membership.role
    may_read = not task.tier or may(role, "episode.read_clinical").allowed
    return notes if may_read else []


def _owner(task: "Task") -> str:
    if task.owner is not None:
        return f"for {task.owner.display_name}"
    return f"for a {roles.LABELS.get(task.owner_role, task.owner_role).lower()}"


# Kind of subject to the page it has and the words of the link.
PAGES_OF = {
    "enquiry": ("staff:enquiry", "Open the enquiry"),
    "waitlist": ("staff:waitlist_entry", "Open the waiting list entry"),
    "text": ("staff:inbox_text", "Open the text"),
    "appointment": ("staff:appointment", "Open the visit"),
    "milestone": ("staff:milestone", "Record the step"),
}


def _subject(task: "Task") -> dict[str, str]:
    """Return the address of the page of the thing itself, and the words of a link."""
    kind, _, key = task.subject.partition(":")
    if task.done_at is not None:
        return {}
    if task.kind == "book_follow_up":
        return {
            "link_address": reverse("staff:owed"),
            "link_label": "Find a time: owed visits",
        }
    if kind == "follow_up":
        return _contact(UUID(key))
    if kind == "offer":
        entry_id = waitlist.offer(UUID(key)).entry_id
        address = reverse("staff:waitlist_entry", args=[entry_id])
        return {"link_address": address, "link_label": "Open the offer"}
    if kind in PAGES_OF:
        page, label = PAGES_OF[kind]
        return {"link_address": reverse(page, args=[key]), "link_label": label}
    return {}


def _contact(follow_up_id: UUID) -> dict[str, str]:
    """The page on which the answers of that recovery contact are written down."""
    found = follow_ups.follow_up(follow_up_id)
    if found is None or found.answered_at is not None:
        return {}
    label = f"Record the answers of {windows.name(found.code)}"
    return {"link_address": answers_address(found), "link_label": label}


def _form(request: StaffRequest, task: "Task", data: Any = None) -> Form:
    # A prefix keeps the ids of the forms on one page apart.
    prefix = f"t{task.pk.hex[:8]}"
    if not task.is_urgent:
        return CloseForm(data, prefix=prefix)
    form = UrgentForm(data, prefix=prefix)
    clinicians = [
        (member.user_id, member.user.display_name)
        for role in (roles.CLINICIAN, roles.MEDICAL_DIRECTOR)
        for member in clinics.staff(request.clinic, role)
    ]
    field = form.fields["clinician"]
    assert isinstance(field, forms.TypedChoiceField)
    field.choices = [("", "Choose"), *clinicians]
    form.use_zone(ZoneInfo(request.clinic.time_zone))
    return form
