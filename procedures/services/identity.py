"""Chain of identity: scans that match become hand-offs, others stop the line."""

from datetime import timedelta
from typing import Any

from core import journal
from core.refusal import Refused
from patients.services import tasks
from procedures.domain import scans
from procedures.domain.reason import GuardReason
from procedures.models import HandOff, IncidentResolution, Product, ScanIncident
from procedures.services import presence
from procedures.services.context import Context

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

    Otherwise the incident, its task and its journal entry stay on record, and
    nothing goes on until two people have resolved it.
    """
    code = product.code if product else ""
    mrn = context.episode.patient.mrn
    expected = scans.Expected(mrn, code, context.facts.today)
    reasons = tuple(scans.mismatches(expected, patient_scan, container_scan))
    if not reasons:
        return None
    incident = ScanIncident.objects.create(
        episode=context.episode,
        place=place,
        reasons=[reason.code for reason in reasons],
        expected_patient=mrn,
        patient_scan=scans.normal(patient_scan)[:80],
        expected_product=code,
        container_scan=scans.normal(container_scan)[:80],
        device=context.data.get("device") or "",
        occurred_at=context.occurred_at,
        reported_by=str(context.by),
    )
    _tell(context, incident)
    return context.refuse(*reasons)


def _tell(context: Context, incident: ScanIncident) -> None:
    journal.record(
        "episode.scan_mismatched",
        subject=f"episode:{context.episode.pk}",
        by=context.by,
        at=context.occurred_at,
        payload={
            "incident": incident.pk,
            "place": incident.place,
            "codes": incident.reasons,
        },
    )
    tasks.open(
        clinic_id=context.episode.clinic_id,
        kind="scan-incident",
        text="A scan did not match. Two people resolve it before anything goes on.",
        owner_role="clinician",
        patient_id=context.episode.patient_id,
        subject=f"scan_incident:{incident.pk}",
        due_at=context.now + RESOLVE_WITHIN,
        by=context.by,
        now=context.now,
    )
    context.payload["incident"] = incident.pk


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
