"""Plan anew what a change of a patient or an episode touches."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from notifications.domain import states
from notifications.domain.subjects import LIVE_VISIT, Visit
from notifications.models import Message
from notifications.selectors import situations
from notifications.selectors.situation_batches import load_all
from notifications.services.planning import apply, replan
from procedures.follow_up import selectors as follow_ups
from scheduling import selectors as scheduling
from scheduling.waitlist import selectors as waitlist


def replan_patient(*, patient_id: UUID, now: datetime) -> None:
    """Plan anew everything the patient may still be told.

    The caller holds the patient's row.
    """
    found = _visits(patient_id) | _check_ins(patient_id) | _offers(patient_id)
    found |= _waiting(patient_id, "text:")
    _replan_all(found, now)


def plan_booked(*, appointment_id: UUID, now: datetime) -> None:
    """Plan a new visit, and anew those that may share a day with it.

    The caller holds the patient's row: whoever books has locked it before anything.
    """
    situation = situations.load_new(appointment_id)
    apply(situation, now=now)
    if isinstance(situation.snapshot, Visit):
        for sibling in situation.snapshot.siblings:
            replan(subject=sibling.subject, now=now)


def replan_siblings(*, patient_id: UUID, subject: str, now: datetime) -> None:
    """Plan anew the patient's other visits to come: one text may tell of several.

    The caller holds the patient's row.
    """
    for other in sorted(_visits_ahead(patient_id, now) - {subject}):
        replan(subject=other, now=now)


def replan_visits(*, patient_id: UUID, now: datetime) -> None:
    """Plan anew the visits to come; the caller holds the patient's row."""
    for subject in sorted(_visits_ahead(patient_id, now)):
        replan(subject=subject, now=now)


def replan_check_ins(*, patient_id: UUID, now: datetime) -> None:
    """Plan anew the patient's check-ins; the caller holds the patient's row."""
    _replan_all(_check_ins(patient_id), now)


def replan_contact(*, episode_id: UUID, code: str, now: datetime) -> None:
    """Plan anew the follow-up of that code, if it is planned already.

    The caller holds the patient's row.
    """
    follow_up_id = follow_ups.of_contact(episode_id, code)
    if follow_up_id is not None:
        replan(subject=f"follow_up:{follow_up_id}", now=now)


def replan_offers(*, entry_id: UUID, now: datetime) -> None:
    """Plan anew what is told of the entry's offers; the caller holds the patient."""
    for offer_id in waitlist.offers_of(entry_id).values_list("pk", flat=True):
        replan(subject=f"offer:{offer_id}", now=now)


def _replan_all(subjects: Collection[str], now: datetime) -> None:
    """Many subjects of one patient, read together."""
    loaded = load_all(subjects, {})
    for subject in sorted(loaded):
        apply(loaded[subject], now=now)


def _visits(patient_id: UUID) -> set[str]:
    ahead = scheduling.appointments_of(patient_id).filter(status=LIVE_VISIT)
    found = {f"appointment:{key}" for key in ahead.values_list("pk", flat=True)}
    return found | _waiting(patient_id, "appointment:")


def _visits_ahead(patient_id: UUID, now: datetime) -> set[str]:
    ahead = scheduling.appointments_of(patient_id).filter(
        status=LIVE_VISIT, in_person=True, during__startswith__gt=now
    )
    return {f"appointment:{key}" for key in ahead.values_list("pk", flat=True)}


def _check_ins(patient_id: UUID) -> set[str]:
    ahead = follow_ups.planned(patient_id)
    found = {f"follow_up:{key}" for key in ahead.values_list("pk", flat=True)}
    return found | _waiting(patient_id, "follow_up:")


def _offers(patient_id: UUID) -> set[str]:
    ahead = waitlist.open_offers_of(patient_id)
    found = {f"offer:{key}" for key in ahead.values_list("pk", flat=True)}
    return found | _waiting(patient_id, "offer:")


def _waiting(patient_id: UUID, prefix: str) -> set[str]:
    """Subjects of messages that still wait, wanted or not."""
    rows = Message.objects.filter(
        patient_id=patient_id, state__in=states.WAITING, subject__startswith=prefix
    )
    return set(rows.values_list("subject", flat=True))
