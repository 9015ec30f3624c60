"""The end of the day: recovered, everything accounted for, home."""

import uuid

from core.refusal import Refused
from procedures import presence
from procedures.acts.check_in.handle import keep_vitals
from procedures.acts.discharge.schema import DISCHARGE
from procedures.context import Context, plain_answers
from procedures.facts import day_selectors
from procedures.facts.reason import GuardReason
from procedures.models import Discharge
from procedures.products import containers, sums
from procedures.rules import vitals
from procedures.rules.stops import Finding
from procedures.signatures import sign
from procedures.visits.selectors import procedure_visit
from scheduling.booking import book


def discharge(context: Context) -> Refused | None:
    """Let the patient go home; the visit took place."""
    if refused := _unwell(context) or _late_vitals(context):
        return refused
    for row in context.data["vitals"]:
        keep_vitals(context, "recovery", row, row["taken_at"])
    product = day_selectors.concentrate(context.episode)
    if product is not None:
        discarded = context.data["discarded_ml"]
        containers.dispose(context, product, "discarded", discarded)
    key = uuid.uuid4()
    Discharge.objects.create(
        id=key,
        signature=sign(context, f"discharge:{key}"),
        discharged_by_id=presence.actor_id(context),
        **plain_answers(DISCHARGE, Discharge, context.data),
        **context.record_fields(),
    )
    sums.settle()
    _fulfil_visit(context)
    context.payload["discharge"] = key
    return None


def _unwell(context: Context) -> Refused | None:
    """The last set of vital signs must be one a patient can go home with."""
    last = max(context.data["vitals"], key=lambda row: row["taken_at"])
    stops = [GuardReason(s.code, f"{s.text}.") for s in vitals.stops(last)]
    if vitals.has_fever(last):
        text = f"Temperature {last['temperature_c']} °C."
        seen = Finding(rule="INF-01", question="infection")
        stops.append(GuardReason("vitals.fever", text, "", seen))
    return context.refuse(*stops) if stops else None


def _late_vitals(context: Context) -> Refused | None:
    taken = [row["taken_at"] for row in context.data["vitals"]]
    injected = context.facts.day.injected_until
    if injected and min(taken) >= injected and max(taken) <= context.occurred_at:
        return None
    text = "Vital signs of the recovery lie between the injection and the discharge."
    return context.refuse(GuardReason("time-order", text))


def _fulfil_visit(context: Context) -> None:
    visit = procedure_visit(context.episode)
    if visit is not None:
        book.fulfil(appointment_id=visit.appointment_id, by=context.by, now=context.now)
