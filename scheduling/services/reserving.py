"""Taking an opening: try, and let the exclusion constraint have the last word.

Each try is one savepoint. Rivals queue on the resource rows, in id order; a lost
try is rolled back, which frees its locks, before the same start is searched again.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from core import locks
from scheduling.domain.openings import Claim, Opening, ResourceRef
from scheduling.domain.plan import Plan
from scheduling.domain.variation import USUAL, Variation
from scheduling.models import Appointment, Hold, Reservation, Resource
from scheduling.selectors.calendars import Unit, rules
from scheduling.selectors.openings import (
    World,
    opening_at,
    search_days,
    without,
    world_of,
)
from scheduling.selectors.visit_types import VisitKind

TRIES = 3
Owner = TypeVar("Owner", Appointment, Hold)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A start for a plan; `moving` is the appointment that frees its own time.

    `plan` is the visit type's, as `variation` makes it. `given_up` are the resources
    it has now; those of `prefer` are taken where they are free, `avoiding` never.
    """

    kind: VisitKind
    plan: Plan
    start: datetime
    now: datetime
    clinician: int | None = None
    moving: Appointment | None = None
    variation: Variation = USUAL
    given_up: frozenset[int] = frozenset()
    prefer: frozenset[int] = frozenset()
    avoiding: frozenset[int] = frozenset()

    @property
    def moving_id(self) -> UUID | None:
        return self.moving.pk if self.moving else None


class _Lost(Exception):
    """A rival was faster; search again."""


def take(
    wanted: Wanted,
    save: Callable[[Opening], Owner],
    prepare: Callable[[Opening], None] = lambda _: None,
) -> Owner | None:
    """Reserve the opening at this start for what `save` stores; None if there is none.

    `prepare` runs under the locks, before the look: it frees what a move gives up
    for the opening that was found.
    """
    for _ in range(TRIES):
        world = world_at(wanted)
        opening = opening_for(world, wanted)
        if opening is None:
            return None
        try:
            with transaction.atomic():
                return _try(wanted, world, opening, save, prepare)
        except _Lost:
            continue
    return None


def _try(
    wanted: Wanted,
    world: World,
    opening: Opening,
    save: Callable[[Opening], Owner],
    prepare: Callable[[Opening], None],
) -> Owner:
    ids = {claim.resource_id for claim in opening.claims}
    members = lock_resources(ids | wanted.given_up)
    prepare(opening)
    release_expired_on(opening.claims, wanted.now)
    opening = _look(wanted, world, [r for r in members if r.pk in ids])
    owner = save(opening)
    if not _insert(owner, opening.claims):
        raise _Lost
    return owner


def lock_resources(ids: Collection[int]) -> list[Resource]:
    """Lock these resources in id order; everything that takes or frees time does."""
    return locks.lock(Resource.objects.filter(pk__in=ids)) if ids else []


def resources_of(owner: Appointment | Hold | None) -> set[int]:
    """The resources its live reservations are on."""
    if owner is None:
        return set()
    live = owner.reservations.filter(released_at=None)
    return set(live.values_list("resource_id", flat=True))


def release_expired_on(claims: Iterable[Claim], now: datetime) -> None:
    """Free what holds whose time is over still occupy there; their rows stay."""
    where = Q()
    for claim in claims:
        period = DateTimeTZRange(claim.start, claim.end)
        where |= Q(resource=claim.resource_id, period__overlap=period)
    expired = Hold.objects.filter(ended_at=None, expires_at__lte=now)
    Reservation.objects.filter(
        where, released_at=None, hold__in=expired.values("pk")
    ).update(released_at=now)


def world_at(wanted: Wanted) -> World:
    """Who could serve this start, and their hours; two statements."""
    first, last = search_days(wanted.start, wanted.plan, wanted.kind.zone)
    world = world_of(wanted.kind, wanted.plan, first, last, clinician=wanted.clinician)
    return without(world, wanted.avoiding)


def opening_for(world: World, wanted: Wanted) -> Opening | None:
    """The opening at this start, if there is one; one statement."""
    return opening_at(
        world,
        wanted.start,
        now=wanted.now,
        moving_id=wanted.moving_id,
        prefer=wanted.prefer,
    )


def _look(wanted: Wanted, world: World, members: Iterable[Resource]) -> Opening:
    """The opening again, from what the locked rows and hours say now."""
    known = [
        Unit(ResourceRef(r.pk, r.kind, r.name), frozenset(r.capabilities))
        for r in members
        if r.active
    ]
    first, last = search_days(wanted.start, wanted.plan, wanted.kind.zone)
    hours = rules(wanted.kind.clinic_id, [u.ref.id for u in known], first, last)
    now = World(world.kind, world.plan, known, hours)
    opening = opening_at(now, wanted.start, now=wanted.now, prefer=wanted.prefer)
    if opening is None:
        raise _Lost
    return opening


def _insert(owner: Owner, claims: Collection[Claim]) -> bool:
    """Insert one reservation per claim; True if all of them went in.

    Sorted by (resource, start), and without errors: a row that meets a committed
    rival is left out, so what counts is how many are there.
    """
    owned = _owned(owner)
    rows = [
        Reservation(
            resource_id=claim.resource_id,
            period=DateTimeTZRange(claim.start, claim.end),
            need_id=claim.need_id,
            **owned,
        )
        for claim in sorted(claims, key=lambda claim: (claim.resource_id, claim.start))
    ]
    Reservation.objects.bulk_create(rows, ignore_conflicts=True)
    live = Reservation.objects.filter(**owned, released_at=None)
    return live.count() == len(rows)


def _owned(owner: Appointment | Hold) -> dict[str, Any]:
    return {"appointment" if isinstance(owner, Appointment) else "hold": owner}
