"""At the bench: hand-offs, concentrating, release."""

import uuid
from collections.abc import Mapping
from typing import Any

from core.refusal import Refused
from procedures import day_vocabulary as words
from procedures import presence
from procedures.context import Context
from procedures.facts import day_selectors
from procedures.facts.reason import GuardReason
from procedures.models import Processing, Product, Release
from procedures.products import containers, identity, ids, kit_use, sums, volumes
from procedures.signatures import sign
from scheduling import selectors as scheduling

ASPIRATE_HAND_OFFS = ("H1", "H2", "H3")
ALLOWED = frozenset(
    name for name, _ in (*words.ALLOWED_MANIPULATIONS, *words.ALLOWED_ADDITIVES)
)
PLAIN = (
    "centrifuge",
    "program",
    "spin_minutes",
    "spin_g",
    "spin_rpm",
    "start_at",
    "end_at",
    "input_ml",
    "bmc_ml",
    "ppp_ml",
    "waste_ml",
    "filter_um",
    "tnc_e6_per_ml",
    "viability_pct",
    "hct_pct",
    "plt_e3_per_ul",
    "wbc_e3_per_ul",
    "colour",
    "note",
)


def hand_off(context: Context) -> Refused | None:
    """A container changes hands, or a mismatch is resolved."""
    kind, data = context.data["kind"], context.data
    if kind == "resolve":
        return identity.resolve(context)
    if data["method"] == "manual" and context.second_person is None:
        return context.refuse(
            GuardReason(
                "second-person-missing",
                "Reading aloud instead of scanning needs a second person.",
                "A colleague proves to be present",
            )
        )
    product = _container(context, kind)
    refused = presence.not_caring(context) or identity.stop_on_mismatch(
        context,
        place=kind,
        product=product,
        patient_scan=data["patient_scan"],
        container_scan=data["container_scan"],
    )
    if refused or product is None:
        return refused
    # A wrong label stops the line here too, so the place is asked about last; a
    # seventh belongs to each injection, every other place is passed once.
    if kind != "H7" and kind in context.facts.day.hand_offs:
        return context.refuse(
            GuardReason(
                "hand-off-done",
                f"{kind} is scanned already.",
                "The one on record is entered in error first",
            )
        )
    labelled = bool(data["labelled_in_presence"])
    identity.keep_hand_off(context, kind, product, labelled_in_presence=labelled)
    return None


def _container(context: Context, kind: str) -> Product | None:
    if kind in ASPIRATE_HAND_OFFS:
        return day_selectors.aspirate(context.episode)
    return day_selectors.concentrate(context.episode)


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
    others = Processing.objects.exclude(episode=context.episode).filter(
        clinic_id=context.episode.clinic_id,
        centrifuge=data["centrifuge"],
        superseded_at=None,
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
        **{name: data[name] for name in PLAIN},
        **{**context.record_fields(), **more},
    )


def _cells(data: Mapping[str, Any]) -> Any:
    if data["tnc_e6_per_ml"] is None:
        return None
    return volumes.cells_e6(data["tnc_e6_per_ml"], data["bmc_ml"])


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
