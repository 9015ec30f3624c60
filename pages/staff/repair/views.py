"""The wizard that repairs a day: the plan, what patients are told, carrying it out."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import NotFound
from notifications.services import previews
from pages.kit import numbers, states
from pages.kit.forms import Form
from pages.staff.repair import words
from patients import selectors as patients
from scheduling import selectors as scheduling
from scheduling.repair import execution, plans, proposals, selectors
from scheduling.repair.planning import NoOpening
from scheduling.repair.world import call_first

if TYPE_CHECKING:
    from patients.models import ContactPoint
    from scheduling.models import RepairLine, RepairPlan


class WayForm(Form):
    """One select on a line; its label names whose line it is."""

    way = forms.ChoiceField(choices=list(words.WAYS.items()))

    def __init__(self, *args: Any, whose: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].label = f"Way for {whose}"


@page(action="absence.read")
def repair(request: StaffRequest, plan_id: UUID) -> ViewResponse:
    plan, lines = _found(request, plan_id)
    if plan.state == "planning":
        return _being_made(request, plan)
    if "HX-Request" in request.headers:
        # The page that asked says that the plan is being made: show the plan instead.
        return HttpResponseClientRefresh()
    if plan.state != "proposed":
        return redirect("staff:repair_run", plan.pk)
    title, meaning = words.method(plan)
    context = {
        **_frame(request, plan, "plan"),
        "method": title,
        "method_meaning": meaning,
        "rows": _rows(request, lines),
        "replan_address": reverse("staff:repair_replan", args=[plan.pk]),
        "next_address": reverse("staff:repair_messages", args=[plan.pk]),
    }
    return TemplateResponse(request, "pages/staff/repair/repair.html", context)


def _being_made(request: StaffRequest, plan: "RepairPlan") -> ViewResponse:
    """Progress of the worker; asks again by itself, or offers to do without one."""
    context = {
        **_frame(request, plan, "plan"),
        "stage": words.STAGES.get(plan.stage, words.STAGES["reading"]),
        "waits_long": proposals.waits_long(plan, request.now),
        "not_answered": words.NOT_ANSWERED,
        "here": reverse("staff:repair", args=[plan.pk]),
        "plan_address": reverse("staff:absence_plan", args=[plan.absence_id]),
    }
    return TemplateResponse(request, "pages/staff/repair_being_made.html", context)


@page(action="repair.write")
@require_POST
def repair_replan(request: StaffRequest, plan_id: UUID) -> ViewResponse:
    plan, _ = _found(request, plan_id)
    proposals.replan(**_asked(request, plan), clinic_id=request.clinic.pk)
    return redirect("staff:repair", plan_id)


@page(action="repair.write")
@require_POST
def repair_line(request: StaffRequest, plan_id: UUID, position: int) -> ViewResponse:
    """One line's own form: another way, or keep it, or let it be planned anew."""
    plan, _ = _found(request, plan_id)
    asked = {
        **_asked(request, plan),
        "clinic_id": request.clinic.pk,
        "position": position,
    }
    if "locked" in request.POST:
        plans.set_locked(**asked, locked=request.POST["locked"] == "yes")
    else:
        try:
            plans.set_way(**asked, way=request.POST.get("way", ""))
        except NoOpening as problem:
            messages.error(request, f"{problem.title}. {problem.detail}")
    return redirect(f"{reverse('staff:repair', args=[plan_id])}#line-{position}")


@page(action="absence.read")
def repair_messages(request: StaffRequest, plan_id: UUID) -> ViewResponse:
    plan, lines = _found(request, plan_id)
    if plan.state == "planning":
        return redirect("staff:repair", plan.pk)
    if plan.state != "proposed":
        return redirect("staff:repair_run", plan.pk)
    told = _told(request, lines)
    context = {
        **_frame(request, plan, "messages"),
        "told": [one for one in told if one["notices"]],
        "silent": [one for one in told if one["silent"]],
        "calls": [one for one in told if one["call"]],
        "back_address": reverse("staff:repair", args=[plan.pk]),
        "apply_address": reverse("staff:repair_apply", args=[plan.pk]),
        "total": len(told),
    }
    return TemplateResponse(request, "pages/staff/repair/repair_messages.html", context)


@page(action="repair.write")
@require_POST
def repair_apply(request: StaffRequest, plan_id: UUID) -> ViewResponse:
    plan, _ = _found(request, plan_id)
    execution.start(**_asked(request, plan), clinic_id=request.clinic.pk)
    return redirect("staff:repair_run", plan_id)


@page(action="repair.write")
@require_POST
def repair_undo(request: StaffRequest, plan_id: UUID) -> ViewResponse:
    plan, _ = _found(request, plan_id)
    execution.undo(**_asked(request, plan), clinic_id=request.clinic.pk)
    return redirect("staff:repair_run", plan_id)


@page(action="absence.read")
def repair_run(request: StaffRequest, plan_id: UUID) -> ViewResponse:
    """Progress of the run; asks again by itself until done, also after a reload."""
    plan, lines = _found(request, plan_id)
    if plan.state in {"planning", "proposed"}:
        return redirect("staff:repair", plan.pk)
    progress = selectors.progress(plan)
    until = selectors.undo_until(plan)
    undoable = until is not None and request.now < until
    rows = _rows(request, lines)
    context = {
        **_frame(request, plan, "run"),
        "heading": words.RUNS[plan.state],
        "progress": progress,
        "reached": progress.done + progress.failed,
        "at_work": plan.state in {"applying", "undoing"},
        "rows": rows,
        "stay": [row for row in rows if row["stays"]],
        "undo_until": until if undoable else None,
        "undo_left": words.left(until - request.now) if until else "",
        "undo_address": reverse("staff:repair_undo", args=[plan.pk]),
        "here": reverse("staff:repair_run", args=[plan.pk]),
        "conflicts_address": reverse("staff:conflicts"),
    }
    return TemplateResponse(request, "pages/staff/repair/repair_run.html", context)


def _found(
    request: StaffRequest, plan_id: UUID
) -> "tuple[RepairPlan, list[RepairLine]]":
    plan = selectors.repair_plan(plan_id, request.clinic.pk)
    if plan is None:
        raise NotFound("There is no such plan at this clinic.")
    lines = list(selectors.lines(plan))
    request.record_access(*{line.appointment.patient_id for line in lines}, count=0)
    return plan, lines


def _asked(request: StaffRequest, plan: "RepairPlan") -> dict[str, Any]:
    """The version the form was made for; without one, the plan as it is now."""
    return {
        "plan_id": plan.pk,
        "version": numbers.version(request.POST.get("version", ""), plan.version),
        "by": request.actor,
        "now": request.now,
    }


def _frame(request: StaffRequest, plan: "RepairPlan", here: str) -> dict[str, Any]:
    zone = ZoneInfo(request.clinic.time_zone)
    absence = plan.absence
    return {
        "plan": plan,
        "absence": words.absence_row(absence, zone, request.now),
        "steps": words.steps(absence.pk, plan, here),
        "may_write": may(request.membership.role, "repair.write").allowed,
    }


def _rows(request: StaffRequest, lines: "Iterable[RepairLine]") -> list[dict[str, Any]]:
    """The lines with the names of whom and what they take; one statement."""
    names = {one.pk: one.name for one in scheduling.resources(request.clinic.pk)}
    lines = list(lines)
    whose = {line.position: line.appointment.patient.full_name for line in lines}
    return [
        _line(line, names) | {"after": [whose[one] for one in line.after]}
        for line in lines
    ]


def _line(line: "RepairLine", names: Mapping[int, str]) -> dict[str, Any]:
    visit = line.appointment
    stays = line.state == "failed" and line.done_at is not None
    state, tone = words.STAYS if stays else words.LINES[line.state]
    ids = {claim["resource"] for claim in line.claims}
    return {
        "position": line.position,
        "patient": visit.patient.full_name,
        "visit_type": visit.visit_type.name,
        "address": reverse("staff:appointment", args=[visit.pk]),
        "agreed": line.move.from_during.lower if line.move else visit.start,
        "back": line.state == "undone" and line.start is not None,
        "stands": stays or line.state == "done",
        "start": line.start,
        "way": words.WAYS[line.way],
        "way_tone": words.WAY_TONES[line.way],
        "with": ", ".join(name for pk, name in names.items() if pk in ids),
        "detail": line.detail,
        "locked": line.locked,
        "state": state,
        "tone": tone,
        "stays": stays,
        "line_address": reverse(
            "staff:repair_line", args=[line.plan_id, line.position]
        ),
        "form": WayForm(
            initial={"way": line.way},
            auto_id=f"id_{line.position}_%s",
            whose=visit.patient.full_name,
        ),
    }


def _told(
    request: StaffRequest, lines: "Collection[RepairLine]"
) -> list[dict[str, Any]]:
    """Rows on what each patient would be told, and why some are telephoned first; the
    statements are as many for one line as for all."""
    starts = {
        line.appointment_id: line.start
        for line in lines
        if line.start is not None and line.start != line.appointment.start
    }
    told = previews.of_moves(starts=starts, now=request.now)
    contacts = patients.contacts_of([line.appointment.patient for line in lines])
    return [
        row
        | _one_told(
            line,
            told.get(line.appointment_id, previews.PreviewedNotices()),
            contacts[line.appointment.patient_id],
            request.now,
        )
        for line, row in zip(lines, _rows(request, lines), strict=True)
    ]


def _one_told(
    line: "RepairLine",
    told: previews.PreviewedNotices,
    contacts: "Mapping[str, ContactPoint]",
    now: datetime,
) -> dict[str, Any]:
    call = words.NO_MESSAGE.get(told.call, "")
    if line.way == "call":
        call = line.detail or words.WAYS["call"]
    else:
        call = call or call_first(line.appointment, bool(contacts), now)
    return {
        "notices": [
            {
                "kind": states.KINDS.get(notice.kind, notice.kind),
                "channel": states.CHANNELS[notice.channel],
                "language": {"es": "Spanish", "en": "English"}[notice.language],
                "lang": notice.language,
                "title": notice.title,
                "body": notice.body,
                "leaves_at": notice.leaves_at,
            }
            for notice in told.notices
        ],
        "call": call,
        "phone": contacts["sms"].value if call and "sms" in contacts else "",
        "silent": not told.notices and not call,
    }
