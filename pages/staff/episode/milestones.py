"""A step of a recovery: what was told of it, and what staff hear of it."""

from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid, NotFound
from pages.kit.forms import DayField, Form, show
from pages.kit.milestone_words import stands, told
from pages.kit.words import full_day
from procedures.follow_up import milestone_reports as service
from procedures.follow_up import milestone_selectors as selector
from procedures.follow_up import milestones as rules

if TYPE_CHECKING:
    from datetime import date

    from procedures.models import Episode

ANSWERS = (
    (rules.REACHED, "Reached"),
    (rules.NOT_YET, "Not yet"),
    (rules.UNKNOWN, "Not known"),
)
HOW = (("telephone", "On the telephone"), ("visit", "At a visit"))


class MilestoneForm(Form):
    answer = forms.ChoiceField(
        label="What the patient says", choices=[("", "Choose"), *ANSWERS]
    )
    reached_on = DayField(
        label="Reached on", required=False, help_text="Only if it is reached."
    )
    how = forms.ChoiceField(label="How it was told", choices=HOW)
    note = forms.CharField(label="Note", required=False, max_length=300)


@page(action="episode.respond")
def milestone(request: StaffRequest, milestone_id: UUID) -> ViewResponse:
    step = selector.step(milestone_id, request.clinic.pk)
    if step is None:
        raise NotFound("There is no such step at this clinic.")
    episode = step.row.episode
    request.record_access(episode.patient_id)
    form = MilestoneForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            service.record(
                milestone_id=milestone_id,
                clinic_id=request.clinic.pk,
                **form.cleaned_data,
                by=request.actor,
                now=request.now,
            )
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, "Recorded.")
            return redirect("staff:episode", episode.pk)
    today = request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date()
    state, tone = stands(step, today)
    context = {
        "form": form,
        "patient": episode.patient,
        "patient_address": reverse("staff:patient", args=[episode.patient_id]),
        "episode_address": reverse("staff:episode", args=[episode.pk]),
        "today": today,
        "name": step.words.name["en"],
        "question": step.words.question["en"],
        "window": f"{full_day(step.row.window_from)} – {full_day(step.row.window_to)}",
        "state": state,
        "tone": tone,
        "history": [told(one) for one in selector.history([step.row.pk])],
    }
    return show(request, "pages/staff/episode/milestone.html", context, form)


def rows(
    request: StaffRequest, episode: "Episode", today: "date"
) -> list[dict[str, Any]]:
    """The steps of an episode in words, each with the page to record what is told."""
    may_record = may(request.membership.role, "episode.respond").allowed
    found = []
    for step in selector.steps(episode):
        state, tone = stands(step, today)
        first, last = full_day(step.row.window_from), full_day(step.row.window_to)
        found.append(
            {
                "name": step.words.name["en"],
                "window": f"{first} – {last}",
                "state": state,
                "tone": tone,
                "address": reverse("staff:milestone", args=[step.row.pk])
                if may_record
                else "",
            }
        )
    return found
