"""Repair plans as a worker makes them, in the test's own process."""

from typing import Any
from unittest import mock

from scheduling.models import RepairPlan
from scheduling.repair import proposals


def propose(**asked: Any) -> RepairPlan:
    """Ask for a plan, and make it."""
    with _no_worker_rung():
        plan = proposals.propose(**asked)
    return made(plan, asked["now"])


def replan(**asked: Any) -> RepairPlan:
    """Ask for the plan anew, and make it."""
    with _no_worker_rung():
        plan = proposals.replan(**asked)
    return made(plan, asked["now"])


def _no_worker_rung() -> Any:
    """Leave the broker alone: what it answers is no matter of these tests."""
    return mock.patch.object(proposals, "_ring")


def made(plan: RepairPlan, now: Any) -> RepairPlan:
    """The plan as it is once a worker has answered."""
    proposals.make(plan_id=plan.pk, now=now)
    return RepairPlan.objects.get(pk=plan.pk)
