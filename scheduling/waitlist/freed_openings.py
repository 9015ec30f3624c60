"""Time that visits give up, until it is offered, passed over, or too late."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from core import journal, locks
from core.actor import Actor
from core.db import unit_of_work
from core.problems import Invalid, NotFound
from scheduling.booking import hooks
from scheduling.booking.status import LIVE
from scheduling.models import (
    Appointment,
    AppointmentMove,
    FreedOpening,
    Offer,
    Reservation,
)
from scheduling.openings.search import World, opening_at, search_days, world_of
from scheduling.visit_types.selectors import VisitKind, visit_kind
from scheduling.waitlist import ends
from scheduling.waitlist import selectors as waitlist

_LIVE = [status.value for status in LIVE]
# Every hold has expired by then; bookings never do.
_AFTER_ALL_HOLDS = datetime.max.replace(tzinfo=UTC)


def note(
    appointment: Appointment,
    act: hooks.Act,
    undoes: AppointmentMove | None,
    now: datetime,
) -> None:
    """Keep what the visit gives up, if there is enough time left to give it away.

    Called under the visit's locks, before its times change.
    """
    # A freed opening that was offered is open again by itself.
    if undoes and waitlist.accepted_by(undoes).exclude(freed=None).exists():
        return
    kind = appointment.visit_type
    if appointment.start <= now or appointment.start < now + kind.minimum_lead:
        return
    FreedOpening.objects.create(
        clinic_id=appointment.clinic_id,
        appointment=appointment,
        visit_type=kind,
        during=appointment.during,
        freed_by_act=act,
        freed_at=now,
    )


@transaction.atomic
def dismiss(
    *, freed_id: UUID, clinic_id: int, by: Actor, now: datetime
) -> FreedOpening:
    """Offer it to nobody; nothing happens if that is settled. Raises NotFound."""
    rows = locks.lock(FreedOpening.objects.filter(pk=freed_id, clinic_id=clinic_id))
    if not rows:
        raise NotFound("There is no such freed opening at this clinic.")
    (freed,) = rows
    if freed.handled_at is None:
        _handle(freed, FreedOpening.End.DISMISSED, by, now)
    return freed


def mark_offered(freed: FreedOpening, by: Actor, now: datetime) -> None:
    """The row is locked by the caller."""
    _handle(freed, FreedOpening.End.OFFERED, by, now)


def take_back(appointment: Appointment, move: AppointmentMove) -> hooks.Completion:
    """Lock what this move freed and nobody has dealt with; return how it ends.

    Locked before the resources, as whoever offers it does. Once the visit has its time
    again, that time is gone, and whoever accepted it waits again.
    """
    rows = FreedOpening.objects.filter(
        appointment=appointment,
        during=move.from_during,
        freed_by_act=waitlist.MOVED,
        handled_at=None,
    )
    freed = locks.lock(rows)

    def complete(by: Actor, now: datetime) -> None:
        for one in freed:
            _handle(one, FreedOpening.End.GONE, by, now)
        for offer in waitlist.accepted_by(move):
            ends.undo_acceptance(offer.pk, by, now)

    return complete


def settle(*, by: Actor, now: datetime) -> int:
    """Close what can no longer be given away, and open again what nobody took or what
    an absence had closed. What is only held for somebody stays as it is.

    How many changed; one transaction for each.
    """
    waiting = FreedOpening.objects.filter(handled_at=None)
    closed = [partial(_close_if_gone, pk, by, now) for pk in _ids(waiting)]
    opened = [partial(_reopen, pk, now) for pk in _ids(_untaken(now))]
    opened += [partial(_bring_back, pk, now) for pk in _ids(_given_back(now))]
    return sum(unit_of_work(step) for step in [*opened, *closed])


def _ids(rows: QuerySet[FreedOpening]) -> list[UUID]:
    return list(rows.order_by("freed_at", "pk").values_list("pk", flat=True))


def _untaken(now: datetime) -> QuerySet[FreedOpening]:
    """Offered openings whose offers have all ended without a yes."""
    standing = Offer.objects.filter(
        freed=OuterRef("pk"), state__in=[Offer.State.OFFERED, Offer.State.ACCEPTED]
    )
    return FreedOpening.objects.filter(
        ~Exists(standing),
        handled_as=FreedOpening.End.OFFERED,
        during__startswith__gt=now,
    )


def _given_back(now: datetime) -> QuerySet[FreedOpening]:
    """Closed as gone, with time in them that an absence has given back since.

    Without those whose visit has its time again, or whose time was freed anew.
    """
    returned = Reservation.objects.filter(
        absence__resource__clinic=OuterRef("clinic"),
        period__overlap=OuterRef("during"),
        released_at__gte=OuterRef("handled_at"),
    )
    anew = FreedOpening.objects.filter(
        clinic=OuterRef("clinic"),
        visit_type__slug=OuterRef("visit_type__slug"),
        during__startswith=OuterRef("during__startswith"),
        freed_at__gte=OuterRef("handled_at"),
    )
    rows = FreedOpening.objects.filter(
        Exists(returned),
        ~Exists(anew.exclude(pk=OuterRef("pk"))),
        handled_as=FreedOpening.End.GONE,
        during__startswith__gt=now,
    )
    return rows.exclude(appointment__during=F("during"), appointment__status__in=_LIVE)


def _reopen(freed_id: UUID, now: datetime) -> bool:
    rows = FreedOpening.objects.filter(pk=freed_id)
    locks.lock(rows)
    return _untaken(now).filter(pk=freed_id).exists() and _open_again(rows)


def _bring_back(freed_id: UUID, now: datetime) -> bool:
    rows = FreedOpening.objects.filter(pk=freed_id)
    locks.lock(rows)
    freed = _given_back(now).filter(pk=freed_id).select_related("visit_type").first()
    return freed is not None and is_there(freed, now) and _open_again(rows)


def _open_again(rows: QuerySet[FreedOpening]) -> bool:
    return bool(rows.update(handled_at=None, handled_as="", handled_by=""))


def _close_if_gone(freed_id: UUID, by: Actor, now: datetime) -> bool:
    (freed,) = locks.lock(
        FreedOpening.objects.filter(pk=freed_id).select_related("visit_type")
    )
    if freed.handled_at is not None or is_there(freed, now) or is_held(freed, now):
        return False
    _handle(freed, FreedOpening.End.GONE, by, now)
    return True


def is_there(freed: FreedOpening, now: datetime) -> bool:
    """Return whether a visit of this type can start then, its minimum lead kept."""
    return _Look(now).is_there(freed)


def is_held(freed: FreedOpening, now: datetime) -> bool:
    """Return whether it would be there were it not held for somebody, however long."""
    return _Look(now).is_held(freed)


@dataclass(frozen=True, slots=True)
class Standing:
    """A freed opening that can be had: at once, or once nobody has it `held`."""

    freed: FreedOpening
    held: bool


def standing(clinic_id: int, now: datetime) -> list[Standing]:
    """Return the unhandled freed openings that can be had still, the soonest first.

    One statement for each, and a few for each day and type.
    """
    look = _Look(now)
    rows = waitlist.freed_openings(clinic_id).filter(during__startswith__gt=now)
    found = [(freed, look.is_there(freed)) for freed in rows]
    return [
        Standing(freed, held=not there)
        for freed, there in found
        if there or look.is_held(freed)
    ]


class _Look:
    """Openings as they are now; types and days are read once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._kinds: dict[tuple[int, str], VisitKind | None] = {}
        self._worlds: dict[tuple[int, date, date], World] = {}

    def is_there(self, freed: FreedOpening) -> bool:
        return self._opens(freed, self.now)

    def is_held(self, freed: FreedOpening) -> bool:
        return self._opens(freed, _AFTER_ALL_HOLDS)

    def _opens(self, freed: FreedOpening, by_then: datetime) -> bool:
        """Return whether it is open, with bookings of now and holds of `by_then`."""
        kind = self._bookable(freed)
        if kind is None:
            return False
        start = freed.during.lower
        days = search_days(start, kind.plan, kind.zone)
        key = (kind.id, *days)
        if key not in self._worlds:
            self._worlds[key] = world_of(kind, kind.plan, *days)
        return opening_at(self._worlds[key], start, now=by_then) is not None

    def _bookable(self, freed: FreedOpening) -> VisitKind | None:
        """Its type, if that is booked still and there is enough time before."""
        start, kind = freed.during.lower, self._kind(freed)
        if kind is None or start <= self.now or start < self.now + kind.minimum_lead:
            return None
        return kind

    def _kind(self, freed: FreedOpening) -> VisitKind | None:
        key = freed.clinic_id, freed.visit_type.slug
        if key not in self._kinds:
            try:
                self._kinds[key] = visit_kind(clinic_id=key[0], visit_type=key[1])
            except Invalid:
                self._kinds[key] = None
        return self._kinds[key]


def _handle(
    freed: FreedOpening, way: FreedOpening.End, by: Actor, now: datetime
) -> None:
    freed.handled_at = now
    freed.handled_as = way
    freed.handled_by = str(by)
    freed.save(update_fields=["handled_at", "handled_as", "handled_by"])
    journal.record(
        f"appointment.freed_time_{way.value}",
        subject=f"appointment:{freed.appointment_id}",
        by=by,
        at=now,
        payload={"freed": freed.pk, "start": freed.during.lower},
    )
