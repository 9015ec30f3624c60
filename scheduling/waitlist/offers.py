"""Offering an opening to several patients at once: one hold, and the first yes wins.

What concerns a single patient (telling them, closing their offer) is done in that
patient's own transaction, by the jobs in `scheduling.waitlist.ends`.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from clinics import selectors as clinics
from clinics.domain import quiet_hours
from core import locks
from core.actor import Actor
from core.db import unit_of_work
from core.problems import FieldError, Invalid, NotFound, Problem
from core.refusal import Refused
from patients import selectors as patients
from scheduling.booking import holds
from scheduling.booking.errors import InvalidStart
from scheduling.booking.starts import check_start
from scheduling.explain.vocabulary import plain
from scheduling.models import FreedOpening, Hold, Offer, WaitlistEntry
from scheduling.visit_types.selectors import visit_kind
from scheduling.waitlist import freed_openings, matching
from scheduling.waitlist import selectors as waitlist
from scheduling.waitlist.matching import Match, Matches

if TYPE_CHECKING:
    from patients.models import Patient

LARGEST_BATCH = 20
# What is offered by itself at night would be over before anybody reads it.
BY_DAY = (time(9), time(20))
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=7)


class NobodyMatches(Problem):
    """Nobody on the list can have this opening; `detail` counts why."""

    code = "nobody-matches"
    status = 409
    title = "Nobody on the waiting list matches this opening"


class NotForThem(Problem):
    """Some of those chosen cannot have it; `entries` says whom and why."""

    code = "does-not-suit"
    status = 409
    title = "This opening is not for everybody chosen"

    def __init__(self, refused: Sequence[tuple[UUID, Sequence[str]]]) -> None:
        super().__init__(
            "Choose others: " + " ".join(text for _, why in refused for text in why),
            entries=[{"entry": str(pk), "reasons": list(why)} for pk, why in refused],
        )


class HandledAlready(Problem):
    """The freed opening was offered or passed over in the meantime."""

    code = "opening-handled"
    status = 409
    title = "Somebody has dealt with this opening already"

    def __init__(self, way: str) -> None:
        super().__init__(f"It is {way}. Load the list again.")


class StillUndone(Problem):
    """The visit that freed it may come back for another moment."""

    code = "opening-may-be-undone"
    status = 409
    title = "The move that freed this time can still be undone"

    def __init__(self, until: datetime) -> None:
        super().__init__(
            "Offer it in two minutes, when that is over.", until=until.isoformat()
        )


@transaction.atomic
def offer(
    *,
    clinic_id: int,
    freed_id: UUID | None = None,
    visit_type: int | str = "",
    start: datetime | None = None,
    entries: Collection[UUID] = (),
    batch: int | None = None,
    lasts: timedelta | None = None,
    by: Actor,
    now: datetime,
) -> Hold | Refused:
    """Keep the opening aside and offer it to those chosen, or to the first who fit.

    Returns the hold; its `offers` are told one patient at a time, by a job. It
    lasts as the clinic's `offer_valid_minutes` say, counted from when messages may
    leave, never past the visit's start or minimum lead. Raises NobodyMatches,
    NotForThem, HandledAlready, StillUndone, SlotTaken, NotFound or Invalid.
    """
    freed = _lock_freed(freed_id, clinic_id, now) if freed_id else None
    found = _matches(freed, clinic_id, visit_type, start, now)
    clinic = clinics.clinic(clinic_id)
    chosen = (
        _chosen(found, entries)
        if entries
        else _first(found, _checked_size(batch or clinic.offer_batch_size))
    )
    lasts = lasts or timedelta(minutes=clinic.offer_valid_minutes)
    told = messages_leave((match.entry.patient for match in chosen), now)
    held = _hold(found, chosen, _until_the_visit(found, lasts, told, now), by, now)
    if isinstance(held, Refused):
        return held
    _create(held, chosen, freed, now)
    if freed is not None:
        freed_openings.mark_offered(freed, by, now)
    return held


def messages_leave(whom: "Iterable[Patient]", now: datetime) -> datetime:
    """Return when all may be told: now, or after the quiet hours of the last."""
    zones = {patients.zone(patient) for patient in whom}
    return max((quiet_hours.permitted(now, zone) for zone in zones), default=now)


def withdraw_batch(*, hold_id: UUID, clinic_id: int, by: Actor, now: datetime) -> Hold:
    """Take the whole batch back; its offers are closed one patient at a time.

    Raises NotFound for a hold that is no batch of this clinic.
    """
    if not Offer.objects.filter(hold=hold_id, hold__clinic_id=clinic_id).exists():
        raise NotFound("There is no such batch of offers at this clinic.")
    return holds.release(hold_id=hold_id, clinic_id=clinic_id, by=by, now=now)


def offer_freed_openings(*, by: Actor, now: datetime) -> int:
    """Offer what became free where the clinic wants that done by itself; how many.

    One transaction for each opening, and only by day on the clinic's clock, once a
    move that freed it is not undone any more. Where nobody fits, it waits for a
    person.
    """
    rows = FreedOpening.objects.filter(handled_at=None, clinic__offers_by_itself=True)
    rows = waitlist.settled_moves(rows, now)
    due = [
        (freed_id, clinic_id)
        for freed_id, clinic_id, zone in rows.order_by("during").values_list(
            "pk", "clinic_id", "clinic__time_zone"
        )
        if BY_DAY[0] <= now.astimezone(ZoneInfo(zone)).time() < BY_DAY[1]
    ]
    return sum(unit_of_work(partial(_offer_one, *pair, by, now)) for pair in due)


def _offer_one(freed_id: UUID, clinic_id: int, by: Actor, now: datetime) -> bool:
    try:
        made = offer(clinic_id=clinic_id, freed_id=freed_id, by=by, now=now)
    except Problem:
        return False
    return not isinstance(made, Refused)


def _lock_freed(freed_id: UUID, clinic_id: int, now: datetime) -> FreedOpening:
    waitlist.freed_opening(freed_id, clinic_id)
    # Before the resources: nobody who has locked resources waits for this row.
    locks.lock(FreedOpening.objects.filter(pk=freed_id))
    freed = waitlist.freed_opening(freed_id, clinic_id)
    if freed.handled_at is not None:
        raise HandledAlready(freed.handled_as)
    until = waitlist.undo_until(freed)
    if until is not None and now < until:
        raise StillUndone(until)
    return freed


def _matches(
    freed: FreedOpening | None,
    clinic_id: int,
    visit_type: int | str,
    start: datetime | None,
    now: datetime,
) -> Matches:
    if freed is not None:
        return matching.matches(freed=freed, now=now)
    if start is None:
        raise InvalidStart("Say which opening is offered, or when it starts.")
    kind = visit_kind(clinic_id=clinic_id, visit_type=visit_type)
    return matching.matches_at(kind, check_start(start, kind, now), now=now)


def _chosen(found: Matches, entries: Collection[UUID]) -> tuple[Match, ...]:
    """Those chosen, in fair order, or NotForThem."""
    _checked_size(len(entries))
    wanted = set(entries)
    known = {m.entry.pk for m in (*found.fitting, *found.others)}
    if wanted - known:
        raise NotFound("Some of those chosen do not wait for such a visit.")
    fitting = tuple(m for m in found.fitting if m.entry.pk in wanted)
    refused = [(m, m.reasons) for m in found.others if m.entry.pk in wanted]
    refused += [
        (match, why)
        for match in fitting
        if (why := matching.why_not_shared(fitting[0], match, found.kind))
    ]
    if refused:
        raise NotForThem([(m.entry.pk, [r.text for r in why]) for m, why in refused])
    return fitting


def _first(found: Matches, size: int) -> tuple[Match, ...]:
    if not found.fitting:
        raise NobodyMatches(found.why_nobody)
    return found.batch(size)


def _checked_size(size: int) -> int:
    if not 1 <= size <= LARGEST_BATCH:
        text = f"Offer an opening to 1 to {LARGEST_BATCH} patients at once."
        raise Invalid([FieldError("/batch", text)])
    return size


def _until_the_visit(
    found: Matches, lasts: timedelta, told: datetime, now: datetime
) -> timedelta:
    """Return how long from now the opening is kept: `lasts` from when they are `told`.

    Never into the visit's minimum lead. Raises Invalid if `lasts` is out of bounds,
    InvalidStart if there is too little time.
    """
    last = found.start - found.kind.minimum_lead
    if not SHORTEST <= lasts <= LONGEST:
        text = "An offer stays open for 5 minutes to 7 days."
        raise Invalid([FieldError("/minutes", text)])
    if last - now < SHORTEST:
        raise InvalidStart("There is too little time left to offer this opening.")
    if last - told < SHORTEST:
        raise InvalidStart(_too_soon(told, found.kind.zone, now))
    return min(told + lasts, last) - now


def _too_soon(told: datetime, zone: ZoneInfo, now: datetime) -> str:
    leave = plain(zone).moment(told, now.astimezone(zone).date())
    return (
        "The opening is too soon to offer by message now: messages wait until "
        f"{leave}. Call instead."
    )


def _hold(
    found: Matches,
    chosen: Sequence[Match],
    lasts: timedelta,
    by: Actor,
    now: datetime,
) -> Hold | Refused:
    return holds.hold(
        clinic_id=found.kind.clinic_id,
        visit_type=found.kind.id,
        start=found.start,
        clinician=matching.clinician_for(chosen),
        variation=matching.variation_of(chosen[0].entry),
        lasts=lasts,
        by=by,
        now=now,
    )


def _create(
    held: Hold, chosen: Sequence[Match], freed: FreedOpening | None, now: datetime
) -> None:
    """One offer for each; who left the list meanwhile, or got an offer, is left out."""
    ids = [match.entry.pk for match in chosen]
    locked = locks.lock(WaitlistEntry.objects.filter(pk__in=ids, closed_at=None))
    taken = Offer.objects.filter(entry__in=ids, state=Offer.State.OFFERED)
    busy = set(taken.values_list("entry_id", flat=True))
    free = {row.pk for row in locked} - busy
    if not free:
        raise NobodyMatches("Those chosen have left the list or have another offer.")
    Offer.objects.bulk_create(
        Offer(
            entry_id=pk,
            hold=held,
            freed=freed,
            offered_at=now,
            expires_at=held.expires_at,
        )
        for pk in ids
        if pk in free
    )
