"""Work nobody asks for by hand: escalate tasks, forget expired enquiries."""

from functools import partial
from uuid import UUID

from celery import shared_task

from core import clock
from core.actor import job
from core.db import unit_of_work
from patients import selectors
from patients.services import enquiries, enquiry_caps, tasks

# One run's share; the next run takes what is left.
BATCH = 200


@shared_task
def escalate_tasks(**_: object) -> int:
    """Hand up every task not acknowledged in time; how many were handed up."""
    due = selectors.tasks_to_escalate(clock.now()).values_list("pk", "clinic_id")
    return sum(unit_of_work(partial(_escalate, *ids)) for ids in list(due[:BATCH]))


@shared_task
def forget_enquiries(**_: object) -> int:
    """Delete enquiries older than 180 days and old counts; how many enquiries went."""
    unit_of_work(partial(enquiry_caps.forget_old, real_now=clock.real_now()))
    old = selectors.expired_enquiries(clock.now()).values_list("pk", "clinic_id")
    return sum(unit_of_work(partial(_forget, *ids)) for ids in list(old[:BATCH]))


def _escalate(task_id: UUID, clinic_id: int) -> bool:
    by = job("escalate_tasks", clinic_id)
    return tasks.escalate(task_id=task_id, by=by, now=clock.now())


def _forget(enquiry_id: UUID, clinic_id: int) -> bool:
    by = job("forget_enquiries", clinic_id)
    return enquiries.forget(enquiry_id=enquiry_id, by=by, now=clock.now())
