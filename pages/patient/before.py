"""Before a visit: how to prepare for it, and the questions asked before the first."""

from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.http import HttpResponseRedirect
from django.urls import reverse

from clinics.web.views import PublicRequest, ViewResponse, public_page
from pages.kit.words import long_day
from pages.patient.texts import DAYS_ES, MONTHS_ES, TEXTS
from pages.patient.visitor import (
    Visitor,
    is_switch,
    language_of,
    moment,
    say,
    show_to,
    shut,
)
from pages.patient.visitor import visitor as who
from procedures.follow_up import questionnaire_selectors as reading
from procedures.follow_up import questionnaires
from procedures.visits import approval, preparation
from scheduling import selectors

if TYPE_CHECKING:
    from scheduling.models import Appointment

# A visit's own link leads to both pages, and one reminder may tell of several.
PURPOSES = ("confirm", "prepare", "baseline")


def visitor_before(request: PublicRequest) -> Visitor | None:
    """Whoever holds an open link about a visit to come."""
    for purpose in PURPOSES:
        found = who(request, purpose)
        if found is not None:
            return found
    return None


def links_before(visitor: Visitor, request: PublicRequest) -> list[tuple[str, str]]:
    """(address, words) of what a patient can do before the visits to come."""
    words = TEXTS[language_of(request, visitor.patient)]
    found = []
    if any(_steps(visit, "en") for visit in _visits(visitor, request)):
        found.append((reverse("v:prepare"), words["prepare_link"]))
    if _open_consultation(visitor, request) is not None:
        found.append((reverse("v:baseline"), words["baseline_link"]))
    return found


@public_page
def prepare(request: PublicRequest) -> ViewResponse:
    """The steps before each visit to come, with their days in words."""
    visitor = visitor_before(request)
    if visitor is None:
        return shut(request)
    language = language_of(request, visitor.patient)
    words = TEXTS[language]
    zone = ZoneInfo(visitor.clinic.time_zone)
    lists = [
        {"when": moment(visit.start, zone, language), "days": days}
        for visit in _visits(visitor, request)
        if (days := _steps(visit, language))
    ]
    version = words["prepare_version"].format(version=preparation.VERSION)
    context = {
        "lists": lists,
        "version": version,
        "questions": _open_consultation(visitor, request) is not None,
    }
    return show_to(request, visitor, "prepare", context)


@public_page
def baseline(request: PublicRequest) -> ViewResponse:
    """The questions of the time before the treatment, on one page."""
    visitor = visitor_before(request)
    if visitor is None:
        return shut(request)
    visit = _open_consultation(visitor, request)
    if visit is None:
        return say(request, visitor, "baseline_closed")
    if request.method == "POST" and not is_switch(request):
        return _send(request, visitor, visit)
    return _ask(request, visitor, visit)


@public_page
def thanks(request: PublicRequest) -> ViewResponse:
    """Loading it again sends nothing."""
    visitor = visitor_before(request)
    if visitor is None:
        return shut(request)
    return say(request, visitor, "baseline_done")


def _send(
    request: PublicRequest, visitor: Visitor, visit: "Appointment"
) -> ViewResponse:
    assert request.actor is not None
    language = language_of(request, visitor.patient)
    try:
        kept = questionnaires.answer(
            appointment_id=visit.pk,
            given={
                name.removeprefix("q-"): str(value)
                for name, value in request.POST.items()
                if name.startswith("q-")
            },
            language=language,
            by=request.actor,
            now=request.now,
        )
    except questionnaires.NotAnswered as wrong:
        return _ask(request, visitor, visit, str(wrong))
    if not kept:
        return say(request, visitor, "baseline_closed", status=409)
    return HttpResponseRedirect(reverse("v:baseline_done"), status=303)


def _ask(
    request: PublicRequest, visitor: Visitor, visit: "Appointment", error: str = ""
) -> ViewResponse:
    language = language_of(request, visitor.patient)
    asked = questionnaires.questions(visit.pk, language)
    rows = [
        {
            "name": f"q-{one.key}",
            "question": one,
            "options": _options(one, request.POST.get(f"q-{one.key}", "")),
            "typed": request.POST.get(f"q-{one.key}", ""),
            "foreign": one.language != language,
        }
        for one in asked
    ]
    context = {
        "rows": rows,
        "error": error,
        "error_page": bool(error),
        "switch_form": "form",
    }
    return show_to(request, visitor, "baseline", context, 422 if error else 200)


def _options(asked: Any, chosen: str) -> list[dict[str, Any]]:
    """The answers to choose from; numbers of a short range are listed one by one."""
    options = asked.options
    if asked.kind == "number" and (asked.highest or 0) <= 10:
        numbers = range(asked.lowest or 0, (asked.highest or 0) + 1)
        options = tuple((str(n), str(n)) for n in numbers)
    return [
        {"value": value, "label": label, "on": value == chosen}
        for value, label in options
    ]


def _visits(visitor: Visitor, request: PublicRequest) -> "list[Appointment]":
    """The patient's visits to come in person, the next one first."""
    return selectors.ahead_in_person(visitor.patient.pk, request.now)


def _open_consultation(
    visitor: Visitor, request: PublicRequest
) -> "Appointment | None":
    ahead = {visit.pk: visit for visit in _visits(visitor, request)}
    waiting = reading.open_for(list(ahead)) if ahead else set()
    return next((visit for key, visit in ahead.items() if key in waiting), None)


def _steps(visit: "Appointment", language: str) -> list[dict[str, Any]]:
    """(day in words, instructions) of a visit, the earliest day first."""
    kind = visit.visit_type
    purpose = approval.purpose(kind.slug, kind.requires_decision)
    sedation = str(visit.variation.get("sedation", ""))
    words = TEXTS[language]
    days: dict[date, list[str]] = {}
    for dated in preparation.steps(purpose, sedation, visit.local_on):
        days.setdefault(dated.on, []).append(dated.step.text(language))
    found = []
    for on, texts in sorted(days.items()):
        said = words["prepare_on" if on == visit.local_on else "prepare_from"]
        found.append({"day": said.format(day=_day(on, language)), "texts": texts})
    return found


def _day(on: date, language: str) -> str:
    if language == "es":
        return f"{DAYS_ES[on.weekday()]} {on.day} de {MONTHS_ES[on.month - 1]}"
    return long_day(on).rpartition(",")[0]
