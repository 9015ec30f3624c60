"""Check-in: identity, vital signs, last doses, marks, and the stops of the day."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.refusal import Refused
from procedures import presence, stop_records
from procedures.context import Context
from procedures.facts.reason import GuardReason
from procedures.models import CheckIn, LastDose, SiteMark, VitalsSet
from procedures.records import current_rows
from procedures.rules import vitals
from procedures.signatures import sign
from procedures.visits.selectors import procedure_visit
from scheduling import selectors as scheduling
from scheduling.booking import book

LEAST_EXPLANATION = 20
VITAL_SIGNS = (
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_per_min",
    "spo2_pct",
    "temperature_c",
    "respiratory_rate_per_min",
    "nrs",
    "glucose_mg_dl",
)


def check_in(context: Context) -> Refused | None:
    """Receive the patient; what the guards found has ended the day before."""
    refused = (
        presence.not_caring(context)
        or _implausible(context)
        or _uncleared(context)
        or _marked_by_nobody(context)
    )
    if refused is None:
        _receive(context)
    return refused


def _implausible(context: Context) -> Refused | None:
    data = context.data
    if data["diastolic_mmhg"] < data["systolic_mmhg"]:
        return None
    text = "The diastolic pressure must be below the systolic."
    return context.refuse(GuardReason("vitals-implausible", text))


def _uncleared(context: Context) -> Refused | None:
    """A value that stops the day is cleared by a physician; one that stopped it
    before, whatever is measured now, before a second person too."""
    found, before = vitals.stops(context.data), stop_records.standing_vitals(context)
    if not found and not before:
        return None
    if _cleared(context) and (not before or context.second_person):
        return None
    lifts = "A physician as second person clears it with a reason"
    reasons = [
        GuardReason(
            stop.code,
            f"{stop.text}.",
            lifts,
            stop_records.vitals_finding(
                stop.code, {name: context.data[name] for name in stop.values}
            ),
        )
        for stop in found
    ]
    reasons = reasons or [
        GuardReason("stop-open", f"A stop stands: {row.text}", lifts) for row in before
    ]
    return context.refuse(*reasons)


def _cleared(context: Context) -> bool:
    reason = context.data["clearance_reason"]
    return len(reason) >= LEAST_EXPLANATION and not presence.no_doctor(context)


def _marked_by_nobody(context: Context) -> Refused | None:
    if not context.data["site_marks"]:
        return None
    return presence.without_proceduralist(context, presence.people(context))


def _receive(context: Context) -> None:
    key = uuid.uuid4()
    row = CheckIn.objects.create(
        id=key,
        signature=sign(context, f"check_in:{key}"),
        **_answers(context),
        **_clearance(context),
        **context.record_fields(),
    )
    LastDose.objects.bulk_create(
        LastDose(check_in=row, **dose) for dose in _last_doses(context)
    )
    for stop in stop_records.standing_vitals(context):
        reason = context.data["clearance_reason"]
        stop_records.lift_by_people(context, stop, row.signature, reason=reason)
    keep_vitals(context, "check_in", context.data, context.occurred_at)
    mark(context)
    _check_in_visit(context)
    context.payload["check_in"] = key


def _last_doses(context: Context) -> list[dict[str, Any]]:
    """Each dose with the class the evaluation knows its drug by."""
    known = context.facts.day
    return [
        {**dose, "drug_class": known.drug_class(dose["drug"], dose["drug_class"])}
        for dose in context.data["last_doses"] or ()
    ]


def _answers(context: Context) -> dict[str, Any]:
    data = context.data
    names = (
        "infection_signs",
        "medication_since",
        "conditions_met",
        "pregnancy_test",
        "pregnancy_test_at",
        "driver_name",
        "driver_phone",
        "fasting_since",
    )
    return {
        "arrived_at": data["arrived_at"] or _arrival(context),
        "identifiers": sorted(set(data["identifiers"])),
        **{name: data[name] for name in names},
    }


def _clearance(context: Context) -> dict[str, Any]:
    if not vitals.stops(context.data) and not stop_records.standing_vitals(context):
        return {}
    who = context.second_person
    by_actor = context.by.role in presence.DOCTORS or who is None
    cleared_by = presence.actor_id(context) if by_actor else who.user_id  # type: ignore[union-attr]
    return {
        "cleared_by_id": cleared_by,
        "clearance_reason": context.data["clearance_reason"],
    }


def _arrival(context: Context) -> datetime:
    """Return the arrival that the front desk noted; else now."""
    visit = procedure_visit(context.episode)
    if visit is None:
        return context.occurred_at
    appointment = scheduling.appointment(visit.appointment_id)
    if appointment is None or appointment.status != "arrived":
        return context.occurred_at
    return min(appointment.status_at, context.occurred_at)


def _check_in_visit(context: Context) -> None:
    visit = procedure_visit(context.episode)
    if visit is not None:
        book.check_in(
            appointment_id=visit.appointment_id, by=context.by, now=context.now
        )


def keep_vitals(
    context: Context,
    purpose: str,
    values: Mapping[str, Any],
    taken_at: datetime,
    **more: Any,
) -> VitalsSet:
    """One set of vital signs of the episode; `more` are a correction's columns."""
    fields = {**context.record_fields(), "occurred_at": taken_at}
    return VitalsSet.objects.create(
        purpose=purpose,
        **{name: values[name] for name in VITAL_SIGNS},
        **fields,
        **more,
    )


def mark(context: Context) -> None:
    """The marks named in the act, made by the consented proceduralist."""
    consent = context.facts.consent("procedure")
    marks = context.data["site_marks"] or ()
    if consent is None or consent.proceduralist_id is None or not marks:
        return
    ids = [row["target"] for row in marks]
    current_rows(SiteMark.objects).filter(target_id__in=ids).update(
        superseded_at=context.now
    )
    for row in marks:
        fields = {**context.record_fields(), "occurred_at": row["marked_at"]}
        SiteMark.objects.create(
            target_id=row["target"],
            laterality=row["laterality"],
            marked_by_id=consent.proceduralist_id,
            **fields,
        )
