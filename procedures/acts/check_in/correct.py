"""Correction of vital signs, of a check-in or a discharge."""

from core.refusal import Refused
from procedures.acts.check_in import handle as check_in
from procedures.acts.check_in.schema import VITALS
from procedures.context import Context
from procedures.corrections import second_looks
from procedures.corrections.supersession import Values, current, parsed, supersede
from procedures.facts.reason import GuardReason
from procedures.models import (
    VitalsSet,
)


def vitals(context: Context, record_id: str, values: Values) -> Refused | None:
    """Other values of the same set; those that stop the day are looked at."""
    data = parsed(context, VITALS, values)
    old = current(context, VitalsSet, record_id)
    if data["diastolic_mmhg"] >= data["systolic_mmhg"]:
        text = "The diastolic pressure must be below the systolic."
        return context.refuse(GuardReason("vitals-implausible", text))
    more = supersede(context, VitalsSet, record_id)
    made = check_in.keep_vitals(context, old.purpose, data, old.occurred_at, **more)
    second_looks.after_vitals(context, made, data)
    return None
