"""A patient's yes or no to a channel: when, to whom, to which wording."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import events, journal
from core.actor import Actor
from patients.domain.consent_texts import CURRENT, WORDINGS
from patients.domain.fields import Fault
from patients.events import ConsentChanged
from patients.models import ChannelConsent, Patient
from patients.services import faults
from patients.services.row_locks import lock


def grant(
    *,
    patient_id: UUID,
    channel: str,
    wording_version: str = "",
    by: Actor,
    now: datetime,
) -> ChannelConsent:
    """The patient agreed to messages by `channel` ("sms" or "email").

    `wording_version` names the text agreed to; empty is the current one. Raises
    core.problems.Invalid for an unknown channel or wording.
    """
    return _answer(patient_id, channel, True, wording_version, by, now)


def withdraw(
    *,
    patient_id: UUID,
    channel: str,
    wording_version: str = "",
    by: Actor,
    now: datetime,
) -> ChannelConsent:
    """The patient wants no more messages by `channel`; counts at once."""
    return _answer(patient_id, channel, False, wording_version, by, now)


@transaction.atomic
def _answer(
    patient_id: UUID,
    channel: str,
    granted: bool,
    wording_version: str,
    by: Actor,
    now: datetime,
) -> ChannelConsent:
    patient = lock(patient_id)
    consent = keep(patient, channel, granted, wording_version, by=by, now=now)
    events.publish(ConsentChanged(patient_id=patient.pk, occurred_at=now))
    return consent


def keep(
    patient: Patient,
    channel: str,
    granted: bool,
    wording_version: str = "",
    *,
    by: Actor,
    now: datetime,
) -> ChannelConsent:
    """Add the answer. The patient is locked already; nobody is told."""
    version = _check_wording(channel, wording_version)
    consent = ChannelConsent.objects.create(
        patient=patient,
        channel=channel,
        granted=granted,
        at=now,
        by=str(by),
        wording_version=version,
    )
    journal.record(
        "consent.granted" if granted else "consent.withdrawn",
        subject=f"patient:{patient.pk}",
        by=by,
        at=now,
        payload={"channel": channel, "wording_version": version},
    )
    return consent


def _check_wording(channel: str, wording_version: str) -> str:
    if channel not in CURRENT:
        faults.check([Fault("channel", "Choose the channel sms or email.")])
    version = wording_version or CURRENT[channel]
    if version not in WORDINGS or not version.startswith(f"{channel}-"):
        fault = f"There is no such wording; the current one is {CURRENT[channel]}."
        faults.check([Fault("wording_version", fault)])
    return version
