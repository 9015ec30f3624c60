"""Making repair plans: asked for on a page or over REST, made by a worker.

Asking writes a plan that is "planning" and rings for a worker. The worker searches
outside any transaction, says on the row how far it is, and stores the lines in one. A
lost worker leaves a plan that is still "planning": beat's next sweep begins again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from celery import current_app
from django.db import connection, transaction

from core import events, locks
from core.actor import Actor
from core.db import unit_of_work
from core.problems import NotFound, Problem
from scheduling.absences import selectors as absences
from scheduling.absences.services import AbsenceOver
from scheduling.models import Absence, Conflict, RepairLine, RepairPlan
from scheduling.repair import selectors
from scheduling.repair.execution import in_whose_name
from scheduling.repair.planning import Found, Solver, fixed_by, greedy, search_plan
from scheduling.repair.plans import (
    PlanAtWork,
    fill,
    lock_plan,
    lock_proposed,
    record,
    touch,
)
from scheduling.repair.problem import Affected
from scheduling.repair.solve import Solution, SolverMissing, solve
from scheduling.repair.turns import needed_by, put_in_order

log = structlog.get_logger()

TASK = "scheduling.tasks.make_repair_plan"
# Beat sweeps every 15 seconds: who waits longer has no worker.
WORKER_WITHIN = timedelta(seconds=30)
# A worker that was lost twice over one plan would be lost again.
MOST_TRIES = 2
# Searches for one plan while the visits in the way change meanwhile.
MOST_SEARCHES = 3

_KEY = "hashtextextended(%s, 0)"  # of a plan, among advisory locks

State, Because = RepairPlan.State, RepairPlan.Because


class NothingToRepair(Problem):
    code = "nothing-to-repair"
    status = 409
    title = "No visit is in the way"

    def __init__(self) -> None:
        super().__init__("Every conflict of this absence is resolved.")


@transaction.atomic
def propose(
    *, absence_id: UUID, clinic_id: int, by: Actor, now: datetime
) -> RepairPlan:
    """Ask for a plan for every visit with an open conflict; return it, being made.

    One proposed before is dropped. One that is being made is returned as it is, so
    that a second press plans nothing twice; but if no worker has answered, it is made
    one by one at once. Raises NotFound, AbsenceOver, PlanAtWork, NothingToRepair.
    """
    absence = _lock_absence(absence_id, clinic_id)
    for plan in locks.lock(absence.plans.all()):
        if plan.state == State.PLANNING:
            return _made_at_last(plan, now)
        if plan.state in {State.APPLYING, State.UNDOING}:
            raise PlanAtWork
        if plan.state == State.PROPOSED:
            _drop(plan, now)
    if not absences.open_conflicts_of(absence).exists():
        raise NothingToRepair
    plan = RepairPlan.objects.create(
        clinic_id=clinic_id,
        absence=absence,
        state=State.PLANNING,
        asked_at=now,
        made_by=str(by),
        created_at=now,
    )
    record("repair.asked", plan, by, now)
    _ring(plan, now)
    return plan


@transaction.atomic
def replan(
    *, plan_id: UUID, clinic_id: int, version: int, by: Actor, now: datetime
) -> RepairPlan:
    """Ask to plan all lines anew but the locked ones. Raises as the other changes do.

    A locked line is planned anew, too, if it counted on a visit that is kept since.
    Where all are locked, nothing changes.
    """
    plan = lock_plan(plan_id, clinic_id)
    if plan.state == State.PLANNING:
        return plan
    plan = lock_proposed(plan_id, clinic_id, version)
    opened = {c.appointment_id for c in absences.open_conflicts_of(plan.absence)}
    kept = _kept(plan, opened)
    plan.lines.exclude(pk__in=[line.pk for line in kept]).delete()
    if opened == {line.appointment_id for line in kept}:
        _order(plan)
        touch(plan)
        record("repair.replanned", plan, by, now)
        return plan
    plan.state, plan.asked_at, plan.made_by = State.PLANNING, now, str(by)
    plan.stage, plan.tries = "", 0
    plan.save(update_fields=["state", "asked_at", "made_by", "stage", "tries"])
    touch(plan)
    record("repair.asked", plan, by, now)
    _ring(plan, now)
    return plan


def _kept(plan: RepairPlan, opened: Collection[UUID]) -> list[RepairLine]:
    lines = list(selectors.lines(plan))
    stay = {
        line.position
        for line in lines
        if line.conflict.resolution == Conflict.Resolution.KEPT
    }
    return [
        line
        for line in lines
        if line.locked
        and line.appointment_id in opened
        and stay.isdisjoint(needed_by(lines, line))
    ]


def _lock_absence(absence_id: UUID, clinic_id: int) -> Absence:
    absence = absences.absence(absence_id, clinic_id)
    if absence is None:
        raise NotFound("There is no such absence at this clinic.")
    locks.lock(Absence.objects.filter(pk=absence.pk))
    absence.refresh_from_db()
    if absence.ended_at is not None:
        raise AbsenceOver
    return absence


def _drop(plan: RepairPlan, now: datetime) -> None:
    plan.state, plan.finished_at = State.DROPPED, now
    plan.save(update_fields=["state", "finished_at"])


def _ring(plan: RepairPlan, now: datetime) -> None:
    """Ask a worker once this is saved; without a broker, make it one by one here."""

    def ring() -> None:
        try:
            current_app.send_task(TASK, args=[str(plan.pk)], ignore_result=True)
        except Exception as error:  # noqa: BLE001  (any fault of the broker's library)
            log.warning("repair_worker_not_rung", error=type(error).__name__)
            unit_of_work(partial(_make_here, plan.pk, now))

    transaction.on_commit(ring, robust=True)


# --- Made by a worker --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """Data read for one search: the plan, the lines kept, and the conflicts.

    `versions` are those of the visits in the way, by conflict.
    """

    plan: RepairPlan
    kept: tuple[RepairLine, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def versions(self) -> Mapping[int, int]:
        return {c.pk: c.appointment.version for c in self.conflicts}


def make(*, plan_id: UUID, now: datetime) -> None:
    """Search for the plan and store it; at the edge, outside any transaction.

    Does nothing if another worker is at it, or somebody dropped it.
    """
    with _alone(plan_id) as alone:
        if alone and (tries := unit_of_work(partial(_begin, plan_id))):
            _search_and_store(plan_id, tries, now)


def make_all(*, now: datetime) -> int:
    """Make every plan whose worker was lost; return how many there were."""
    waiting = RepairPlan.objects.filter(state=State.PLANNING).order_by("asked_at")
    ids = list(waiting.values_list("pk", flat=True))
    for plan_id in ids:
        try:
            make(plan_id=plan_id, now=now)
        except Exception as error:  # noqa: BLE001  (it is named, and asked for again)
            _report(plan_id, error)
    return len(ids)


@contextmanager
def _alone(plan_id: UUID) -> Iterator[bool]:
    """Keep a lock of this connection's while a plan is made; False if another has it.

    It goes when the connection does: a lease in a row would outlive a killed worker.
    """
    alone = _ask(f"pg_try_advisory_lock({_KEY})", plan_id)
    try:
        yield alone
    finally:
        if alone:
            _ask(f"pg_advisory_unlock({_KEY})", plan_id)


def _ask(question: str, plan_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {question}", [str(plan_id)])
        return bool(cursor.fetchone()[0])


def _begin(plan_id: UUID) -> int:
    """Count a try; 0 if the plan is not to be made any more."""
    plan = _locked(plan_id)
    if plan.state != State.PLANNING:
        return 0
    plan.tries += 1
    plan.stage = "reading"
    plan.save(update_fields=["tries", "stage"])
    return plan.tries


def _search_and_store(plan_id: UUID, tries: int, now: datetime) -> None:
    for number in range(1, MOST_SEARCHES + 1):
        asked = _read(plan_id)
        if tries > MOST_TRIES:
            found, because = _searched(asked, greedy, now), str(Because.STOPPED)
        else:
            found, because = _searched_by_solver(asked, now)
        last = number == MOST_SEARCHES
        store = partial(_store, asked, found, because, now, even_if_changed=last)
        if unit_of_work(store):
            return


def _searched_by_solver(asked: _Asked, now: datetime) -> tuple[Found, str]:
    """The best plan; where the solver cannot, one made one by one, and why."""
    plan_id = asked.plan.pk

    def tell(stage: str) -> None:
        # Not in a transaction: the page shows it while the search goes on.
        waiting = RepairPlan.objects.filter(pk=plan_id, state=State.PLANNING)
        waiting.update(stage=stage)

    def solver(problem: Iterable[Affected], limit: float) -> Solution:
        return solve(tuple(problem), limit, tell)

    try:
        return _searched(asked, solver, now), ""
    except SolverMissing:
        return _searched(asked, greedy, now), Because.NO_SOLVER
    except Exception as error:  # noqa: BLE001  (it is noted, and a plan made all the same)
        _report(plan_id, error)
        return _searched(asked, greedy, now), Because.FAILED


def _searched(asked: _Asked, solver: Solver, now: datetime) -> Found:
    visits = [conflict.appointment for conflict in asked.conflicts]
    return search_plan(asked.plan.absence, visits, fixed_by(asked.kept), solver, now)


def _read(plan_id: UUID) -> _Asked:
    plan = RepairPlan.objects.select_related("absence__resource__clinic").get(
        pk=plan_id
    )
    kept = tuple(selectors.lines(plan))
    planned = {line.appointment_id for line in kept}
    opened = absences.open_conflicts_of(plan.absence)
    rest = tuple(c for c in opened if c.appointment_id not in planned)
    return _Asked(plan, kept, rest)


def _store(
    asked: _Asked, found: Found, because: str, now: datetime, *, even_if_changed: bool
) -> bool:
    """Store the lines; False if the visits in the way are others by now."""
    locks.lock(Absence.objects.filter(pk=asked.plan.absence_id))
    plan = _locked(asked.plan.pk)
    if plan.state != State.PLANNING:
        return True
    if plan.absence.ended_at is not None:
        _drop(plan, now)
        return True
    current = _read(plan.pk)
    if current.versions != asked.versions and not even_if_changed:
        return False
    still = [c for c in asked.conflicts if c.pk in current.versions]
    _fill_in(plan, still, found)
    name = "repair.replanned" if plan.method else "repair.proposed"
    plan.state, plan.method, plan.because = State.PROPOSED, found.method, because
    plan.stage, plan.version = "", plan.version + 1
    plan.save(update_fields=["state", "method", "because", "stage", "version"])
    record(name, plan, in_whose_name(plan), now)
    return True


def _fill_in(plan: RepairPlan, conflicts: Iterable[Conflict], found: Found) -> None:
    highest = plan.lines.order_by("-position").first()
    for position, conflict in enumerate(
        conflicts, highest.position + 1 if highest else 1
    ):
        line = RepairLine(
            plan=plan,
            conflict=conflict,
            appointment=conflict.appointment,
            appointment_version=conflict.appointment.version,
            position=position,
        )
        fill(line, found.proposals[conflict.appointment_id])
        line.save()
    _order(plan)


def _order(plan: RepairPlan) -> None:
    """Number the lines by the time agreed, and give each its turn."""
    ordered = plan.lines.order_by("appointment__during", "pk")
    for position, line in enumerate(ordered, 1):
        RepairLine.objects.filter(pk=line.pk).update(position=position)
    put_in_order(plan)


def _locked(plan_id: UUID) -> RepairPlan:
    rows = RepairPlan.objects.filter(pk=plan_id)
    [plan] = locks.lock(rows.select_related("absence__resource__clinic"))
    return plan


# --- Made without one --------------------------------------------------------------


def _made_at_last(plan: RepairPlan, now: datetime) -> RepairPlan:
    """The plan as it is; one by one if nobody began within the time, or any more."""
    if not waits_long(plan, now):
        return plan
    # Until the end of this transaction, however that comes.
    if _ask(f"pg_try_advisory_xact_lock({_KEY})", plan.pk):
        _make_here(plan.pk, now)
    return RepairPlan.objects.get(pk=plan.pk)


def waits_long(plan: RepairPlan, now: datetime) -> bool:
    """Return True if proposing again makes the plan one by one, unless one is at it."""
    return plan.asked_at is not None and now >= plan.asked_at + WORKER_WITHIN


def _make_here(plan_id: UUID, now: datetime) -> None:
    """One by one, in this transaction: that takes a moment."""
    asked = _read(plan_id)
    found = _searched(asked, greedy, now)
    _store(asked, found, Because.NO_WORKER, now, even_if_changed=True)


def _report(plan_id: UUID, error: Exception) -> None:
    # Class and place only: the message may hold values.
    log.error(
        "repair_plan_not_made",
        plan=str(plan_id),
        error=type(error).__name__,
        place=events.place(error),
    )
