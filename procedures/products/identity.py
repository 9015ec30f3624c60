"""Chain of identity: scans that match become hand-offs, others stop the line."""

from datetime import timedelta
from typing import Any

from core import journal
from core.refusal import Refused
from patients.services import tasks
from procedures import presence
from procedures.context import Context
from procedures.facts.reason import GuardReason
from procedures.models import (
    Episode,
    HandOff,
    IncidentResolution,
    Product,
    ScanIncident,
)
from procedures.products import labels, scans

RESOLVE_WITHIN = timedelta(minutes=15)


def stop_on_mismatch(
    context: Context,
    *,
    place: str,
    product: Product | None,
    patient_scan: str,
    container_scan: str,
) -> Refused | None:
    """None if wristband and container are this patient's and this product's.

    What was not understood, or stands in the other's field, is scanned again. Labels
    of somebody else are an incident, here and at the episode they belong to: with
    its task and its journal entry it stays on record, and nothing goes on at either
    until two people have resolved it.
    """
    code, clinic_id = product.code if product else "", context.episode.clinic_id
    mrn = context.episode.patient.mrn
    found = scans.compare(
        scans.Expected(mrn, code, context.facts.today),
        patient_scan,
        container_scan,
        is_mrn=lambda text: labels.is_mrn(text, clinic_id),
        is_product=lambda text: labels.is_product(text, clinic_id),
    )
    if not found.reasons:
        return None
    if found.is_mismatch:
        _stop(context, place, code, found)
    return context.refuse(*found.reasons)


def _stop(context: Context, place: str, code: str, found: scans.Compared) -> None:
    reasons = [reason.code for reason in found.reasons]
    incident = _incident(context, context.episode, place, code, found, reasons)
    context.payload["incident"] = incident.pk
    read = {"patient_scan": found.patient.text, "container_scan": found.container.text}
    for other in labels.others_named(context.episode, read):
        theirs = other.products.filter(code=found.container.text).first()
        expected = theirs.code if theirs else ""
        _incident(context, other, place, expected, found, ["label-elsewhere"])


def _incident(
    context: Context,
    episode: Episode,
    place: str,
    expected_product: str,
    found: scans.Compared,
    reasons: list[str],
) -> ScanIncident:
    incident = ScanIncident.objects.create(
        episode=episode,
        place=place,
        reasons=reasons,
        expected_patient=episode.patient.mrn,
        patient_scan=found.patient.text[:80],
        expected_product=expected_product,
        container_scan=found.container.text[:80],
        device=context.data.get("device") or "",
        occurred_at=context.occurred_at,
        reported_by=str(context.by),
    )
    _tell(context, episode, incident)
    return incident


def _tell(context: Context, episode: Episode, incident: ScanIncident) -> None:
    journal.record(
        "episode.scan_mismatched",
        subject=f"episode:{episode.pk}",
        by=context.by,
        at=context.occurred_at,
        payload={
            "incident": incident.pk,
            "place": incident.place,
            "codes": incident.reasons,
        },
    )
    tasks.open(
        clinic_id=episode.clinic_id,
        kind="scan-incident",
        text="A scan did not match. Two people resolve it before anything goes on.",
        owner_role="clinician",
        patient_id=episode.patient_id,
        subject=f"scan_incident:{incident.pk}",
        due_at=context.now + RESOLVE_WITHIN,
        by=context.by,
        now=context.now,
    )


def keep_hand_off(
    context: Context, kind: str, product: Product, **more: Any
) -> HandOff:
    """The scans matched: the container has changed hands."""
    data = context.data
    other = context.second_person
    row = HandOff.objects.create(
        kind=kind,
        product=product,
        patient_scan=context.episode.patient.mrn,
        container_scan=product.code,
        method=data.get("method") or "scan",
        device=data.get("device") or "",
        person_id=presence.actor_id(context),
        second_id=other.user_id if other else None,
        **context.record_fields(),
        **more,
    )
    context.payload["hand_off"] = kind
    return row


def resolve(context: Context) -> Refused | None:
    """Two people say what the mismatch was; the line may go on."""
    if context.second_person is None:
        return context.refuse(
            GuardReason(
                "second-person-missing",
                "Two people resolve a mismatch.",
                "A colleague proves to be present",
            )
        )
    if refused := presence.not_caring(context):
        return refused
    for incident in context.episode.scan_incidents.filter(resolution=None):
        IncidentResolution.objects.create(
            incident=incident,
            text=context.data["resolution"],
            first_id=presence.actor_id(context),
            second_id=context.second_person.user_id,
            resolved_at=context.occurred_at,
        )
        context.payload["resolved"] = incident.pk
    return None
