"""The injection of one target, and what follows from the first and the last."""

import uuid
from collections.abc import Mapping
from typing import Any

from core.refusal import Refused
from procedures import presence
from procedures.acts.inject.schema import INJECT
from procedures.context import Context, plain_answers
from procedures.facts import day_selectors
from procedures.follow_up import services as follow_ups
from procedures.models import Injection
from procedures.products import identity, sums
from procedures.signatures import sign


def inject(context: Context) -> Refused | None:
    """Give the product at one target after both scans."""
    product = day_selectors.concentrate(context.episode)
    who = {presence.actor_id(context)}
    refused = presence.without_proceduralist(context, who) or identity.stop_on_mismatch(
        context,
        place="H7",
        product=product,
        patient_scan=context.data["patient_scan"],
        container_scan=context.data["product_scan"],
    )
    if refused or product is None:
        return refused
    identity.keep_hand_off(context, "H7", product)
    row = insert(
        context,
        context.data,
        product=product,
        time_out_id=context.facts.day.time_outs[2].id,
        proceduralist_id=presence.actor_id(context),
    )
    sums.settle()
    follow_ups.plan(context, row.end_at)
    context.steps = ("inject",) if _was_the_last(context) else ()
    context.payload |= {"injection": row.pk, "volume": f"{row.volume_ml} mL"}
    return None


def insert(context: Context, data: Mapping[str, Any], **more: Any) -> Injection:
    """One signed injection; `more` are its other columns."""
    key = uuid.uuid4()
    return Injection.objects.create(
        id=key,
        signature=sign(context, f"injection:{key}"),
        target_id=data["target"],
        patient_scan=context.episode.patient.mrn,
        product_scan=more["product"].code,
        **plain_answers(INJECT, Injection, data, but=("patient_scan", "product_scan")),
        **{**context.record_fields(), **more},
    )


def _was_the_last(context: Context) -> bool:
    done = context.facts.day.injected | {context.data["target"]}
    return {target.id for target in context.facts.waiting} <= done
