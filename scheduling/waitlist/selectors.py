"""Reading who waits, what became free, and what was offered."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from core import journal
from core.models import JournalEntry
from core.problems import NotFound
from scheduling.booking.status import ENDED_WITHOUT_VISIT
from scheduling.models import (
    Appointment,
    AppointmentMove,
    FreedOpening,
    Offer,
    WaitlistEntry,
)
from scheduling.repair.selectors import UNDO_WITHIN
from scheduling.waitlist.fit import Waiting, Wishes

MOVED = "moved"
_OVER = frozenset(status.value for status in ENDED_WITHOUT_VISIT)
_COUNTS = ~Q(offers__state=Offer.State.WITHDRAWN)


def entry(entry_id: UUID, clinic_id: int | None = None) -> WaitlistEntry:
    """Raises NotFound, also for another clinic's."""
    rows = WaitlistEntry.objects.filter(pk=entry_id)
    if clinic_id is not None:
        rows = rows.filter(clinic_id=clinic_id)
    found = rows.select_related("patient", "visit_type", "appointment").first()
    if found is None:
        raise NotFound("There is no such waiting list entry at this clinic.")
    return found


def entries(clinic_id: int, *, closed: bool = False) -> QuerySet[WaitlistEntry]:
    """Return the entries that wait (or, `closed`, that ended), longest waiting first.

    Each has `last_offered_at`, None if nothing was ever offered.
    """
    rows = WaitlistEntry.objects.filter(
        clinic_id=clinic_id, closed_at__isnull=not closed
    )
    return (
        rows.select_related("patient__clinic", "visit_type", "appointment")
        .annotate(last_offered_at=Max("offers__offered_at", filter=_COUNTS))
        .order_by("created_at", "pk")
    )


def entries_of(patient_id: UUID) -> QuerySet[WaitlistEntry]:
    """A patient's entries, the latest first."""
    rows = WaitlistEntry.objects.filter(patient=patient_id)
    return rows.select_related("visit_type").order_by("-created_at", "pk")


def open_entries_of(patient_id: UUID) -> QuerySet[WaitlistEntry]:
    """A patient's entries that still wait, the latest first."""
    return entries_of(patient_id).filter(closed_at=None)


def history(entry_id: UUID) -> QuerySet[JournalEntry]:
    """Return the journal entries about the entry, oldest first."""
    return journal.entries(f"waitlist:{entry_id}")


def candidates(clinic_id: int, freed_id: UUID | None = None) -> QuerySet[WaitlistEntry]:
    """Return who waits, for whatever visit, with `has_offer` and `had_this`.

    `has_offer`: an offer is still open. `had_this`: was offered this freed opening
    before, offers that were withdrawn aside.
    """
    open_now = Offer.objects.filter(entry=OuterRef("pk"), state=Offer.State.OFFERED)
    this = Offer.objects.filter(entry=OuterRef("pk"), freed=freed_id).exclude(
        state=Offer.State.WITHDRAWN
    )
    had_this = this if freed_id else Offer.objects.none()
    return (
        entries(clinic_id)
        .annotate(has_offer=Exists(open_now), had_this=Exists(had_this))
        .prefetch_related("appointment__phases")
    )


def freed_opening(freed_id: UUID, clinic_id: int | None = None) -> FreedOpening:
    """Raises NotFound, also for another clinic's."""
    rows = FreedOpening.objects.filter(pk=freed_id)
    if clinic_id is not None:
        rows = rows.filter(clinic_id=clinic_id)
    found = rows.select_related("visit_type", "clinic", "appointment").first()
    if found is None:
        raise NotFound("There is no such freed opening at this clinic.")
    return found


def freed_openings(
    clinic_id: int, *, handled: bool | None = False
) -> QuerySet[FreedOpening]:
    """Return freed openings that wait to be offered, the soonest first.

    With `handled` True those that were handled, with None all.
    """
    rows = FreedOpening.objects.filter(clinic_id=clinic_id)
    if handled is not None:
        rows = rows.filter(handled_at__isnull=not handled)
    return rows.select_related("visit_type", "clinic", "appointment").order_by(
        "during", "pk"
    )


def undo_until(freed: FreedOpening) -> datetime | None:
    """Until when the move that freed it may be undone and needs the time itself; None
    where nothing of the kind can happen."""
    is_moved = freed.freed_by_act == MOVED
    return freed.freed_at + UNDO_WITHIN if is_moved else None


def settled_moves(
    rows: QuerySet[FreedOpening], now: datetime
) -> QuerySet[FreedOpening]:
    """Without those whose move may still be undone."""
    return rows.exclude(freed_by_act=MOVED, freed_at__gt=now - UNDO_WITHIN)


def offer(offer_id: UUID, clinic_id: int | None = None) -> Offer:
    """Raises NotFound, also for another clinic's."""
    rows = Offer.objects.filter(pk=offer_id)
    if clinic_id is not None:
        rows = rows.filter(entry__clinic_id=clinic_id)
    found = rows.select_related(
        "entry__patient__clinic", "entry__appointment", "hold__visit_type"
    ).first()
    if found is None:
        raise NotFound("There is no such offer at this clinic.")
    return found


def offers_by_id(offer_ids: Collection[UUID]) -> dict[UUID, Offer]:
    """These offers of whatever clinic, each with its entry, patient and hold."""
    rows = Offer.objects.select_related("entry__patient__clinic", "hold")
    return rows.in_bulk(offer_ids)


def offers(
    clinic_id: int,
    *,
    entry: UUID | None = None,
    hold: UUID | None = None,
    freed: UUID | None = None,
) -> QuerySet[Offer]:
    """The log of offers, all or those of one of these, the latest first."""
    rows = Offer.objects.filter(entry__clinic_id=clinic_id)
    about = {"entry": entry, "hold": hold, "freed": freed}
    rows = rows.filter(**{name: one for name, one in about.items() if one})
    return rows.select_related("entry__patient", "hold__visit_type").order_by(
        "-offered_at", "pk"
    )


def offers_of(entry_id: UUID) -> QuerySet[Offer]:
    """All that was ever offered to the entry."""
    return Offer.objects.filter(entry=entry_id).order_by("pk")


def accepted_by(move: AppointmentMove) -> QuerySet[Offer]:
    """The offer whose acceptance made this move of a visit; empty if none did."""
    return Offer.objects.filter(
        appointment=move.appointment_id,
        state=Offer.State.ACCEPTED,
        answered_at=move.moved_at,
        hold__during=move.to_during,
    )


def open_offers_of(patient_id: UUID) -> QuerySet[Offer]:
    """Offers this patient may still accept, as the rows say."""
    rows = Offer.objects.filter(entry__patient=patient_id, state=Offer.State.OFFERED)
    return rows.order_by("pk")


def is_open(found: Offer, now: datetime) -> bool:
    """Return whether the offer can still be taken."""
    return (
        found.state == Offer.State.OFFERED
        and found.hold.ended_at is None
        and now < found.hold.expires_at
    )


def is_cut_short(found: Offer) -> bool:
    """Return whether the opening was lost (to an absence) before its answer was due."""
    return found.hold.expires_at < found.expires_at


def visit_to_move(row: WaitlistEntry) -> Appointment | None:
    """The visit that an accepted offer moves; None if it is cancelled by now."""
    own = row.appointment
    return None if own is None or own.status in _OVER else own


def as_waiting(row: WaitlistEntry) -> Waiting:
    """The entry as the domain sees it; `row` comes from `entries`."""
    own = visit_to_move(row)
    return Waiting(
        id=str(row.pk),
        visit_type=row.visit_type.slug,
        since=row.created_at,
        valid_from_on=row.valid_from_on,
        valid_to_on=row.valid_to_on,
        minimum_notice=row.minimum_notice,
        wishes=Wishes.from_data(row.wishes),
        own_start=own.start if own else None,
        last_offered_at=row.last_offered_at,  # type: ignore[attr-defined]
    )
