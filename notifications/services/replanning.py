"""Plan anew what a change of a patient or an episode touches."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from notifications.domain import states
from notifications.domain.catalogue import CHECK_INS
from notifications.domain.subjects import LIVE_VISIT
from notifications.models import Message
from notifications.services.planning import replan
from procedures.selectors import follow_ups
from scheduling import selectors as scheduling
from scheduling.selectors import waitlist


def replan_patient(*, patient_id: UUID, now: datetime) -> None:
    """Plan anew everything the patient may still be told.

    The caller holds the patient's row.
    """
    found = _visits(patient_id) | _check_ins(patient_id, now) | _offers(patient_id)
    found |= _waiting(patient_id, "text:")
    for subject in sorted(found):
        replan(subject=subject, now=now)


def replan_check_ins(*, patient_id: UUID, now: datetime) -> None:
    """Plan anew the patient's check-ins; the caller holds the patient's row."""
    for subject in sorted(_check_ins(patient_id, now)):
        replan(subject=subject, now=now)


def replan_offers(*, entry_id: UUID, now: datetime) -> None:
    """Plan anew what is told of the entry's offers; the caller holds the patient."""
    for offer_id in waitlist.offers_of(entry_id).values_list("pk", flat=True):
        replan(subject=f"offer:{offer_id}", now=now)


def _visits(patient_id: UUID) -> set[str]:
    ahead = scheduling.appointments_of(patient_id).filter(status=LIVE_VISIT)
    found = {f"appointment:{key}" for key in ahead.values_list("pk", flat=True)}
    return found | _waiting(patient_id, "appointment:")


def _check_ins(patient_id: UUID, now: datetime) -> set[str]:
    """Those a message invites to, and those that are due, which may need a call."""
    tomorrow = now.date() + timedelta(days=1)  # somewhere it is that day already
    ahead = follow_ups.planned(patient_id).filter(
        Q(code__in=CHECK_INS) | Q(target_on__lte=tomorrow)
    )
    found = {f"follow_up:{key}" for key in ahead.values_list("pk", flat=True)}
    return found | _waiting(patient_id, "follow_up:")


def _offers(patient_id: UUID) -> set[str]:
    ahead = waitlist.open_offers_of(patient_id)
    found = {f"offer:{key}" for key in ahead.values_list("pk", flat=True)}
    return found | _waiting(patient_id, "offer:")


def _waiting(patient_id: UUID, prefix: str) -> set[str]:
    """What still waits, wanted or not."""
    rows = Message.objects.filter(
        patient_id=patient_id, state__in=states.WAITING, subject__startswith=prefix
    )
    return set(rows.values_list("subject", flat=True))
