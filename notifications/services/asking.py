"""Keep what somebody asks to be sent, and plan it at the sender's next look.

Who asks is answered at once and always alike; what follows is seen only by whoever
reads the patient's or the user's own messages.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import transaction

from clinics import selectors as clinics
from core import locks
from core.actor import job
from core.db import unit_of_work
from core.problems import NotFound
from notifications.domain import catalogue
from notifications.domain.catalogue import KINDS
from notifications.domain.subjects import LIVE_VISIT, CheckIn, Offered, Visit
from notifications.domain.templates import template
from notifications.models import Asked
from notifications.selectors import situations
from notifications.services import doorbell
from notifications.services.planning import replan
from patients.services import links
from patients.services.row_locks import lock
from scheduling import selectors as scheduling

if TYPE_CHECKING:
    from clinics.models import User
    from patients.models import Patient, PatientLink

log = structlog.get_logger()

BATCH = 100
# One new link an hour for each link that has ended, and three a day for one person.
AGAIN_AFTER = timedelta(hours=1)
MOST_A_DAY = 3
DAY = timedelta(days=1)
LONGEST_CHECK_IN = timedelta(days=2)


@transaction.atomic
def ask_new_link(link: "PatientLink", *, now: datetime) -> None:
    """Keep that the holder of an ended link wants a new one; too often is ignored.

    The caller has shown nobody whose link it is, and shows the same whatever we do.
    """
    patient = lock(link.patient_id)
    asked = Asked.objects.filter(patient=patient, asked_at__gt=now - DAY)
    is_again = asked.filter(link=link, asked_at__gt=now - AGAIN_AFTER).exists()
    if is_again or asked.count() >= MOST_A_DAY:
        return
    Asked.objects.create(
        kind=catalogue.NEW_LINK,
        clinic_id=patient.clinic_id,
        patient=patient,
        link=link,
        asked_at=now,
        expires_at=now + KINDS[catalogue.NEW_LINK].grace,
    )
    doorbell.ring_after_commit()


def ask_password_reset(user_id: int | None, *, now: datetime) -> None:
    """Keep that somebody wants a new password, a user or not, by the same statement."""
    Asked.objects.create(
        kind=catalogue.PASSWORD_RESET,
        user_id=user_id,
        asked_at=now,
        expires_at=now + KINDS[catalogue.PASSWORD_RESET].grace,
    )
    doorbell.ring_after_commit()


@transaction.atomic
def ask_trial(
    *,
    kind: str,
    language: str,
    channel: str,
    clinic_id: int,
    user: "User",
    now: datetime,
) -> bool:
    """Send a text, marked TEST, to the member of staff who asks; False if they have no
    address on that channel. Raises NotFound for a text there is not."""
    try:
        template(kind, language, channel)
    except KeyError:
        raise NotFound("There is no such text.") from None
    if channel not in situations.channels_of(user):
        return False
    Asked.objects.create(
        kind=catalogue.TRIAL,
        clinic_id=clinic_id,
        user=user,
        text=f"{kind}.{language}.{channel}",
        asked_at=now,
        expires_at=now + KINDS[catalogue.TRIAL].grace,
    )
    doorbell.ring_after_commit()
    return True


def plan_asked(*, now: datetime) -> int:
    """Plan what was asked for since the last look; how many wishes that was.

    Each in a unit of work of its own: one that fails is tried again at the next look,
    while it lasts, and keeps nothing else from leaving.
    """
    waiting = Asked.objects.filter(planned_at=None, expires_at__gt=now)
    keys = list(waiting.order_by("asked_at").values_list("pk", flat=True)[:BATCH])
    for key in keys:
        try:
            unit_of_work(partial(_plan, key, now))
        except Exception as error:  # noqa: BLE001  (it is named, not hidden)
            log.warning("wish_not_planned", asked=str(key), error=type(error).__name__)
    return len(keys)


def _plan(key: UUID, now: datetime) -> None:
    about = Asked.objects.filter(pk=key, planned_at=None)
    known = about.only("patient_id").first()
    if known is None:
        return
    patient = None if known.patient_id is None else lock(known.patient_id)
    rows = locks.lock(about)
    if not rows:
        return
    asked = rows[0]
    if patient is not None:
        asked.opens = _new_link(asked, patient, now)
    elif not _has_clinic(asked):
        asked.delete()
        return
    asked.planned_at = now
    asked.save(update_fields=["clinic", "opens", "planned_at"])
    replan(subject=f"asked:{key}", now=now, patient=patient)


def _has_clinic(asked: Asked) -> bool:
    """Give the wish of a user the clinic they work at; a stranger has none."""
    if asked.user is None:
        return False
    if asked.clinic_id is None:
        membership = clinics.memberships(asked.user).first()
        asked.clinic = membership.clinic if membership else None
    return asked.clinic_id is not None


def _new_link(asked: Asked, patient: "Patient", now: datetime) -> "PatientLink | None":
    """The link to what the old one opened, or to the patient's next visit."""
    assert asked.link is not None
    target = _target(asked.link, patient, now)
    if target is None:
        return None
    subject, revision, expires_at = target
    issued = links.issue(
        patient=patient,
        purpose=asked.link.purpose,
        subject=subject,
        revision=revision,
        expires_at=expires_at,
        by=job("new_link", patient.clinic_id),
        now=now,
    )
    is_shut = issued.revoked_at or issued.locked_at
    return None if is_shut else issued


def _target(
    link: "PatientLink", patient: "Patient", now: datetime
) -> tuple[str, int, datetime] | None:
    """Name what a new link opens: its subject and revision, and until when."""
    match situations.load(link.subject, patient).snapshot:
        case Visit() as visit if visit.is_live and now < visit.end:
            return visit.subject, visit.revision, visit.end
        case Visit():
            return _next_visit(patient, now)
        case CheckIn() as check_in if check_in.is_open:
            return check_in.subject, 0, now + LONGEST_CHECK_IN
        case Offered() as offer if offer.is_open and now < offer.expires_at:
            return offer.subject, 0, offer.expires_at
    return None


def _next_visit(patient: "Patient", now: datetime) -> tuple[str, int, datetime] | None:
    booked = scheduling.appointments_of(patient.pk).filter(
        status=LIVE_VISIT, in_person=True, during__startswith__gt=now
    )
    found = booked.order_by("during").first()
    if found is None:
        return None
    return f"appointment:{found.pk}", found.revision, found.end
