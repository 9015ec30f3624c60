"""Repair plans as a worker makes them, in the test's own process."""

from typing import Any

from scheduling.models import RepairPlan
from scheduling.repair import proposals


def propose(**asked: Any) -> RepairPlan:
    """Ask for a plan, and make it."""
    return made(proposals.propose(**asked), asked["now"])


def replan(**asked: Any) -> RepairPlan:
    """Ask for the plan anew, and make it."""
    return made(proposals.replan(**asked), asked["now"])


def made(plan: RepairPlan, now: Any) -> RepairPlan:
    """The plan as it is once a worker has answered."""
    proposals.make(plan_id=plan.pk, now=now)
    return RepairPlan.objects.get(pk=plan.pk)
