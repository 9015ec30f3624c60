"""A patient's answer to an offer: the first yes gets the opening."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from core.actor import Actor
from core.problems import Problem
from core.refusal import Refused
from patients.services.patients import lock as lock_patient
from scheduling.booking import book_hold
from scheduling.booking.move_to_hold import move_to_hold
from scheduling.booking.refusals import refuse
from scheduling.booking.rules import reasons_against
from scheduling.models import Appointment, Offer, WaitlistEntry
from scheduling.visit_types.selectors import visit_kind_of
from scheduling.visit_types.variation import Variation
from scheduling.waitlist import ends
from scheduling.waitlist import selectors as waitlist
from scheduling.waitlist.matching import ask_of

if TYPE_CHECKING:
    from patients.models import Patient


class OfferGone(Problem):
    """The opening went to somebody else, the offer has ended, or it was answered."""

    code = "offer-gone"
    status = 409
    title = "This time is no longer available"

    def __init__(self, detail: str = "") -> None:
        taken = "This time has just been taken. You stay on the list."
        super().__init__(detail or taken)


_ANSWERED = {
    Offer.State.DECLINED: "This offer was declined before.",
    Offer.State.EXPIRED: "This offer has ended. You stay on the list.",
    Offer.State.WITHDRAWN: "This offer was taken back. Please call us.",
}


@transaction.atomic
def accept(
    *, offer_id: UUID, clinic_id: int | None = None, by: Actor, now: datetime
) -> Appointment | Refused:
    """Take the opening: book it, or move the entry's own visit onto it.

    The same yes again gives the same visit. Refused, on record, where a rule says
    no. Raises OfferGone, PatientBusy, or NotFound.
    """
    offer, patient = _lock(offer_id, clinic_id)
    if offer.state == Offer.State.ACCEPTED and offer.appointment is not None:
        return offer.appointment
    _check_open(offer, now)
    entry = offer.entry
    entry.patient = patient
    own = waitlist.visit_to_move(entry)
    kind = visit_kind_of(offer.hold.visit_type_id)
    ask = ask_of(entry, kind, offer.hold.start, now)
    if reasons := reasons_against(ask):
        stream = f"waitlist:{entry.pk}"
        return refuse("waitlist.accept", reasons, stream=stream, by=by, now=now)
    if own is not None:
        done = move_to_hold(own, offer.hold, by=by, now=now)
    else:
        done = _book(offer, patient, ask.subject, by, now)
    if isinstance(done, Refused):
        return done
    _win(offer, done, by, now)
    return done


@transaction.atomic
def decline(
    *, offer_id: UUID, clinic_id: int | None = None, by: Actor, now: datetime
) -> Offer:
    """Leave the opening to others and go on waiting.

    The same no again changes nothing. Raises OfferGone once it was accepted or is
    over, and NotFound.
    """
    offer, _ = _lock(offer_id, clinic_id)
    if offer.state == Offer.State.DECLINED:
        return offer
    if offer.state == Offer.State.ACCEPTED:
        raise OfferGone("This offer was accepted before; cancel the visit instead.")
    _check_open(offer, now)
    ends.end(offer, Offer.State.DECLINED, by, now)
    ends.release_if_nobody_is_left(offer.hold, by, now)
    return offer


def _lock(offer_id: UUID, clinic_id: int | None) -> tuple[Offer, "Patient"]:
    found = waitlist.offer(offer_id, clinic_id)
    patient = lock_patient(found.entry.patient_id)
    return ends.lock_offer(offer_id, found.entry.appointment), patient


def _check_open(offer: Offer, now: datetime) -> None:
    if offer.state != Offer.State.OFFERED:
        raise OfferGone(_ANSWERED.get(Offer.State(offer.state), ""))
    if waitlist.is_cut_short(offer):
        raise OfferGone(_ANSWERED[Offer.State.WITHDRAWN])
    if offer.hold.ended_at is None and not now < offer.hold.expires_at:
        raise OfferGone(_ANSWERED[Offer.State.EXPIRED])
    if offer.hold.ended_at is not None:
        raise OfferGone(_ANSWERED.get(ends.how_ended(offer), ""))
    if offer.entry.closed_at is not None:
        raise OfferGone("The patient is not on the list any more.")
    if not book_hold.stands(offer.hold, now):
        raise OfferGone
    plan = book_hold.wanted_of(offer.hold, now).plan
    if not book_hold.is_offered(offer.hold, plan):
        raise OfferGone("We cannot offer this time any more. You stay on the list.")


def _book(
    offer: Offer, patient: "Patient", subject: str, by: Actor, now: datetime
) -> Appointment | Refused:
    return book_hold.book_hold(
        offer.hold_id,
        patient,
        start=None,
        subject=subject,
        reason="",
        variation=Variation.from_data(offer.entry.variation),
        by=by,
        now=now,
    )


def _win(offer: Offer, booked: Appointment, by: Actor, now: datetime) -> None:
    offer.appointment = booked
    try:
        with transaction.atomic():
            ends.end(offer, Offer.State.ACCEPTED, by, now)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis and diagnosis.constraint_name == "offer_batch_won_once":
            raise OfferGone from error
        raise
    way = WaitlistEntry.End.BOOKED
    ends.close_entry(offer.entry, way, by, now, appointment=booked.pk)
