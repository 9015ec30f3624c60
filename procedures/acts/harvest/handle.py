"""The harvest: draws that add up, and the id on the container they fill."""

import uuid
from collections.abc import Mapping
from typing import Any

from core.refusal import Refused
from procedures import presence
from procedures.acts.harvest.schema import HARVEST
from procedures.context import Context, plain_answers
from procedures.corrections import second_looks
from procedures.models import Aliquot, Harvest, LocalAnaesthetic
from procedures.products import containers, volumes
from procedures.rules import anaesthetics
from procedures.signatures import sign


def harvest(context: Context) -> Refused | None:
    """Keep the harvest and issue the aspirate's id."""
    who = {presence.actor_id(context)}
    if refused := presence.without_proceduralist(context, who):
        return refused
    row = insert(
        context,
        context.data,
        time_out_id=context.facts.day.time_outs[1].id,
        proceduralist_id=presence.actor_id(context),
    )
    product = containers.issue_aspirate(context, row)
    second_looks.after_stopped_harvest(context, row)
    context.payload |= {"harvest": row.pk, "product": product.code}
    return None


def insert(context: Context, data: Mapping[str, Any], **more: Any) -> Harvest:
    """One signed harvest with its draws; `more` are its other columns."""
    key, weight_kg = uuid.uuid4(), context.facts.day.weight_kg
    given = anaesthetics.doses(data["anaesthetics"] or ())
    row = Harvest.objects.create(
        id=key,
        signature=sign(context, f"harvest:{key}"),
        first_aliquot_at=data["first_aliquot_at"] or data["start_at"],
        total_aspirate_ml=volumes.total_ml(data["aliquots_ml"]),
        anaesthetic_fraction=anaesthetics.fraction_of_highest(given, weight_kg),
        weight_kg=weight_kg,
        **plain_answers(HARVEST, Harvest, data, but=("first_aliquot_at",)),
        **context.record_fields(),
        **more,
    )
    Aliquot.objects.bulk_create(
        Aliquot(harvest=row, seq=seq, volume_ml=ml, syringe_ml=data["syringe_ml"])
        for seq, ml in enumerate(data["aliquots_ml"], start=1)
    )
    LocalAnaesthetic.objects.bulk_create(
        LocalAnaesthetic(
            harvest=row,
            agent=dose.agent,
            percent=dose.percent,
            volume_ml=dose.volume_ml,
            mass_mg=dose.mass_mg,
        )
        for dose in given
    )
    return row
