"""Release of the concentrate: it may be given."""

import uuid

from core.refusal import Refused
from procedures import presence
from procedures.context import Context
from procedures.facts import day_selectors
from procedures.facts.reason import GuardReason
from procedures.models import Processing, Release
from procedures.products import identity
from procedures.signatures import sign


def release(context: Context) -> Refused | None:
    """The concentrate may be given; the second person is not who made it."""
    row = day_selectors.current_processing(context.episode)
    if row is None:
        return context.refuse(GuardReason("not-processed", "There is no product."))
    refused = (
        presence.not_caring(context)
        or _verified_by_its_maker(context, row)
        or _without_physician(context)
        or identity.stop_on_mismatch(
            context,
            place="H5",
            product=row.concentrate,
            patient_scan=context.episode.patient.mrn,
            container_scan=context.data["product_scan"],
        )
    )
    if refused is None:
        _release(context, row)
    return refused


def _verified_by_its_maker(context: Context, row: Processing) -> Refused | None:
    if presence.second(context).user_id != row.operator_id:
        return None
    return context.refuse(
        GuardReason(
            "verifier-is-operator",
            "Whoever processed the product does not verify it.",
            "Somebody else verifies it",
        )
    )


def _without_physician(context: Context) -> Refused | None:
    product = context.facts.day.product
    if product is None or not product.needs_physician:
        return None
    if not presence.no_doctor(context):
        return None
    return context.refuse(
        GuardReason(
            "physician-missing",
            "A clot, a leak or low viability is a physician's to accept.",
            "A physician releases it, or is the second person",
        )
    )


def _release(context: Context, row: Processing) -> None:
    key, harvest = uuid.uuid4(), context.facts.day.harvest
    assert harvest is not None
    Release.objects.create(
        id=key,
        signature=sign(context, f"release:{key}"),
        product=row.concentrate,
        processing=row,
        operator_id=row.operator_id,
        released_by_id=presence.actor_id(context),
        verifier_id=presence.second(context).user_id,
        released_at=context.occurred_at,
        expires_at=harvest.first_aliquot_at + context.facts.day.product_limit,
        label_checked=context.data["label_checked"],
        physician_note=context.data["physician_note"],
        **context.record_fields(),
    )
    context.payload |= {"release": key, "product": row.concentrate.code}
