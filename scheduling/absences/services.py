"""Absences: their time is taken at once, and what is booked in it is a conflict.

To begin, one lock does: the resource's row, which everything that takes or gives its
time locks, too. It also guards what hangs on that time: the conflicts an absence
opens, and the holds in its way, as nobody writes to a hold without its resources'
rows. So no patient is locked, and nothing can wait for us that we wait for. Ending
locks the patients it was about first, as calls about them end with it.

A hold in the way ends by expiring now: its time on this resource is free at once,
and the rest counts as free from this instant everywhere; the job that ends expired
holds closes it under its own patient's row.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core import events, journal
from core.actor import Actor
from core.problems import FieldError, Invalid, NotFound, Problem, StaleVersion
from patients.services.patients import lock_all as lock_patients
from scheduling.absences import periods as domain
from scheduling.absences import selectors
from scheduling.booking import visit_conflicts
from scheduling.booking.instants import instant_in
from scheduling.booking.reserve import lock_resources
from scheduling.events import AbsenceEnded, AbsenceOpened
from scheduling.models import Absence, Conflict, Hold, RepairPlan, Reservation, Resource

NO_LONGER_NEEDED = "no longer needed"


class AbsenceOver(Problem):
    code = "absence-over"
    status = 409
    title = "This absence is over"

    def __init__(self) -> None:
        super().__init__("It has ended already; enter a new one if it is not so.")


@transaction.atomic
def open_absence(
    *,
    clinic_id: int,
    resource_id: int,
    start: datetime,
    end: datetime,
    kind: str = Absence.Kind.OTHER,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Absence:
    """Take a resource out from `start` to `end`; naive, they are the clinic's clock.

    Free time is reserved at once, holds in the way end, and every visit in the way
    that could move gets one open conflict. Raises NotFound for another clinic's
    resource, and Invalid in words, also for one retired or absent then already, and
    with choices for a time that does not exist or comes twice.
    """
    resource = _lock(clinic_id, resource_id)
    period = _period(resource, start, end, now)
    _check_kind(kind)
    _check_alone(resource, period)
    absence = Absence.objects.create(
        resource=resource,
        kind=kind,
        period=period,
        reason=reason.strip()[:200],
        made_by=str(by),
        created_at=now,
    )
    _end_holds(absence, by, now)
    reserve_free(absence)
    opened = _open_conflicts(absence, now)
    _tell_opened(absence, opened, by, now)
    return absence


@transaction.atomic
def end_absence(
    *,
    absence_id: UUID,
    clinic_id: int,
    version: int | None = None,
    until: datetime | None = None,
    by: Actor,
    now: datetime,
) -> Absence:
    """End the absence now, or let it end at `until`, earlier than was said.

    The time is free again, and open conflicts that are none any more are kept.
    `version` is the one it had for whoever asks. Raises NotFound, StaleVersion,
    AbsenceOver, and Invalid for an `until` not before its end.
    """
    absence = _find(absence_id, clinic_id)
    if version not in {None, absence.version}:
        raise StaleVersion(absence.version)
    if absence.ended_at is not None or absence.period.upper <= now:
        raise AbsenceOver
    if until is None:
        absence.ended_at = now
    else:
        _shorten(absence, until, now)
    absence.version += 1
    absence.save(update_fields=["ended_at", "period", "version"])
    _give_back(absence, now)
    _settle_conflicts(absence, by, now)
    _tell_ended(absence, by, now)
    return absence


def _lock(clinic_id: int, resource_id: int) -> Resource:
    locked = lock_resources([resource_id])
    if not locked or locked[0].clinic_id != clinic_id:
        raise NotFound("There is no such resource at this clinic.")
    if not locked[0].active:
        fault = "This one is retired, so nobody waits for it; choose another."
        raise Invalid([FieldError("/resource", fault)])
    return locked[0]


def _find(absence_id: UUID, clinic_id: int) -> Absence:
    found = selectors.absence(absence_id, clinic_id)
    if found is None:
        raise NotFound("There is no such absence at this clinic.")
    # All it ever was about: none is added later, though a resolved one can reopen.
    about = found.conflicts.values_list("appointment__patient", flat=True)
    lock_patients(set(about))
    lock_resources([found.resource_id])
    found.refresh_from_db()
    return found


def _period(
    resource: Resource, start: datetime, end: datetime, now: datetime
) -> DateTimeTZRange:
    zone = ZoneInfo(resource.clinic.time_zone)
    start, end = instant_in("start", start, zone), instant_in("end", end, zone)
    if wrong := domain.fault(start, end, now):
        field, text = wrong
        raise Invalid([FieldError(f"/{field}", text)])
    return DateTimeTZRange(start, end)


def _check_kind(kind: str) -> None:
    if kind not in Absence.Kind.values:
        fault = f"Choose one of {', '.join(Absence.Kind.values)}."
        raise Invalid([FieldError("/kind", fault)])


def _check_alone(resource: Resource, period: DateTimeTZRange) -> None:
    others = resource.absences.filter(ended_at=None, period__overlap=period)
    if others.exists():
        fault = (
            f"{resource.name} is away during some of this time already. "
            "End that absence first, or choose a time beside it."
        )
        raise Invalid([FieldError("/start", fault)])


def _end_holds(absence: Absence, by: Actor, now: datetime) -> None:
    taken = Reservation.objects.filter(
        resource=absence.resource_id,
        released_at=None,
        hold__isnull=False,
        period__overlap=absence.period,
    )
    standing = Hold.objects.filter(
        pk__in=list(taken.values_list("hold", flat=True)), expires_at__gt=now
    )
    for hold_id in standing.order_by("pk").values_list("pk", flat=True):
        journal.record(
            "hold.cut_short",
            subject=f"hold:{hold_id}",
            by=by,
            at=now,
            payload={"absence": absence.pk},
        )
    standing.update(expires_at=now)
    taken.update(released_at=now)


def reserve_free(absence: Absence) -> None:
    """Take what is free of the absence's time. The resource is locked already."""
    taken = Reservation.objects.filter(
        resource=absence.resource_id, released_at=None, period__overlap=absence.period
    )
    period = absence.period.lower, absence.period.upper
    spans = taken.values_list("starts_at", "ends_at")
    _reserve(absence, domain.free_pieces(period, spans))


def _reserve(absence: Absence, pieces: Iterable[domain.Span]) -> None:
    Reservation.objects.bulk_create(
        Reservation(
            resource_id=absence.resource_id,
            period=DateTimeTZRange(start, end),
            absence=absence,
        )
        for start, end in pieces
    )


def _open_conflicts(absence: Absence, now: datetime) -> list[Conflict]:
    return Conflict.objects.bulk_create(
        Conflict(
            appointment=visit,
            absence=absence,
            resource_id=absence.resource_id,
            cause=Conflict.Cause.ABSENCE,
            detail=f"{absence.resource.name} is away: {absence.get_kind_display()}"[
                :200
            ],
            opened_at=now,
        )
        for visit in selectors.in_the_way(absence, now)
    )


def _shorten(absence: Absence, until: datetime, now: datetime) -> None:
    until = instant_in("until", until, ZoneInfo(absence.resource.clinic.time_zone))
    start, end = absence.period.lower, absence.period.upper
    if not max(start, now) < until < end:
        fault = "Choose an end between now and the end it has, after its start."
        raise Invalid([FieldError("/until", fault)])
    absence.period = DateTimeTZRange(start, until)


def _give_back(absence: Absence, now: datetime) -> None:
    """Free what lies after the new end; of a piece around it the rest stays."""
    end = absence.ended_at or absence.period.upper
    late = absence.reservations.filter(released_at=None, ends_at__gt=end)
    cut = late.filter(starts_at__lt=end).values_list("starts_at", flat=True)
    kept = [(start, end) for start in cut]
    late.update(released_at=now)
    _reserve(absence, kept)


def _settle_conflicts(absence: Absence, by: Actor, now: datetime) -> None:
    opened = absence.conflicts.filter(resolved_at=None)
    if absence.ended_at is None:
        still = [visit.pk for visit in selectors.in_the_way(absence, now)]
        opened = opened.exclude(appointment__in=still)
    kept = Conflict.Resolution.KEPT
    visit_conflicts.resolve(opened, kept, NO_LONGER_NEEDED, by=by, now=now)
    # What it proposed is about a day that is no longer so.
    unused = [RepairPlan.State.PLANNING, RepairPlan.State.PROPOSED]
    absence.plans.filter(state__in=unused).update(
        state=RepairPlan.State.DROPPED, finished_at=now
    )


def _tell_opened(
    absence: Absence, opened: Iterable[Conflict], by: Actor, now: datetime
) -> None:
    _record(
        "absence.opened",
        absence,
        by,
        now,
        kind=absence.kind,
        conflicts=",".join(str(conflict.appointment_id) for conflict in opened),
    )
    events.publish(
        AbsenceOpened(
            absence_id=absence.pk, resource_id=absence.resource_id, occurred_at=now
        )
    )


def _tell_ended(absence: Absence, by: Actor, now: datetime) -> None:
    _record("absence.ended", absence, by, now)
    events.publish(
        AbsenceEnded(
            absence_id=absence.pk, resource_id=absence.resource_id, occurred_at=now
        )
    )


def _record(
    name: str, absence: Absence, by: Actor, now: datetime, **payload: str
) -> None:
    journal.record(
        name,
        subject=f"resource:{absence.resource_id}",
        by=by,
        at=now,
        payload={
            "absence": absence.pk,
            "start": absence.period.lower,
            "end": absence.period.upper,
            **payload,
        },
    )
