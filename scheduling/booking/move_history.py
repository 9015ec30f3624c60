"""Reading what moves of a visit changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Q

from core.models import JournalEntry
from scheduling.booking.changes import PhaseChange, Served, changes
from scheduling.models import Appointment, AppointmentMove, Resource
from scheduling.openings.candidates import ResourceRef
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import visit_kind_of


@dataclass(frozen=True, slots=True)
class ChangedPhase:
    """One phase: what stays, and pairs of what goes and what comes (None: nothing)."""

    phase: str
    kept: tuple[ResourceRef, ...]
    replaced: tuple[tuple[ResourceRef | None, ResourceRef | None], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """Changes of a move, from [start_before, end_before) to [start, end)."""

    start_before: datetime
    end_before: datetime
    start: datetime
    end: datetime
    phases: tuple[ChangedPhase, ...]

    @property
    def moves(self) -> bool:
        """False where only resources change."""
        return self.start != self.start_before

    @property
    def replaced(self) -> tuple[ChangedPhase, ...]:
        return tuple(phase for phase in self.phases if phase.replaced)


def last_move(appointment: Appointment) -> AppointmentMove | None:
    """The latest move that has not been undone."""
    return appointment.moves.filter(undone_at=None).order_by("version").last()


def is_at_time_of(appointment: Appointment, revision: int) -> bool:
    """True if the visit is when this revision of it was: not moved since, or back."""
    moved_since = appointment.revision - revision
    if not moved_since:
        return True
    moves = appointment.moves.exclude(from_during=F("to_during")).order_by("-version")
    left = moves[moved_since - 1 : moved_since].first() if moved_since > 0 else None
    return left is not None and left.from_during == appointment.during


def last_change(appointment: Appointment) -> Changed | None:
    """Return what the change to the visit's present version did; None without one."""
    row = appointment.moves.filter(version=appointment.version).first()
    return None if row is None else changed_by(appointment, row)


def changed_by(appointment: Appointment, row: AppointmentMove) -> Changed:
    """Return what this move changed, as far as its resources are still the visit's."""
    live = appointment.reservations.filter(released_at=None, need__isnull=False)
    before = [(claim["resource"], claim["need"]) for claim in row.from_claims]
    plan = visit_kind_of(appointment.visit_type_id).template
    return Changed(
        start_before=row.from_during.lower,
        end_before=row.from_during.upper,
        start=row.to_during.lower,
        end=row.to_during.upper,
        phases=changed_phases(
            plan, before, list(live.values_list("resource_id", "need_id"))
        ),
    )


def changed_phases(
    plan: Plan, before: Iterable[Served], after: Iterable[Served]
) -> tuple[ChangedPhase, ...]:
    """Return what changes for each phase, with names; one statement."""
    found = changes(plan, before, after)
    names = _names(found)
    return tuple(_named(change, names) for change in found)


def _names(found: Iterable[PhaseChange]) -> Mapping[int, ResourceRef]:
    ids: set[int] = set()
    for change in found:
        ids.update(change.kept)
        ids.update(one for pair in change.replaced for one in pair if one is not None)
    rows = Resource.objects.filter(pk__in=ids).values_list("pk", "kind", "name")
    return {row[0]: ResourceRef(*row) for row in rows}


def _named(change: PhaseChange, names: Mapping[int, ResourceRef]) -> ChangedPhase:
    def ref(resource_id: int | None) -> ResourceRef | None:
        return None if resource_id is None else names[resource_id]

    return ChangedPhase(
        phase=change.phase,
        kept=tuple(names[one] for one in change.kept),
        replaced=tuple((ref(old), ref(new)) for old, new in change.replaced),
    )


def who_moved(moves: Iterable[AppointmentMove]) -> dict[int, str]:
    """The name of who made each move, by the move's id, as it was then; one statement.

    "" where the journal names nobody, as for a machine.
    """
    rows = {
        (f"appointment:{m.appointment_id}", m.moved_by, m.moved_at): m.pk for m in moves
    }
    streams = {stream for stream, _, _ in rows}
    found = JournalEntry.objects.filter(stream__in=streams).values_list(
        "stream", "actor", "occurred_at", "actor_name"
    )
    return {
        rows[stream, actor, at]: name
        for stream, actor, at, name in found
        if (stream, actor, at) in rows
    }


def moves_of_day(
    clinic_id: int, start: datetime, end: datetime, most: int = 30
) -> list[AppointmentMove]:
    """Return the latest moves from or to [start, end), the latest first.

    They have their visits and patients; undoing ones are left out. One statement.
    """
    day = DateTimeTZRange(start, end)
    return list(
        AppointmentMove.objects.filter(
            Q(from_during__overlap=day) | Q(to_during__overlap=day),
            appointment__clinic=clinic_id,
        )
        .exclude(undone_at=F("moved_at"))
        .select_related("appointment__patient", "appointment__visit_type")
        .order_by("-moved_at", "-pk")[:most]
    )
