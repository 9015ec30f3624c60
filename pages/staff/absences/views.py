"""Absences of people and things: enter one, see the visits in its way, end it."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid, NotFound
from pages.kit import numbers, resource_choices, states
from pages.kit.forms import Form, MomentField, show
from pages.kit.words import sentence
from pages.staff.repair import words as repair_words
from patients import selectors as patients
from scheduling.absences import selectors
from scheduling.absences import services as service
from scheduling.absences.selectors import latest_plan
from scheduling.repair import proposals
from scheduling.repair import selectors as repair

if TYPE_CHECKING:
    from scheduling.models import Absence, Appointment, RepairPlan

ROWS = 50


class AbsenceForm(Form):
    resource = forms.ChoiceField(label="Who or what is away")
    kind = forms.ChoiceField(
        label="Why",
        choices=[(k, sentence(words)) for k, words in repair_words.KINDS.items()],
    )
    start = MomentField(label="From")
    end = MomentField(label="To")
    reason = forms.CharField(
        label="Note for colleagues",
        required=False,
        max_length=200,
        help_text="No patient names and nothing medical about the person.",
    )

    def offer(self, request: StaffRequest) -> None:
        """The clinic's own people, rooms and devices, by kind."""
        field = self.fields["resource"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = resource_choices.by_kind(request.clinic.pk, "Choose")
        self.use_zone(ZoneInfo(request.clinic.time_zone))


class ShorterForm(Form):
    until = MomentField(label="New end", help_text="Before the end it has now.")


@page(action="absence.read")
def absences(request: StaffRequest) -> ViewResponse:
    zone = ZoneInfo(request.clinic.time_zone)
    found = list(selectors.absences(request.clinic.pk)[:ROWS])
    waiting = selectors.open_counts(found)
    request.record_access(count=0, deliberate=False)
    opened = len(selectors.to_decide(request.clinic.pk))
    context = {
        "rows": [
            repair_words.absence_row(a, zone, request.now)
            | repair_words.to_decide(waiting.get(a.pk, 0))
            for a in found
        ],
        "open_conflicts": opened,
        "may_write": may(request.membership.role, "absence.write").allowed,
    }
    return TemplateResponse(request, "pages/staff/absences/absences.html", context)


@page(action="absence.write")
def absence_new(request: StaffRequest) -> ViewResponse:
    request.record_access(count=0, deliberate=False)
    form = AbsenceForm(request.POST or None, initial=_today(request))
    form.offer(request)
    if request.method == "POST" and form.is_valid():
        try:
            made = _open(request, form)
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, "Noted. Its time can no longer be booked.")
            return redirect("staff:absence", made.pk)
    return show(request, "pages/staff/absences/absence_new.html", {"form": form}, form)


@page(action="absence.read")
def absence(request: StaffRequest, absence_id: UUID) -> ViewResponse:
    return _show(request, _found(request, absence_id), ShorterForm())


def _show(request: StaffRequest, found: "Absence", form: ShorterForm) -> ViewResponse:
    form.use_zone(ZoneInfo(request.clinic.time_zone))
    zone = ZoneInfo(request.clinic.time_zone)
    conflicts = list(selectors.open_conflicts_of(found))
    under_way = selectors.under_way(found, request.now)
    visits = [conflict.appointment for conflict in conflicts]
    request.record_access(*{v.patient_id for v in [*visits, *under_way]}, count=0)
    plan = latest_plan(found)
    role = request.membership.role
    stands = found.ended_at is None and found.period.upper > request.now
    context = {
        "absence": repair_words.absence_row(found, zone, request.now),
        "visits": [_visit(visit, request.now) for visit in visits],
        "under_way": [_visit(visit, request.now) for visit in under_way],
        "steps": repair_words.steps(found.pk, plan, "visits"),
        "plan_address": reverse("staff:absence_plan", args=[found.pk]),
        "open_plan": _open_plan(plan),
        "may_plan": stands and may(role, "repair.write").allowed,
        "may_end": stands and may(role, "absence.write").allowed,
        "end_address": reverse("staff:absence_end", args=[found.pk]),
        "version": found.version,
        "shorter": form,
    }
    return show(request, "pages/staff/absences/absence.html", context, form)


@page(action="absence.write")
@require_POST
def absence_end(request: StaffRequest, absence_id: UUID) -> ViewResponse:
    """Now, or with `until` at that instant."""
    found = _found(request, absence_id)
    form = ShorterForm(request.POST)
    form.use_zone(ZoneInfo(request.clinic.time_zone))
    if "until" not in request.POST:
        _end(request, found, None)
    elif not (form.is_valid() and _shorten(request, found, form)):
        return _show(request, found, form)
    request.record_access(count=0, deliberate=False)
    messages.success(request, "Ended. The time can be booked again.")
    return redirect("staff:absence", absence_id)


@page(action="repair.write")
@require_POST
def absence_plan(request: StaffRequest, absence_id: UUID) -> ViewResponse:
    plan = proposals.propose(
        absence_id=absence_id,
        clinic_id=request.clinic.pk,
        by=request.actor,
        now=request.now,
    )
    lines = repair.lines(plan)
    request.record_access(*{line.appointment.patient_id for line in lines})
    return redirect("staff:repair", plan.pk)


def _shorten(request: StaffRequest, found: "Absence", form: ShorterForm) -> bool:
    """False, with the words on the form, if it cannot end then."""
    try:
        _end(request, found, form.cleaned_data["until"])
    except Invalid as problem:
        form.take(problem)
        return False
    return True


def _end(request: StaffRequest, found: "Absence", until: datetime | None) -> None:
    """The version is the one the form was made for; without one, that of now."""
    service.end_absence(
        absence_id=found.pk,
        clinic_id=request.clinic.pk,
        version=numbers.version(request.POST.get("version", ""), found.version),
        until=until,
        by=request.actor,
        now=request.now,
    )


def _open(request: StaffRequest, form: AbsenceForm) -> "Absence":
    typed = form.cleaned_data
    return service.open_absence(
        clinic_id=request.clinic.pk,
        resource_id=int(typed["resource"]),
        start=typed["start"],
        end=typed["end"],
        kind=typed["kind"],
        reason=typed["reason"],
        by=request.actor,
        now=request.now,
    )


def _today(request: StaffRequest) -> dict[str, Any]:
    """Return now and the end of the day, as a call in the morning means it."""
    zone = ZoneInfo(request.clinic.time_zone)
    now = request.now.astimezone(zone).replace(second=0, microsecond=0)
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=zone)
    return {"start": now - timedelta(minutes=now.minute % 5), "end": tomorrow}


def _found(request: StaffRequest, absence_id: UUID) -> "Absence":
    found = selectors.absence(absence_id, request.clinic.pk)
    if found is None:
        raise NotFound("There is no such absence at this clinic.")
    return found


def _visit(visit: "Appointment", now: datetime) -> dict[str, Any]:
    """A visit in the way: whose, when, and what matters for calling them."""
    state, tone = states.appointment_state(visit)
    reachable = any(patients.contact(visit.patient, c) for c in patients.SYSTEM_OF)
    return {
        "patient": visit.patient.full_name,
        "start": visit.start,
        "end": visit.end,
        "visit_type": visit.visit_type.name,
        "address": reverse("staff:appointment", args=[visit.pk]),
        "state": state,
        "tone": tone,
        "soon": visit.start - now < timedelta(hours=2),
        "unreachable": not reachable,
    }


def _open_plan(plan: "RepairPlan | None") -> dict[str, str] | None:
    if plan is None:
        return None
    if plan.state in {"planning", "proposed"}:
        making = plan.state == "planning"
        return {
            "address": reverse("staff:repair", args=[plan.pk]),
            "label": "See how far the plan is" if making else "Open the plan",
            "proposed": "yes",
        }
    return {
        "address": reverse("staff:repair_run", args=[plan.pk]),
        "label": "See how the last plan went",
    }
