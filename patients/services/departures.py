"""Patients who died, or who want no contact: nothing leaves for them any more.

Recording it stops everything in the same transaction: links and calls here, what
other apps have planned by their subscriptions. A slip is taken back, and planned anew.
"""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from core import events, journal
from core.actor import Actor
from core.problems import NotFound
from patients import selectors
from patients.domain.calls import CALLS, NOT_URGENT, OUTCOMES
from patients.domain.fields import Fault, text_faults
from patients.events import PatientDeparted, PatientReturned
from patients.models import Departure, Patient, PatientLink, Task
from patients.models.departure import WORDS_LENGTH
from patients.models.patient import Standing
from patients.services import faults, tasks
from patients.services.row_locks import lock_all

KINDS = (Standing.DECEASED.value, Standing.DO_NOT_CONTACT.value)
RECORDED = {
    "deceased": "patient.died",
    "do_not_contact": "patient.asked_for_silence",
}


@transaction.atomic
def record(
    *,
    patient_id: UUID,
    clinic_id: int | None = None,
    kind: str,
    source: str,
    died_on: date | None = None,
    by: Actor,
    now: datetime,
) -> Departure:
    """Note that the patient died ("deceased") or is not to be contacted.

    It counts for every record of the same person. `source` says who told or asked.
    Recorded already, it stays as it was. Raises core.problems.Invalid and NotFound.
    """
    source = " ".join(source.split())
    people = _lock_person(patient_id, clinic_id)
    faults.check(list(_faults(people[0], kind, source, died_on, now)))
    rows = [_record(one, kind, source, died_on, by=by, now=now) for one in people]
    return rows[0]


def share(people: list[Patient], *, by: Actor, now: datetime) -> None:
    """Two records turn out to be one person: what one says holds for both."""
    for kind in KINDS:
        rows = Departure.objects.filter(patient__in=people, kind=kind)
        if known := rows.filter(taken_back_at=None).order_by("recorded_at").first():
            for one in people:
                _record(one, kind, known.source, known.died_on, by=by, now=now)


def _lock_person(patient_id: UUID, clinic_id: int | None) -> list[Patient]:
    """Lock all records of this person in id order; return the one asked for first."""
    found = selectors.patient(patient_id, clinic_id)
    rows = lock_all(selectors.same_person(found))
    return sorted(rows, key=lambda row: row.pk != patient_id)


def _record(
    patient: Patient,
    kind: str,
    source: str,
    died_on: date | None,
    *,
    by: Actor,
    now: datetime,
) -> Departure:
    standing = _standing(patient).filter(kind=kind).first()
    if standing is not None:
        return standing
    row = Departure.objects.create(
        patient=patient,
        kind=kind,
        died_on=died_on,
        source=source,
        recorded_at=now,
        recorded_by=str(by),
        recorded_by_name=by.name,
    )
    _set_standing(patient)
    _close_calls(patient, kind, by, now)
    ended = PatientLink.objects.filter(patient=patient, revoked_at=None)
    count = ended.update(revoked_at=now)
    payload = {"departure": str(row.pk), "links": str(count)}
    _journal(RECORDED[kind], patient, payload, by, now)
    events.publish(PatientDeparted(patient_id=patient.pk, kind=kind, occurred_at=now))
    return row


@transaction.atomic
def take_back(
    *,
    patient_id: UUID,
    clinic_id: int | None = None,
    kind: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> Departure:
    """It was a slip: what was stopped is planned anew, calls and links are open again.

    The row stays on record. Raises core.problems.Invalid and NotFound.
    """
    reason = " ".join(reason.split())
    people = _lock_person(patient_id, clinic_id)
    if not _standing(people[0]).filter(kind=kind).exists():
        raise NotFound("Nothing of that kind is recorded of this patient.")
    faults.check(list(_words("reason", reason, "Say why this is taken back.")))
    rows = [_take_back(one, kind, reason, by, now) for one in people]
    return next(row for row in rows if row is not None)


def _take_back(
    patient: Patient, kind: str, reason: str, by: Actor, now: datetime
) -> Departure | None:
    found = _standing(patient).filter(kind=kind).first()
    if found is None:
        return None
    found.taken_back_at, found.taken_back_by = now, str(by)
    found.taken_back_reason = reason
    found.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_reason"])
    _set_standing(patient)
    _journal("patient.departure_taken_back", patient, {"kind": kind}, by, now)
    if not patient.standing:
        _open_again(patient, by, now)
        events.publish(PatientReturned(patient_id=patient.pk, occurred_at=now))
    return found


def _standing(patient: Patient) -> QuerySet[Departure]:
    return Departure.objects.filter(patient=patient, taken_back_at=None)


def _set_standing(patient: Patient) -> None:
    """The graver of what stands: "deceased" comes before "do_not_contact"."""
    kinds = sorted(_standing(patient).values_list("kind", flat=True))
    patient.standing = kinds[0] if kinds else ""
    patient.save(update_fields=["standing"])


def _close_calls(patient: Patient, kind: str, by: Actor, now: datetime) -> None:
    waiting = Task.objects.filter(patient=patient, kind__in=CALLS, done_at=None)
    for task in waiting.exclude(tier__lt=NOT_URGENT).order_by("pk"):
        tasks.close(task_id=task.pk, outcome=OUTCOMES[kind], by=by, now=now)


def _open_again(patient: Patient, by: Actor, now: datetime) -> None:
    """Calls that were not made and links that were ended only because of this."""
    rows = Departure.objects.filter(patient=patient)
    instants = list(rows.values_list("recorded_at", flat=True))
    PatientLink.objects.filter(
        patient=patient, revoked_at__in=instants, expires_at__gt=now
    ).update(revoked_at=None)
    closed = Task.objects.filter(
        patient=patient,
        kind__in=CALLS,
        done_at__gte=min(instants),
        outcome__in=OUTCOMES.values(),
    )
    for task in closed.order_by("created_at", "pk"):
        tasks.open(
            clinic_id=task.clinic_id,
            kind=task.kind,
            text=task.text,
            owner_role=task.owner_role,
            owner_id=task.owner_id,
            patient_id=patient.pk,
            subject=task.subject,
            tier=task.tier,
            due_at=task.due_at,
            grace_minutes=task.grace_minutes,
            by=by,
            now=now,
        )


def _faults(
    patient: Patient, kind: str, source: str, died_on: date | None, now: datetime
) -> Iterator[Fault]:
    if kind not in KINDS:
        yield Fault("kind", f"Choose one of {', '.join(KINDS)}.")
    yield from _words("source", source, "Say who told it or asked for it.")
    if died_on is None:
        return
    today = now.astimezone(ZoneInfo(patient.clinic.time_zone)).date()
    if kind != Standing.DECEASED:
        yield Fault("died_on", "Only a death has a day; leave it empty.")
    elif died_on > today:
        yield Fault("died_on", "The day lies in the future; check it.")
    elif died_on < patient.birth_date:
        yield Fault("died_on", "The day lies before the birth date; check it.")


def _words(field: str, said: str, missing: str) -> Iterator[Fault]:
    if not said:
        yield Fault(field, missing)
    for fault in text_faults(said, WORDS_LENGTH):
        yield Fault(field, fault)


def _journal(
    name: str, patient: Patient, payload: dict[str, str], by: Actor, now: datetime
) -> None:
    journal.record(
        name, subject=f"patient:{patient.pk}", by=by, at=now, payload=payload
    )
