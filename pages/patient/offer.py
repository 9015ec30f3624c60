"""An offered time: when and where it is, and the patient's yes or no."""

from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponseRedirect
from django.urls import reverse

from clinics.web.views import PublicRequest, ViewResponse, public_page
from core.refusal import Refused
from pages.patient.visitor import (
    Visitor,
    language_of,
    length,
    moment,
    say,
    show,
    shut,
)
from pages.patient.visitor import visitor as who
from scheduling.booking.errors import PatientBusy, SlotTaken
from scheduling.waitlist import acceptance
from scheduling.waitlist import selectors as waitlist
from scheduling.waitlist.acceptance import OfferGone

if TYPE_CHECKING:
    from scheduling.models import Offer

# What is said once there is nothing to answer any more.
SAID = {
    "accepted": "offer_yours",
    "declined": "offer_declined",
    "expired": "offer_ended",
}


@public_page
def offer(request: PublicRequest) -> ViewResponse:
    visitor = who(request, "offer")
    if visitor is None:
        return shut(request)
    if request.method == "POST":
        return _answer(request, visitor)
    found = waitlist.offer(UUID(visitor.subject_id), visitor.patient.clinic_id)
    if not waitlist.is_open(found, request.now):
        return say(request, visitor, _word(found))
    return show(
        request,
        "offer",
        _facts(request, visitor, found),
        clinic=visitor.clinic,
        patient=visitor.patient,
    )


def _facts(request: PublicRequest, visitor: Visitor, found: "Offer") -> dict[str, Any]:
    zone = ZoneInfo(visitor.clinic.time_zone)
    language = language_of(request, visitor.patient)
    minutes = round((found.hold.end - found.hold.start).total_seconds() / 60)
    own = waitlist.visit_to_move(found.entry)
    return {
        "when": moment(found.hold.start, zone, language),
        "length": length(minutes, language),
        "until": moment(found.hold.expires_at, zone, language),
        "instead_of": moment(own.start, zone, language) if own else "",
    }


def _answer(request: PublicRequest, visitor: Visitor) -> ViewResponse:
    answer = request.POST.get("answer", "")
    if answer not in {"yes", "no"}:
        return HttpResponseRedirect(reverse("v:offer"), status=303)
    assert request.actor is not None
    act = acceptance.accept if answer == "yes" else acceptance.decline
    try:
        done = act(
            offer_id=UUID(visitor.subject_id),
            clinic_id=visitor.patient.clinic_id,
            by=request.actor,
            now=request.now,
        )
    except (OfferGone, SlotTaken):
        return _over(request, visitor)
    except PatientBusy:
        return say(request, visitor, "offer_busy", status=409)
    if isinstance(done, Refused):
        return say(request, visitor, "offer_refused", status=409)
    # The answer is shown by a page of its own: loading it again answers nothing.
    return HttpResponseRedirect(reverse("v:offer"), status=303)


def _over(request: PublicRequest, visitor: Visitor) -> ViewResponse:
    found = waitlist.offer(UUID(visitor.subject_id), visitor.patient.clinic_id)
    return say(request, visitor, _word(found), status=409)


def _word(found: "Offer") -> str:
    """The state of the offer; a batch that is over counts before its offers close."""
    if found.entry.closed_as == "withdrawn":
        return "offer_left"
    ran_out = found.hold.ended_as in {"", "expired"} and not waitlist.is_cut_short(
        found
    )
    return SAID.get(found.state, "offer_ended" if ran_out else "offer_gone")
