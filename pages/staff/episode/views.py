"""Episodes by stage, the page of one, and opening a new one."""

from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import NotFound
from pages.kit.words import distance, listed_name, sentence
from pages.staff.acts.form import ActForm, Sheet, answers
from pages.staff.episode import page as episode_page
from pages.staff.episode import path
from pages.staff.episode.words import GAPS, joint
from patients import selectors as patients
from procedures.episodes import selectors
from procedures.episodes.schema import OPEN
from procedures.episodes.services import open_episode
from procedures.fields.schema import InvalidData
from procedures.follow_up import timing
from procedures.follow_up.selectors import timing_of
from procedures.pathway import Stage

if TYPE_CHECKING:
    from procedures.models import Episode

ON_A_PAGE = 50
ORDER = {str(stage): number for number, stage in enumerate(Stage)}
OPEN_STAGES = tuple(str(stage) for stage in path.OPEN)
# From check-in on, what is missing is the run sheet's business.
PREPARING = ("approved", "scheduled", "ready")


@page(action="episode.read")
def episodes(request: StaffRequest) -> ViewResponse:
    stage = request.GET.get("stage", "")
    if stage not in ORDER:
        stage = ""
    found = selectors.at_stages(request.clinic.pk, [stage] if stage else OPEN_STAGES)
    shown = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    request.record_access(*(e.patient_id for e in shown), deliberate=False)
    context = {
        "stages": _stages(request.clinic.pk, stage),
        "groups": _groups(request, list(shown)),
        "total": shown.paginator.count,
        "stage": path.stage_name(stage) if stage else "",
        "page": shown,
        "may_open": may(request.membership.role, "episode.open").allowed,
        "all_address": reverse("staff:episodes"),
    }
    return TemplateResponse(request, "pages/staff/episode/episodes.html", context)


def _stages(clinic_id: int, current: str) -> list[dict[str, Any]]:
    """A link for each stage with its count, those of open episodes first."""
    counts = selectors.stage_counts(clinic_id)
    address = reverse("staff:episodes")
    first = {
        "name": "All open",
        "count": sum(counts.get(one, 0) for one in OPEN_STAGES),
        "address": address,
        "current": not current,
    }
    ended = [str(one) for one in Stage if str(one) in map(str, path.CLOSED)]
    named = [
        {
            "name": path.stage_name(one),
            "count": counts.get(one, 0),
            "address": f"{address}?stage={one}",
            "current": one == current,
            "ends": one == ended[0],
        }
        for one in [*OPEN_STAGES, *ended]
    ]
    return [first, *named]


def _groups(request: StaffRequest, rows: list["Episode"]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for episode in sorted(rows, key=lambda e: (ORDER[e.stage], e.stage_at)):
        groups.setdefault(episode.stage, []).append(_row(request, episode))
    return [
        {"name": path.stage_name(stage), "rows": lines}
        for stage, lines in groups.items()
    ]


def _row(request: StaffRequest, episode: "Episode") -> dict[str, Any]:
    patient = episode.patient
    return {
        "address": reverse("staff:episode", args=[episode.pk]),
        "name": listed_name(patient),
        "born": patient.birth_date,
        "target": sentence(joint(episode)),
        "since": distance(request.now - episode.stage_at),
        "missing": _missing(episode),
        "overdue": _overdue(request, episode),
        "next": path.USUAL.get(Stage(episode.stage), ""),
    }


def _missing(episode: "Episode") -> list[str]:
    if episode.stage not in PREPARING:
        return []
    items = episode.readiness_items.all()
    return [GAPS.get(i.kind, sentence(i.kind)) for i in items if i.state == "open"]


def _overdue(request: StaffRequest, episode: "Episode") -> str:
    today = request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date()
    late: dict[str, list[str]] = {timing.OVERDUE: [], timing.MISSED: []}
    for row in episode.follow_ups.all():
        if row.answered_at is None:
            late.get(timing_of(row, today).code, []).append(row.code)
    if episode.closed_at:
        return ""
    said = [f"{sentence(code)}: {', '.join(of)}" for code, of in late.items() if of]
    return ". ".join(said)


@page(action="episode.read")
def episode(request: StaffRequest, episode_id: UUID) -> ViewResponse:
    found = selectors.episode(episode_id, request.clinic.pk)
    if found is None:
        raise NotFound
    request.record_access(found.patient_id)
    context = episode_page.context(request, found)
    return TemplateResponse(request, "pages/staff/episode/episode.html", context)


@page(action="episode.open")
def episode_new(request: StaffRequest) -> ViewResponse:
    """Open an episode for `?patient=`; without one, a patient is searched first."""
    named = (request.POST or request.GET).get("patient", "")
    patient = patients.patient(_uuid(named), request.clinic.pk) if named else None
    if patient is None:
        request.record_access(count=0)
        return TemplateResponse(request, "pages/staff/episode/episode_new.html", {})
    request.record_access(patient.pk)
    sheet = Sheet(schema=OPEN, zone=ZoneInfo(request.clinic.time_zone))
    form = ActForm(sheet, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        found = answers(sheet, request.POST)
        try:
            made = open_episode(
                patient_id=patient.pk,
                clinic_id=request.clinic.pk,
                targets=found.raw.get("targets", ()),
                by=request.actor,
                now=request.now,
            )
        except InvalidData as wrong:
            form.take_faults(wrong.errors, found)
        else:
            messages.success(request, "The episode is open.")
            address = reverse("staff:episode", args=[made.pk])
            return HttpResponseRedirect(address, status=303)
    return _new_page(request, patient, form)


def _new_page(request: StaffRequest, patient: Any, form: ActForm) -> ViewResponse:
    context = {
        "form": form,
        "patient": patient,
        "patient_address": reverse("staff:patient", args=[patient.pk]),
        "today": request.now.astimezone(form.sheet.zone).date(),
        "others": [
            {
                "name": sentence(joint(one)),
                "stage": path.stage_name(one.stage),
                "address": reverse("staff:episode", args=[one.pk]),
            }
            for one in selectors.of_clinic(request.clinic.pk, patient_id=patient.pk)
            if one.closed_at is None
        ],
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(
        request, "pages/staff/episode/episode_new.html", context, status=status
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
