"""Links in messages: what they open, and the birth date that opens them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from core import db, journal, locks
from core.actor import Actor, job
from patients.domain import link_tokens
from patients.models import Patient, PatientLink
from patients.models.link import TRIES
from patients.services import tasks
from patients.services.row_locks import lock


@dataclass(frozen=True, slots=True)
class Proved:
    """The birth date was right: the patient and what the link opens."""

    patient: Patient
    link: PatientLink


@dataclass(frozen=True, slots=True)
class Wrong:
    """Not this birth date; `left` more tries."""

    left: int


@dataclass(frozen=True, slots=True)
class Locked:
    """Five wrong birth dates; the clinic has a task to call the patient."""


@dataclass(frozen=True, slots=True)
class Gone:
    """No link of this token, or it is expired or revoked; all look the same."""


Outcome = Proved | Wrong | Locked | Gone


def issue(
    *,
    patient: Patient,
    purpose: str,
    subject: str,
    revision: int = 0,
    expires_at: datetime,
    by: Actor | None = None,
    now: datetime,
) -> PatientLink:
    """The one link for this purpose ("confirm", "offer" …), subject and revision.

    Asked for again it is the same link, with the expiry given last. A link once
    revoked stays revoked, and another takes its place. The caller holds the patient's
    row. Raises ValueError if another patient has the subject.
    """
    known = list(
        PatientLink.objects.filter(purpose=purpose, subject=subject, revision=revision)
    )
    if any(link.patient_id != patient.pk for link in known):
        raise ValueError("the subject of this link belongs to another patient")
    found = next((link for link in known if link.revoked_at is None), None)
    if found is None:
        return _create(patient, purpose, subject, revision, expires_at, by, now)
    # The hash, too: it is another one if the link key was changed.
    found.expires_at, found.token_hash = expires_at, _token_hash(found.pk)
    found.save(update_fields=["expires_at", "token_hash"])
    return found


def token(link: PatientLink) -> str:
    """The 22 characters of the link's address; stored nowhere."""
    return token_of(link.pk)


def token_of(link_id: UUID) -> str:
    """The same where only the link's id is at hand: nothing else goes into it."""
    return link_tokens.token(settings.LINK_KEY, link_id)


def find(
    token: str, now: datetime, overdue: timedelta = timedelta(0)
) -> PatientLink | None:
    """The link of a token; None if unknown, expired or revoked. Changes nothing.

    With `overdue` one that expired less than so long ago is found, too.
    """
    if len(token) != link_tokens.TOKEN_LENGTH:
        return None
    links = PatientLink.objects.select_related("patient__clinic").filter(
        token_hash=link_tokens.fingerprint(token),
        expires_at__gt=now - overdue,
        revoked_at=None,
    )
    return links.first()


def find_ended(token: str, now: datetime) -> PatientLink | None:
    """The link of a token that opens nothing any more; None for an open or unknown one.

    Whoever has it learns the clinic, and nothing of the patient.
    """
    if len(token) != link_tokens.TOKEN_LENGTH:
        return None
    known = PatientLink.objects.select_related("patient__clinic").filter(
        token_hash=link_tokens.fingerprint(token)
    )
    return known.exclude(expires_at__gt=now, revoked_at=None).first()


@transaction.atomic
def revoke(*, patient_id: UUID, subject: str, by: Actor, now: datetime) -> int:
    """End every link of the patient to `subject`; how many were ended."""
    lock(patient_id)
    links = PatientLink.objects.filter(
        patient_id=patient_id, subject=subject, revoked_at=None
    )
    ended = links.update(revoked_at=now)
    if ended:
        payload = {"subject": subject, "links": str(ended)}
        _record("link.revoked", patient_id, payload, by=by, now=now)
    return ended


def revoke_those(links: "Collection[PatientLink]", *, by: Actor, now: datetime) -> None:
    """End these links of one patient, whose row the caller holds."""
    open_ones = [link for link in links if link.revoked_at is None]
    PatientLink.objects.filter(pk__in=[one.pk for one in open_ones]).update(
        revoked_at=now
    )
    for link in open_ones:
        payload = {"subject": link.subject, "links": "1"}
        _record("link.revoked", link.patient_id, payload, by=by, now=now)


def prove_birth_date(
    *,
    token: str,
    birth_date: date,
    overdue: timedelta = timedelta(0),
    now: datetime,
) -> Outcome:
    """Compare, and count a wrong answer; the fifth locks the link and asks for a call.

    The answer is returned, never raised, so that a wrong one is counted. Outside a
    transaction the count is committed here, whatever the page does next; inside one
    it commits with the caller's, who must not raise after it.
    """

    def prove() -> Outcome:
        with transaction.atomic():
            return _prove(token, birth_date, overdue, now)

    if connection.in_atomic_block:
        return prove()
    return db.unit_of_work(prove)


def _prove(token: str, birth_date: date, overdue: timedelta, now: datetime) -> Outcome:
    found = find(token, now, overdue)
    if found is None:
        return Gone()
    patient = lock(found.patient_id)
    (link,) = locks.lock(PatientLink.objects.filter(pk=found.pk))
    if link.locked_at:
        return Locked()
    if not link_tokens.is_same_date(birth_date, patient.birth_date):
        return _count(link, patient, now)
    if link.failures:
        link.failures = 0
        link.save(update_fields=["failures"])
    return Proved(patient=patient, link=link)


def _count(link: PatientLink, patient: Patient, now: datetime) -> Outcome:
    by = _holder(patient)
    link.failures += 1
    left = TRIES - link.failures
    link.locked_at = None if left else now
    link.save(update_fields=["failures", "locked_at"])
    payload = {"link_id": link.pk, "tries_left": str(left)}
    _record("link.birth_date_wrong", patient.pk, payload, by=by, now=now)
    if left:
        return Wrong(left=left)
    _record("link.locked", patient.pk, {"link_id": link.pk}, by=by, now=now)
    _ask_for_call(link, patient, by, now)
    return Locked()


def _ask_for_call(
    link: PatientLink, patient: Patient, by: Actor, now: datetime
) -> None:
    tasks.open(
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        kind="call_patient",
        text="Call the patient: their link is locked after five wrong birth dates.",
        subject=f"link:{link.pk}",
        owner_role="coordinator",
        due_at=now + tasks.CALL_WITHIN,
        by=by,
        now=now,
    )


def _create(
    patient: Patient,
    purpose: str,
    subject: str,
    revision: int,
    expires_at: datetime,
    by: Actor | None,
    now: datetime,
) -> PatientLink:
    link_id = uuid4()
    link = PatientLink.objects.create(
        pk=link_id,
        patient=patient,
        purpose=purpose,
        subject=subject,
        revision=revision,
        token_hash=_token_hash(link_id),
        created_at=now,
        expires_at=expires_at,
    )
    payload = {"link_id": link.pk, "purpose": purpose, "subject": subject}
    actor = by or job("patient_links", patient.clinic_id)
    _record("link.issued", patient.pk, payload, by=actor, now=now)
    return link


def _token_hash(link_id: UUID) -> str:
    return link_tokens.fingerprint(link_tokens.token(settings.LINK_KEY, link_id))


def _holder(patient: Patient) -> Actor:
    # Whoever holds the link; that it is the patient has just not been shown.
    return Actor(
        kind="patient", id=str(patient.pk), role="patient", clinic_id=patient.clinic_id
    )


def _record(
    name: str,
    patient_id: UUID,
    payload: Mapping[str, object],
    *,
    by: Actor,
    now: datetime,
) -> None:
    journal.record(
        name, subject=f"patient:{patient_id}", by=by, at=now, payload=payload
    )
