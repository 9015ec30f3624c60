"""Taking an opening: try, and let the exclusion constraint have the last word.

Each try is one savepoint. Rivals queue on the resource rows, in id order; a lost
try is rolled back, which frees its locks, before the same start is searched again.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from core import locks
from scheduling.booking.recheck import still_serves
from scheduling.models import Appointment, Hold, Reservation, Resource
from scheduling.openings.calendars import Awaited
from scheduling.openings.candidates import Claim, Opening
from scheduling.openings.search import World, opening_at, search_days, without, world_of
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import VisitKind
from scheduling.visit_types.variation import USUAL, Variation

TRIES = 3
Owner = TypeVar("Owner", Appointment, Hold)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Start that is wanted for a plan.

    `moving` is the appointment that frees its own time, and `hold_id` the hold that
    is booked.

    `plan` is the visit type's, as `variation` makes it. `given_up` are the resources
    it has now; those of `prefer` are taken where they are free, `avoiding` never. What
    absences have `awaited` is theirs once the visit frees it. The very time of
    `claims`, if given, comes first; `strictly`, there is no other.
    """

    kind: VisitKind
    plan: Plan
    start: datetime
    now: datetime
    clinician: int | None = None
    moving: Appointment | None = None
    hold_id: UUID | None = None
    variation: Variation = USUAL
    given_up: frozenset[int] = frozenset()
    prefer: frozenset[int] = frozenset()
    avoiding: frozenset[int] = frozenset()
    awaited: tuple[Awaited, ...] = ()
    claims: tuple[Awaited, ...] = ()
    strictly: bool = False

    @property
    def moving_id(self) -> UUID | None:
        return self.moving.pk if self.moving else None


class _Lost(Exception):
    """A rival was faster; search again."""


class _Changed(_Lost):
    """Not a rival: hours or resources are others now; read them again, too."""


def take(
    wanted: Wanted,
    owner: Owner,
    store: Callable[[Opening], Owner],
    prepare: Callable[[Opening], None] = lambda _: None,
) -> Owner | None:
    """Reserve the opening at this start for `owner`; None if there is none.

    The owner's id is known before `store` writes it: what rivals want most is asked
    for first. `prepare` runs under the locks: it frees what a move gives up for the
    opening that was found.
    """
    world = world_at(wanted)
    for tried in range(TRIES):
        opening = opening_for(world, wanted)
        if opening is None:
            return None
        try:
            with transaction.atomic():
                _claim(wanted, world, opening, owner, prepare, again=tried > 0)
                return store(opening)
        except _Changed:
            world = world_at(wanted)
        except _Lost:
            continue
    return None


def _claim(
    wanted: Wanted,
    world: World,
    opening: Opening,
    owner: Appointment | Hold,
    prepare: Callable[[Opening], None],
    again: bool,
) -> None:
    ids = {claim.resource_id for claim in opening.claims}
    locked = lock_resources(ids | wanted.given_up)
    prepare(opening)
    if again:  # A first try that meets an expired hold is lost; this one frees it.
        release_expired_on(opening.claims, wanted.now)
    # First what most rivals fail at: they queue here, one behind the other.
    if not insert(owner, opening.claims):
        raise _Lost
    if not still_serves(world, opening, locked):
        raise _Changed


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
    """Return who could serve this start, and their hours; two statements."""
    first, last = search_days(wanted.start, wanted.plan, wanted.kind.zone)
    world = world_of(wanted.kind, wanted.plan, first, last, clinician=wanted.clinician)
    return without(world, wanted.avoiding, wanted.awaited)


def opening_for(world: World, wanted: Wanted) -> Opening | None:
    """Return the opening at this start, if there is one.

    It takes a statement, two where the very time asked for is taken and other will do.
    """
    exact = [replace(world, within=wanted.claims)] if wanted.claims else []
    found = (
        opening_at(
            one,
            wanted.start,
            now=wanted.now,
            moving_id=wanted.moving_id,
            prefer=wanted.prefer,
        )
        for one in (exact if wanted.strictly else [*exact, world])
    )
    return next(filter(None, found), None)


_INSERT = """
INSERT INTO scheduling_reservation
       (resource_id, period, need_id, appointment_id, hold_id)
SELECT resource, tstzrange(starts, ends), need, %s, %s
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[])
       AS claim (resource, starts, ends, need)
    ON CONFLICT DO NOTHING
"""


def insert(owner: Appointment | Hold, claims: Iterable[Claim]) -> bool:
    """Insert one reservation per claim; True if all of them went in.

    Sorted by (resource, start), and without errors: a row that meets a committed
    rival is left out, so what counts is how many went in.
    """
    rows = sorted(claims, key=lambda claim: (claim.resource_id, claim.start))
    is_visit = isinstance(owner, Appointment)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                owner.pk if is_visit else None,
                None if is_visit else owner.pk,
                [claim.resource_id for claim in rows],
                [claim.start for claim in rows],
                [claim.end for claim in rows],
                [claim.need_id for claim in rows],
            ],
        )
        return bool(cursor.rowcount == len(rows))
