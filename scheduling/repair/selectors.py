"""Reading repair plans: their lines, how far they are, how long undo is possible."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from scheduling.models import RepairLine, RepairPlan

# Moves can be taken back while their notices wait; as long as notifications holds them.
UNDO_WITHIN = timedelta(minutes=2)
# Whoever presses the button last is through before the first notice can leave.
MARGIN = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Progress:
    """Lines carried out or failed, of all."""

    done: int
    failed: int
    total: int


def repair_plan(plan_id: UUID, clinic_id: int) -> RepairPlan | None:
    found = RepairPlan.objects.filter(pk=plan_id, clinic_id=clinic_id)
    return found.select_related("absence__resource__clinic").first()


def lines(plan: RepairPlan) -> QuerySet[RepairLine]:
    """Return the plan's lines with visit and patient, in order of position."""
    return plan.lines.select_related(
        "appointment__patient", "appointment__visit_type", "conflict", "move"
    ).order_by("position")


def progress(plan: RepairPlan) -> Progress:
    states = list(plan.lines.values_list("state", flat=True))
    failed = states.count(RepairLine.State.FAILED)
    waiting = (
        RepairLine.State.DONE
        if plan.state == RepairPlan.State.UNDOING
        else RepairLine.State.PROPOSED
    )
    done = len(states) - states.count(waiting) - failed
    return Progress(done, failed, len(states))


def undo_until(plan: RepairPlan) -> datetime | None:
    """Until when the plan can be undone so that nobody is told; None if never.

    Counted from the first visit moved, as its notice is the first to leave; from
    then on `being_undone` keeps the notices back.
    """
    if plan.state != RepairPlan.State.APPLIED or plan.finished_at is None:
        return None
    done = plan.lines.filter(state=RepairLine.State.DONE, done_at__isnull=False)
    first = done.order_by("done_at").values_list("done_at", flat=True).first()
    return first + UNDO_WITHIN - MARGIN if first else None


def being_undone(appointment_ids: Collection[UUID]) -> set[UUID]:
    """Those of these visits that the plan which moved them is about to move back.

    Nobody is to be told of their time meanwhile: it will be another in a moment.
    """
    waiting = RepairLine.objects.filter(
        appointment__any_of=appointment_ids,
        state=RepairLine.State.DONE,
        plan__state=RepairPlan.State.UNDOING,
    )
    return set(waiting.values_list("appointment_id", flat=True))
