"""Processing at the bench: concentrated, with its kit and volumes accounted for."""

import uuid
from collections.abc import Mapping
from typing import Any

from core.refusal import Refused
from procedures import day_vocabulary as words
from procedures import presence
from procedures.acts.process.schema import PROCESS
from procedures.context import Context, plain_answers
from procedures.facts import day_selectors
from procedures.facts.reason import GuardReason
from procedures.models import Processing
from procedures.products import containers, ids, kit_use, sums, volumes
from procedures.records import current_rows
from procedures.signatures import sign
from scheduling import selectors as scheduling

ALLOWED = frozenset(
    name for name, _ in (*words.ALLOWED_MANIPULATIONS, *words.ALLOWED_ADDITIVES)
)


def process(context: Context) -> Refused | None:
    """Concentrate the aspirate; its volumes and its kit are accounted for."""
    data = context.data
    kit = kit_use.of_answers(context, data)
    if isinstance(kit, Refused):
        return kit
    refused = (
        kit_use.why_not(context, kit, data["start_at"])
        or unknown_centrifuge(context, data["centrifuge"])
        or busy(context, data)
    )
    aspirate = day_selectors.aspirate(context.episode)
    if refused or aspirate is None:
        return refused
    concentrate = containers.issue_child(context, aspirate, ids.CONCENTRATE)
    row = insert(
        context,
        data,
        concentrate=concentrate,
        kit=kit_use.use(context, kit, data["start_at"]),
        operator_id=presence.actor_id(context),
    )
    if data["qc_retained_ml"] > 0:
        sample = containers.issue_child(context, concentrate, ids.SAMPLE)
        context.payload["sample"] = sample.code
    containers.dispose(context, concentrate, "qc_retained", data["qc_retained_ml"])
    sums.settle()
    context.payload |= {"processing": row.pk, "product": concentrate.code}
    return None


def unknown_centrifuge(context: Context, name: str) -> Refused | None:
    """A product is spun in one of the clinic's own machines that are in use."""
    known = scheduling.resources(context.episode.clinic_id, "centrifuge")
    names = list(known.values_list("name", flat=True))
    if name in names:
        return None
    return context.refuse(
        GuardReason(
            "centrifuge-unknown",
            f"The clinic has no centrifuge of that name: {', '.join(names) or 'none'}.",
            "One of the clinic's centrifuges in use is named",
        )
    )


def busy(context: Context, data: Mapping[str, Any]) -> Refused | None:
    """One patient's product per centrifuge at a time."""
    others = current_rows(Processing.objects.exclude(episode=context.episode)).filter(
        clinic_id=context.episode.clinic_id,
        centrifuge=data["centrifuge"],
        start_at__lt=data["end_at"],
        end_at__gt=data["start_at"],
    )
    if not others.exists():
        return None
    return context.refuse(
        GuardReason(
            "centrifuge-busy", "Another product was in this centrifuge at that time."
        )
    )


def insert(context: Context, data: Mapping[str, Any], **more: Any) -> Processing:
    """One signed processing; whatever is beyond minimal manipulation is held.

    What was on hold once stays so, whatever a later row says of it.
    """
    key = uuid.uuid4()
    done, added = list(data["manipulations"]), list(data["additives"])
    beyond = not ALLOWED.issuperset((*done, *added))
    held = beyond or day_selectors.was_held(context.episode)
    if held:
        context.payload["hold"] = sorted({*done, *added} - ALLOWED) or ["held before"]
    return Processing.objects.create(
        id=key,
        signature=sign(context, f"processing:{key}"),
        clinic_id=context.episode.clinic_id,
        product=more["concentrate"].parent,
        manipulations=done,
        additives=added,
        regulatory_hold=held,
        tnc_total_e6=_cells(data),
        clots=bool(data["clots"]),
        leak=bool(data["leak"]),
        **plain_answers(
            PROCESS,
            Processing,
            data,
            but=("additives", "clots", "leak", "manipulations"),
        ),
        **{**context.record_fields(), **more},
    )


def _cells(data: Mapping[str, Any]) -> Any:
    if data["tnc_e6_per_ml"] is None:
        return None
    return volumes.cells_e6(data["tnc_e6_per_ml"], data["bmc_ml"])
