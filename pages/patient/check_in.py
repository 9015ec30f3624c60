"""The check-in: one question per page, saved as it goes, sent once."""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from clinics.web.views import PublicRequest, ViewResponse, public_page
from core.refusal import Refused
from notifications.selectors.alarms import is_told
from pages.kit import milestone_words, recovery_chart
from pages.patient.texts import TEXTS
from pages.patient.visitor import (
    Visitor,
    day_with_year,
    is_switch,
    language_of,
    show,
    shut,
)
from pages.patient.visitor import visitor as who
from patients import selectors as patients
from procedures.follow_up import (
    alarms,
    milestone_selectors,
    recovery_selectors,
    reopened_responses,
    responses,
)
from procedures.follow_up.questions import Question, told
from procedures.follow_up.selectors import follow_up as find
from procedures.follow_up.selectors import next_contact, takes_answers, tier_of

if TYPE_CHECKING:
    from patients.models import Task
    from procedures.models import FollowUp


class PatientCheckIn:
    """One visitor's check-in: its questions and the answers saved so far."""

    def __init__(self, request: PublicRequest, visitor: Visitor) -> None:
        self.request, self.visitor = request, visitor
        found = find(UUID(visitor.subject_id))
        assert found is not None
        self.follow_up: FollowUp = found
        self.language = language_of(request, visitor.patient)
        self.questions = responses.questions(self.follow_up, self.language)
        self.saved = responses.drafts(self.follow_up)

    @property
    def answered(self) -> bool:
        """True once it is handed in, unless it was opened again to be corrected."""
        return self.follow_up.answered_at is not None and not self.saved

    def next_number(self) -> int:
        """The first question without an answer, from 1; one past the last if none."""
        keys = [q.key for q in self.questions]
        waiting = [n for n, key in enumerate(keys, 1) if key not in self.saved]
        return waiting[0] if waiting else len(keys) + 1

    def show(
        self, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        urgent = responses.call_now(self.saved, self.language, self.told)
        shown = {"urgent": urgent, **context}
        return show(
            self.request,
            template,
            shown | {"is_emergency": self._is_emergency(shown["urgent"])},
            clinic=self.visitor.clinic,
            patient=self.visitor.patient,
            status=status,
        )

    def steps(self, *, told: bool = False) -> list[dict[str, str]]:
        """The steps of the recovery in words; with `told`, only those told of."""
        found = milestone_selectors.steps(self.follow_up.episode)
        shown = [one for one in found if one.report or not told]
        return [
            milestone_words.to_patient(one, self.language, self.today) for one in shown
        ]

    @cached_property
    def today(self) -> date:
        """The day at the clinic."""
        zone = ZoneInfo(self.visitor.clinic.time_zone)
        return self.request.now.astimezone(zone).date()

    @cached_property
    def told(self) -> bool:
        """True while somebody of the clinic is being paged about this contact."""
        return is_told(self.alarms)

    @cached_property
    def alarms(self) -> "list[Task]":
        subject = alarms.subject(self.follow_up)
        return list(patients.tasks_about(subject, alarms.KIND))

    def urgent_of(self, tier: int | None) -> tuple[str, str] | None:
        """Advice for now at that tier, as the clinic knows of it."""
        return responses.call_text(tier, self.language, self.told)

    def _is_emergency(self, urgent: tuple[str, str] | None) -> bool:
        return urgent is not None and urgent == responses.call_text(1, self.language)

    def closed(self, status: int = 200) -> HttpResponse:
        """Too early, too late or ended: only warning signs can be told still."""
        words = TEXTS[self.language]
        more = {"title": words["closed_title"], "text": words["closed_text"]}
        return self.signs(more, status=status)

    def signs(self, more: dict[str, Any], status: int = 200) -> HttpResponse:
        """The short form for warning signs, under a title of its own."""
        asked = responses.signs_question(self.language)
        chosen = self.request.POST.getlist("answer")
        context = {
            "question": asked,
            "options": _options(asked, chosen),
            "typed": self.request.POST.get("words", ""),
            "address": reverse("v:signs"),
            "length": responses.WORDS_LENGTH,
            **more,
        }
        return self.show("signs", context, status=status)


def _enter(request: PublicRequest) -> PatientCheckIn | ViewResponse:
    visitor = who(request, "check_in")
    if visitor is None:
        return shut(request)
    check_in = PatientCheckIn(request, visitor)
    if check_in.answered:
        return HttpResponseRedirect(reverse("v:done"), status=303)
    if not (takes_answers(check_in.follow_up) or _corrects(check_in)):
        return check_in.closed()
    return check_in


def _corrects(check_in: PatientCheckIn) -> bool:
    return reopened_responses.may_correct(check_in.follow_up, check_in.request.now)


@public_page
def start(request: PublicRequest) -> ViewResponse:
    check_in = _enter(request)
    if not isinstance(check_in, PatientCheckIn):
        return check_in
    count = len(check_in.questions)
    number = check_in.next_number()
    address = _address(number, count)
    text = TEXTS[check_in.language]["checkin_text"].format(count=count)
    context = {
        "text": text,
        "address": address,
        "begun": number > 1,
        "steps": check_in.steps(told=True),
    }
    return check_in.show("check_in_start", context)


@public_page
def question(request: PublicRequest, number: int) -> ViewResponse:
    check_in = _enter(request)
    if not isinstance(check_in, PatientCheckIn):
        return check_in
    if not 1 <= number <= len(check_in.questions):
        return HttpResponseRedirect(reverse("v:check_in"), status=303)
    if request.method == "POST" and not is_switch(request):
        return _save(request, check_in, number)
    return _ask(check_in, number)


def _ask(check_in: PatientCheckIn, number: int, error: str = "") -> ViewResponse:
    asked, count = check_in.questions[number - 1], len(check_in.questions)
    words = TEXTS[check_in.language]
    saved = _chosen(check_in, asked)
    context = {
        "question": asked,
        "options": _options(asked, saved),
        "saved": "" if saved is None else saved,
        "number": number,
        "count": count,
        "progress": words["progress"].format(number=number, count=count),
        "back": _address(number - 1, count) if number > 1 else reverse("v:check_in"),
        "foreign": asked.language != check_in.language,
        "error": error,
        "error_page": bool(error),
        "may_skip": not (asked.required or asked.hint or asked.kind == "multichoice"),
        "switch_form": "form",
    }
    return check_in.show("question", context, status=422 if error else 200)


def _chosen(check_in: PatientCheckIn, asked: Question) -> Any:
    """The answer given just now, if this comes back; else the saved one."""
    if check_in.request.method != "POST":
        return check_in.saved.get(asked.key)
    given = check_in.request.POST.getlist("answer")
    return given if asked.kind == "multichoice" else "".join(given[:1])


def _options(asked: Question, saved: Any) -> list[dict[str, Any]]:
    """The answers to choose from; numbers of a short range are listed one by one."""
    options = asked.options
    if asked.kind == "number" and (asked.highest or 0) <= 10:
        numbers = range(asked.lowest or 0, (asked.highest or 0) + 1)
        options = tuple((str(n), str(n)) for n in numbers)
    chosen = {str(v) for v in saved} if isinstance(saved, list) else {str(saved)}
    return [{"value": v, "label": label, "on": v in chosen} for v, label in options]


def _save(
    request: PublicRequest, check_in: PatientCheckIn, number: int
) -> ViewResponse:
    asked = check_in.questions[number - 1]
    given = request.POST.getlist("answer")
    try:
        responses.save_answer(
            follow_up_id=check_in.follow_up.pk,
            question=asked.key,
            value=given if asked.kind == "multichoice" else "".join(given[:1]),
            language=check_in.language,
            by=request.actor,
            now=request.now,
        )
    except responses.InvalidAnswer as wrong:
        return _ask(check_in, number, str(wrong))
    check_in.saved = responses.drafts(check_in.follow_up)
    back_to_review = request.GET.get("from") == "review"
    target = len(check_in.questions) + 1 if back_to_review else number + 1
    return HttpResponseRedirect(_address(target, len(check_in.questions)), status=303)


def _address(number: int, count: int) -> str:
    if number > count:
        return reverse("v:review")
    return reverse("v:question", args=[number])


@public_page
def review(request: PublicRequest) -> ViewResponse:
    check_in = _enter(request)
    if not isinstance(check_in, PatientCheckIn):
        return check_in
    if check_in.next_number() <= len(check_in.questions):
        return HttpResponseRedirect(reverse("v:check_in"), status=303)
    if request.method == "POST":
        return _send(request, check_in)
    return _review(check_in)


def _review(check_in: PatientCheckIn, error: str = "") -> ViewResponse:
    rows = [_row(check_in, number) for number in range(1, len(check_in.questions) + 1)]
    context = {"rows": rows, "error": error, "error_page": bool(error)}
    return check_in.show("review", context, status=422 if error else 200)


def _row(check_in: PatientCheckIn, number: int) -> dict[str, Any]:
    asked = check_in.questions[number - 1]
    address = f"{reverse('v:question', args=[number])}?from=review"
    return _answer(check_in, asked, check_in.saved.get(asked.key)) | {
        "address": address
    }


def _answer(check_in: PatientCheckIn, asked: Question, value: Any) -> dict[str, Any]:
    """A question with its answer in words."""
    said = _said(asked, value)
    return {
        "text": asked.text,
        "answer": said or TEXTS[check_in.language][_nothing_said(asked)],
        "foreign": asked.language != check_in.language and bool(said),
    }


def _nothing_said(asked: Question) -> str:
    """The word for an empty answer: no sign chosen is an answer, and a good one."""
    return "none_of_these" if asked.key == "warning_signs" else "no_answer"


def _said(asked: Question, saved: Any) -> str:
    return "" if saved in (None, "", []) else told(asked, saved, text=False)


def _send(request: PublicRequest, check_in: PatientCheckIn) -> ViewResponse:
    assert request.actor is not None
    try:
        outcome = responses.submit(
            follow_up_id=check_in.follow_up.pk,
            language=check_in.language,
            by=request.actor,
            now=request.now,
        )
    except responses.InvalidAnswer as wrong:
        return _review(check_in, str(wrong))
    if isinstance(outcome, Refused):
        return check_in.closed(status=409)
    return HttpResponseRedirect(reverse("v:done"), status=303)


@public_page
def done(request: PublicRequest) -> ViewResponse:
    """Thanks, and again what to do now; loading it again changes nothing."""
    visitor = who(request, "check_in")
    if visitor is None:
        return shut(request)
    check_in = PatientCheckIn(request, visitor)
    words = TEXTS[check_in.language]
    urgent = check_in.urgent_of(tier_of(check_in.follow_up))
    context = {
        "title": words["done_title"],
        "text": words["done_text"],
        "more": words[_what_next(check_in, urgent)],
        **_answered(check_in),
        "urgent": urgent,
        "steps": check_in.steps(),
        "signs_address": reverse("v:signs"),
        **_recovery(check_in),
        **_correcting(check_in),
    }
    return check_in.show("notice", context)


def _answered(check_in: PatientCheckIn) -> dict[str, Any]:
    """Return what was answered and when, and when the next questions come."""
    contact, words = check_in.follow_up, TEXTS[check_in.language]
    if contact.answered_at is None:
        return {}
    zone = ZoneInfo(check_in.visitor.clinic.time_zone)
    answered_on = contact.answered_at.astimezone(zone).date()
    said = {}
    if answered_on < check_in.today:
        day = day_with_year(answered_on, check_in.language)
        said["text"] = words["done_on"].format(day=day)
    following = next_contact(contact.episode, check_in.today)
    if following is not None:
        day = day_with_year(following.target_on, check_in.language)
        said["next_text"] = words["done_then"].format(day=day)
    given = reopened_responses.in_force(contact)
    rows = [
        _answer(check_in, asked, given.get(asked.key)) for asked in check_in.questions
    ]
    return {"answers_title": words["done_answers"], "answers": rows, **said}


def _recovery(check_in: PatientCheckIn) -> dict[str, Any]:
    """Show how it has been since before; nothing to somebody who is to call now."""
    if check_in.urgent_of(tier_of(check_in.follow_up)):
        return {}
    found = recovery_selectors.curves(check_in.follow_up.episode)
    return {
        "charts": recovery_chart.charts(found, check_in.language),
        "chart_words": recovery_chart.WORDS[check_in.language],
    }


def _correcting(check_in: PatientCheckIn) -> dict[str, str]:
    """The way back to the answers while the contact's window lasts."""
    if not _corrects(check_in):
        return {}
    left = reopened_responses.unanswered(check_in.follow_up)
    words = TEXTS[check_in.language]
    text = words["correct_left"].format(count=left) if left else words["correct"]
    return {"correct_address": reverse("v:correct"), "correct_text": text}


@public_page
def correct(request: PublicRequest) -> ViewResponse:
    """Open the answers again; they count as they are until they are sent again."""
    visitor = who(request, "check_in")
    if visitor is None:
        return shut(request)
    check_in = PatientCheckIn(request, visitor)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("v:check_in"), status=303)
    if not reopened_responses.reopen(
        follow_up_id=check_in.follow_up.pk, now=request.now
    ):
        return check_in.closed(status=409)
    return HttpResponseRedirect(reverse("v:review"), status=303)


def _what_next(check_in: PatientCheckIn, urgent: tuple[str, str] | None) -> str:
    """One voice: who is to call now is not told that there is nothing to do."""
    if urgent:
        return "done_urgent"
    return "done_told" if check_in.told else "done_next"


@public_page
def signs(request: PublicRequest) -> ViewResponse:
    """Warning signs at any time, whatever has become of the contact's questions."""
    visitor = who(request, "check_in")
    if visitor is None:
        return shut(request)
    check_in = PatientCheckIn(request, visitor)
    title = {"title": TEXTS[check_in.language]["signs_title"]}
    if request.method != "POST" or is_switch(request):
        return check_in.signs(title)
    assert request.actor is not None
    try:
        responses.tell_signs(
            follow_up_id=check_in.follow_up.pk,
            signs=request.POST.getlist("answer"),
            words=request.POST.get("words", ""),
            language=check_in.language,
            by=request.actor,
            now=request.now,
        )
    except responses.InvalidAnswer as wrong:
        more = title | {"error": str(wrong), "error_page": True}
        return check_in.signs(more, status=422)
    return HttpResponseRedirect(reverse("v:signs_told"), status=303)


@public_page
def signs_told(request: PublicRequest) -> ViewResponse:
    """The state of the signs told, and what to do now."""
    visitor = who(request, "check_in")
    if visitor is None:
        return shut(request)
    check_in = PatientCheckIn(request, visitor)
    words = TEXTS[check_in.language]
    tiers = [task.tier for task in check_in.alarms if task.done_at is None]
    context = {
        "title": words["signs_done_title"],
        "text": words["signs_done_text"],
        "urgent": check_in.urgent_of(min(filter(None, tiers), default=None)),
    }
    return check_in.show("notice", context)
