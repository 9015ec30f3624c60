"""Visits booked for contacts that are counted from the procedure.

Whenever the procedure's day changes, comes or goes, each of them is held against the
contact's window as it is then; the patient's row is locked by the caller.
"""

from datetime import datetime

from core.actor import job
from procedures.follow_up import contacts as linked
from procedures.follow_up import windows as rules
from procedures.models import Episode
from scheduling.absences import linked_conflicts


def reconcile(episode: Episode, *, now: datetime) -> None:
    """Open a conflict for each booked visit outside its window, settle the others'.

    A visit that has begun is left alone.
    """
    visits = list(linked.booked(episode).filter(appointment__status="booked"))
    if not visits:
        return
    contacts, by = linked.contacts(episode), job("linked_visits", episode.clinic_id)
    for visit in visits:
        on = linked.local_day(episode, visit.starts_at)
        key = visit.appointment_id
        if detail := rules.conflict(contacts, visit.contact, on):
            linked_conflicts.open_linked(
                appointment_id=key, detail=detail, by=by, now=now
            )
        else:
            linked_conflicts.settle_linked(appointment_id=key, by=by, now=now)
