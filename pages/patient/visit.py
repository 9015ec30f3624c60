"""The visit a link names: when, where, and the patient's answers; the last counts."""

from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from clinics.web.views import PublicRequest, ViewResponse, public_page
from core.problems import Invalid, StaleVersion
from core.refusal import Refused
from notifications.domain.invitations import (
    FILE_NAME,
    Invitation,
    calendar_file,
    calendar_links,
)
from notifications.selectors import visit_snapshots
from notifications.services import mail_parts
from pages.kit import numbers
from pages.patient.before import links_before
from pages.patient.texts import TEXTS
from pages.patient.visitor import (
    Visitor,
    chosen_start,
    language_of,
    length,
    moment,
    say,
    show,
    shut,
)
from pages.patient.visitor import visitor as who
from scheduling import selectors
from scheduling.booking import book, patient_answers, self_service_rules
from scheduling.booking.errors import PatientBusy, SlotTaken
from scheduling.booking.move_history import is_at_time_of
from scheduling.booking.self_service import openings_for, seen
from scheduling.booking.self_service_rules import Way

if TYPE_CHECKING:
    from scheduling.models import Appointment

# The page that follows each answer, and what is said where only a notice does.
NEXT = {"other": "v:times", "no": "v:cannot"}
SAID = {
    "yes": "confirmed",
    "moved": "chosen",
    "requested": "requested",
    "cancelled": "cancelled",
    "late": "late",
}
REASON_LENGTH = 200
CANCELLED = "The patient cancelled by their link."


@public_page
def visit(request: PublicRequest) -> ViewResponse:
    entered = _enter(request)
    if not isinstance(entered, tuple):
        return entered
    visitor, appointment = entered
    if request.method == "POST":
        return _answer(request, visitor, appointment)
    entry = _calendar_entry(request, visitor, appointment)
    return show(
        request,
        "visit",
        _facts(request, visitor, appointment) | {"calendars": calendar_links(entry)},
        clinic=visitor.clinic,
        patient=visitor.patient,
    )


@public_page
def told(request: PublicRequest, answer: str) -> ViewResponse:
    """Show what follows from the answer; loading it again changes nothing."""
    visitor = who(request, "confirm")
    if visitor is None:
        return shut(request)
    return say(request, visitor, SAID.get(answer, "asked"))


@public_page
def times(request: PublicRequest) -> ViewResponse:
    """Real openings to choose from, instead of the visit's time."""
    entered = _enter(request)
    if not isinstance(entered, tuple):
        return entered
    visitor, appointment = entered
    if request.method == "POST":
        return _choose(request, visitor, appointment)
    return _times(request, visitor, appointment)


@public_page
def cannot(request: PublicRequest) -> ViewResponse:
    """After "I cannot come": cancel for good, or another time."""
    entered = _enter(request)
    if not isinstance(entered, tuple):
        return entered
    visitor, appointment = entered
    may_cancel = self_service_rules.may_cancel(seen(appointment), request.now)
    if request.method == "POST" and may_cancel:
        return _cancel(request, visitor, appointment)
    context = _facts(request, visitor, appointment) | {
        "may_cancel": may_cancel,
        "length_of_reason": REASON_LENGTH,
    }
    return show(
        request, "cannot", context, clinic=visitor.clinic, patient=visitor.patient
    )


@public_page
def late(request: PublicRequest) -> ViewResponse:
    """The patient is on the way, and says by how much they are late."""
    entered = _enter(request)
    if not isinstance(entered, tuple):
        return entered
    visitor, appointment = entered
    minutes = numbers.read(request.POST.get("minutes", ""), -1)
    if request.method != "POST" or minutes not in {0, *self_service_rules.LATE_STEPS}:
        return HttpResponseRedirect(reverse("v:visit"), status=303)
    assert request.actor is not None
    outcome = patient_answers.tell_late(
        appointment_id=appointment.pk,
        minutes=minutes,
        by=request.actor,
        now=request.now,
    )
    if isinstance(outcome, Refused):
        return say(request, visitor, "late_over", status=409)
    return HttpResponseRedirect(reverse("v:told", args=["late"]), status=303)


@public_page
def calendar(request: PublicRequest) -> ViewResponse:
    """The visit as a file that a calendar takes over, and later finds again."""
    entered = _enter(request)
    if not isinstance(entered, tuple):
        return entered
    text = calendar_file(_calendar_entry(request, *entered), at=request.now)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


def _calendar_entry(
    request: PublicRequest, visitor: Visitor, appointment: "Appointment"
) -> Invitation:
    return mail_parts.invitation_to(
        visit_snapshots.visit_of(appointment, ()),
        visitor.clinic,
        "PUBLISH",
        language_of(request, visitor.patient),
    )


def _enter(request: PublicRequest) -> "tuple[Visitor, Appointment] | ViewResponse":
    """The visitor and their visit while it can be answered; else what is said."""
    visitor = who(request, "confirm")
    if visitor is None:
        return shut(request)
    found = selectors.appointment(UUID(visitor.subject_id), visitor.patient.clinic_id)
    assert found is not None  # visits are cancelled, never deleted
    if not is_at_time_of(found, visitor.link.revision):
        return say(request, visitor, "moved")
    if found.status != "booked":
        return say(request, visitor, "over")
    return visitor, found


def _facts(
    request: PublicRequest, visitor: Visitor, appointment: "Appointment"
) -> dict[str, Any]:
    zone = ZoneInfo(visitor.clinic.time_zone)
    language = language_of(request, visitor.patient)
    words = TEXTS[language]
    minutes = round((appointment.end - appointment.start).total_seconds() / 60)
    said = appointment.late_minutes
    is_confirmed = appointment.confirmed_at is not None
    is_declined = appointment.answer in {"other", "no"}
    return {
        "when": moment(appointment.start, zone, language),
        "length": length(minutes, language),
        "confirmed": is_confirmed,
        "declined": is_declined,
        "is_settled": is_confirmed and not is_declined,
        "may_be_late": self_service_rules.may_tell_late(appointment.start, request.now),
        "lateness": [
            (step, words["late_button"].format(count=step))
            for step in self_service_rules.LATE_STEPS
        ],
        "clinic_late": words["clinic_late"].format(count=appointment.delay_minutes)
        if appointment.delay_minutes
        else "",
        "late_now": words["late_now"].format(count=said) if said else "",
        "before": links_before(visitor, request),
    }


def _answer(
    request: PublicRequest, visitor: Visitor, appointment: "Appointment"
) -> ViewResponse:
    """Each press is on record, and the last one counts."""
    answer = request.POST.get("answer", "")
    assert request.actor is not None
    outcome: object = None
    if answer == "yes" and appointment.confirmed_at is None:
        outcome = book.confirm(
            appointment_id=appointment.pk, by=request.actor, now=request.now
        )
    elif answer in NEXT:
        outcome = patient_answers.decline(
            appointment_id=appointment.pk,
            answer=answer,
            by=request.actor,
            now=request.now,
        )
    elif answer != "yes":
        return HttpResponseRedirect(reverse("v:visit"), status=303)
    if isinstance(outcome, Refused):
        return say(request, visitor, "over", status=409)
    if answer in NEXT:
        return HttpResponseRedirect(reverse(NEXT[answer]), status=303)
    return HttpResponseRedirect(reverse("v:told", args=[answer]), status=303)


def _times(
    request: PublicRequest,
    visitor: Visitor,
    appointment: "Appointment",
    error: str = "",
    status: int = 200,
) -> ViewResponse:
    found = openings_for(appointment, request.now)
    if not found:
        return say(request, visitor, "times_none", status=status)
    zone = ZoneInfo(visitor.clinic.time_zone)
    language = language_of(request, visitor.patient)
    words = TEXTS[language]
    ways = {
        self_service_rules.way_to_move(seen(appointment), one.start, request.now)
        for one in found
    }
    at_once = ways == {Way.MOVE}
    context = {
        "text": words["times_text" if at_once else "times_request"],
        "button": words["times_choose" if at_once else "times_ask"],
        "version": appointment.version,
        "openings": [
            (one.start.isoformat(), moment(one.start, zone, language)) for one in found
        ],
        "error": words[error] if error else "",
        "error_page": bool(error),
    }
    return show(
        request,
        "times",
        context,
        clinic=visitor.clinic,
        patient=visitor.patient,
        status=status,
    )


def _choose(
    request: PublicRequest, visitor: Visitor, appointment: "Appointment"
) -> ViewResponse:
    start = chosen_start(request)
    if start is None:
        return _times(request, visitor, appointment, "times_missing", status=422)
    assert request.actor is not None
    zone = ZoneInfo(visitor.clinic.time_zone)
    try:
        way, outcome = patient_answers.choose_time(
            appointment_id=appointment.pk,
            start=start,
            version=numbers.read(request.POST.get("version", ""), 0),
            when=patient_answers.in_words(start, zone),
            by=request.actor,
            now=request.now,
        )
    except PatientBusy:
        return _times(request, visitor, appointment, "times_busy", status=409)
    except (SlotTaken, StaleVersion, Invalid):
        return _times(request, visitor, appointment, "times_gone", status=409)
    if isinstance(outcome, Refused):
        return _times(request, visitor, appointment, "times_gone", status=409)
    said = "moved" if way is Way.MOVE else "requested"
    return HttpResponseRedirect(reverse("v:told", args=[said]), status=303)


def _cancel(
    request: PublicRequest, visitor: Visitor, appointment: "Appointment"
) -> ViewResponse:
    assert request.actor is not None
    said = " ".join(request.POST.get("reason", "").split())[:REASON_LENGTH]
    outcome = book.cancel(
        appointment_id=appointment.pk,
        # At short notice a visit is cancelled only with a reason: this is one.
        reason=said or CANCELLED,
        by=request.actor,
        now=request.now,
    )
    if isinstance(outcome, Refused):
        return say(request, visitor, "over", status=409)
    return HttpResponseRedirect(reverse("v:told", args=["cancelled"]), status=303)
