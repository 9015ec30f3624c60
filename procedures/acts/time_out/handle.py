"""Time-outs: two people, every answer yes, good for the clinic's minutes."""

import uuid
from datetime import timedelta

from clinics import selectors as clinics
from core.refusal import Refused
from procedures import day_vocabulary as words
from procedures import presence
from procedures.acts.check_in.handle import mark
from procedures.context import Context
from procedures.facts import day_selectors
from procedures.facts.reason import GuardReason
from procedures.models import Product, TimeOut
from procedures.products import identity
from procedures.signatures import sign


def time_out(context: Context) -> Refused | None:
    """Time-out 1 before the harvest; 2 before the injection, with the product."""
    refused = presence.not_caring(context) or presence.without_proceduralist(
        context, presence.people(context)
    )
    if refused:
        return refused
    if context.facts.stage == "checked_in":
        return _first(context)
    return _second(context)


def _first(context: Context) -> Refused | None:
    early = context.facts.day.checked_in_at
    if early and context.occurred_at < early:
        return context.refuse(
            GuardReason("time-order", "A time-out follows the check-in.")
        )
    mark(context)
    _keep(context, 1, None)
    return None


def _second(context: Context) -> Refused | None:
    product = day_selectors.concentrate(context.episode)
    refused = identity.stop_on_mismatch(
        context,
        place="H6",
        product=product,
        patient_scan=context.data["patient_scan"],
        container_scan=context.data["product_scan"],
    )
    if refused or product is None:
        return refused
    identity.keep_hand_off(context, "H6", product)
    _keep(context, 2, product)
    return None


def _keep(context: Context, number: int, product: Product | None) -> None:
    minutes = clinics.clinic(context.episode.clinic_id).time_out_valid_minutes
    key = uuid.uuid4()
    TimeOut.objects.create(
        id=key,
        signature=sign(context, f"time_out:{key}"),
        number=number,
        lead_id=presence.actor_id(context),
        second_id=presence.second(context).user_id,
        room=context.data["room"],
        product=product,
        conditions_met=context.data["conditions_met"],
        allergy_precautions=context.data["allergy_precautions"],
        valid_until=context.occurred_at + timedelta(minutes=minutes),
        **{name: context.data[name] for name in words.TIME_OUT_ITEM_NAMES},
        **context.record_fields(),
    )
    context.payload |= {"time_out": key, "number": number}
