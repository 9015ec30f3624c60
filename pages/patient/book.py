"""A follow-up that is owed: real openings inside its window, and a press that books."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponseRedirect
from django.urls import reverse

from clinics.web.views import PublicRequest, ViewResponse, public_page
from core.problems import Invalid
from core.refusal import Refused
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
from patients.services import tasks
from procedures.follow_up import selectors as follow_ups
from procedures.visits import owed
from procedures.visits.approval import CONTACT, PREFIX
from scheduling.booking import book as booking
from scheduling.booking.errors import PatientBusy, SlotTaken

if TYPE_CHECKING:
    from procedures.models import FollowUp

CALL_WITHIN = timedelta(hours=4)
CALL = "book_follow_up"
CALL_TEXT = "The patient asks for a call to book a follow-up that is owed."


@public_page
def book(request: PublicRequest) -> ViewResponse:
    visitor = who(request, "book")
    if visitor is None:
        return shut(request)
    follow_up = follow_ups.follow_up(UUID(visitor.subject_id))
    assert follow_up is not None  # planned contacts are never deleted
    at = follow_ups.visits_for([follow_up]).get(follow_up.pk)
    if at is not None and at > request.now:
        return _booked(request, visitor, at)
    is_over = at is not None or not follow_ups.waits(follow_up)
    if is_over or visitor.patient.standing:
        return say(request, visitor, "book_over")
    if request.method == "POST":
        return _answer(request, visitor, follow_up)
    return _offer(request, visitor, follow_up)


@public_page
def called(request: PublicRequest) -> ViewResponse:
    """Say what follows a call that was asked for; loading it again changes nothing."""
    visitor = who(request, "book")
    if visitor is None:
        return shut(request)
    return say(request, visitor, "book_called")


def _offer(
    request: PublicRequest, visitor: Visitor, follow_up: "FollowUp", error: str = ""
) -> ViewResponse:
    zone = ZoneInfo(visitor.clinic.time_zone)
    language = language_of(request, visitor.patient)
    words = TEXTS[language]
    found = _openings(follow_up, request.now, zone)
    minutes = (
        round((found[0].end - found[0].start).total_seconds() / 60) if found else 0
    )
    context: dict[str, Any] = {
        "text": words["book_text"].format(length=length(minutes, language)),
        "openings": [
            {
                "start": one.start.isoformat(),
                "label": words["book_take"].format(
                    when=moment(one.start, zone, language)
                ),
            }
            for one in found
        ],
        "error": words[error] if error else "",
        "error_page": bool(error),
    }
    return show(
        request,
        "book",
        context,
        clinic=visitor.clinic,
        patient=visitor.patient,
        status=409 if error else 200,
    )


def _openings(follow_up: "FollowUp", now: datetime, zone: ZoneInfo) -> list[Any]:
    """None where the clinic has no such visits any more: it calls."""
    try:
        return owed.openings(follow_up, now, zone)
    except Invalid:
        return []


def _answer(
    request: PublicRequest, visitor: Visitor, follow_up: "FollowUp"
) -> ViewResponse:
    start = chosen_start(request)
    if request.POST.get("call"):
        _ask_for_call(request, visitor, follow_up)
        return HttpResponseRedirect(reverse("v:called"), status=303)
    if start is None:
        return HttpResponseRedirect(reverse("v:book"), status=303)
    assert request.actor is not None
    try:
        booked = booking.book(
            clinic_id=visitor.patient.clinic_id,
            patient_id=visitor.patient.pk,
            visit_type=owed.VISIT_TYPE,
            start=start,
            subject=f"{PREFIX}{follow_up.episode_id}{CONTACT}{follow_up.code}",
            by=request.actor,
            now=request.now,
        )
    except SlotTaken:
        return _offer(request, visitor, follow_up, "book_taken")
    except PatientBusy:
        return _offer(request, visitor, follow_up, "book_busy")
    except Invalid:
        # A start nobody offered: the times that are free are shown again.
        return HttpResponseRedirect(reverse("v:book"), status=303)
    if isinstance(booked, Refused):
        _ask_for_call(request, visitor, follow_up)
        return say(request, visitor, "book_refused", status=409)
    # The visit is shown by a page of its own: loading it again books nothing.
    return HttpResponseRedirect(reverse("v:book"), status=303)


def _booked(request: PublicRequest, visitor: Visitor, at: datetime) -> ViewResponse:
    zone = ZoneInfo(visitor.clinic.time_zone)
    language = language_of(request, visitor.patient)
    words = TEXTS[language]
    context = {
        "title": words["book_done_title"],
        "text": moment(at, zone, language),
        "more": words["book_done_text"],
    }
    return show(
        request, "notice", context, clinic=visitor.clinic, patient=visitor.patient
    )


def _ask_for_call(
    request: PublicRequest, visitor: Visitor, follow_up: "FollowUp"
) -> None:
    assert request.actor is not None
    tasks.open(
        clinic_id=visitor.patient.clinic_id,
        patient_id=visitor.patient.pk,
        kind=CALL,
        text=CALL_TEXT,
        subject=f"follow_up:{follow_up.pk}",
        owner_role="coordinator",
        due_at=request.now + CALL_WITHIN,
        by=request.actor,
        now=request.now,
    )
