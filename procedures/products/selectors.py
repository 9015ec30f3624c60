"""Containers: what their labels say, and where each has been."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from procedures.facts.day_selectors import (
    aspirate,
    current_harvest,
    current_processing,
    expires_at,
)
from procedures.models import Episode, HandOff, KitUse, Product, ScanIncident
from procedures.products import ids
from procedures.records import current_rows

AUTOLOGOUS = "FOR AUTOLOGOUS USE ONLY"
NOT_EVALUATED = "NOT EVALUATED FOR INFECTIOUS SUBSTANCES"
CONTENTS = {
    ids.ASPIRATE: "Bone marrow aspirate",
    ids.CONCENTRATE: "Bone marrow concentrate",
    ids.SAMPLE: "Quality sample",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A printed label: `code` alone in the barcode, the rest for people to read."""

    code: str
    patient_name: str
    birth_date: date
    mrn: str
    contents: str
    volume_ml: Decimal | None
    collected_at: datetime | None
    expires_at: datetime | None
    statements: tuple[str, ...] = (AUTOLOGOUS, NOT_EVALUATED)


def label(product: Product) -> Label:
    """The label of one container as things stand."""
    patient, harvest = product.episode.patient, current_harvest(product.episode)
    return Label(
        code=product.code,
        patient_name=patient.full_name,
        birth_date=patient.birth_date,
        mrn=patient.mrn,
        contents=CONTENTS[product.kind],
        volume_ml=_volume_ml(product),
        collected_at=harvest.first_aliquot_at if harvest else None,
        expires_at=expires_at(product.episode),
    )


def _volume_ml(product: Product) -> Decimal | None:
    if product.kind == ids.ASPIRATE:
        harvest = current_harvest(product.episode)
        if harvest is None:
            return None
        return harvest.total_aspirate_ml + harvest.anticoagulant_ml
    if product.kind == ids.CONCENTRATE:
        processing = current_processing(product.episode)
        return processing.bmc_ml if processing else None
    kept = current_rows(product.episode.dispositions).filter(kind="qc_retained")
    return sum(kept.values_list("volume_ml", flat=True), Decimal(0))


def of_episode(episode: Episode) -> list[Product]:
    """Its containers, the aspirate first."""
    return list(episode.products.order_by("issued_at", "kind", "number"))


def is_struck(product: Product) -> bool:
    """True if what made it was entered in error, and it counts no more."""
    if product.kind == ids.ASPIRATE:
        newest = aspirate(product.episode)
        is_newest = newest is not None and newest.pk == product.pk
        return not is_newest or current_harvest(product.episode) is None
    if product.kind == ids.CONCENTRATE:
        return not current_rows(product.made_by).exists()
    return not current_rows(product.dispositions).exists()


def hand_offs(episode: Episode) -> list[HandOff]:
    """The hand-offs in time."""
    rows = current_rows(episode.handoffs)
    return list(rows.select_related("product", "person").order_by("occurred_at"))


def incidents(episode: Episode) -> list[ScanIncident]:
    """Scans that did not match, with what came of them."""
    rows = episode.scan_incidents.select_related("resolution")
    return list(rows.order_by("occurred_at"))


def look_back(clinic_id: int, text: str) -> QuerySet[KitUse]:
    """Every use of kits of this lot or serial number at a clinic, the latest first.

    Also what was corrected or entered in error since: a recall asks whom a kit may
    have reached, and a slip of the pen is one of the ways.
    """
    rows = KitUse.objects.filter(
        Q(lot=text) | Q(serial=text), episode__clinic=clinic_id
    )
    rows = rows.select_related("episode__patient", "corrected_by")
    return rows.order_by("-used_on", "pk") if text else rows.none()


def state_of(use: KitUse) -> str:
    """One word of REST for whether the kit was used up after all."""
    if use.superseded_at is None:
        return "used"
    return "corrected" if hasattr(use, "corrected_by") else "entered-in-error"
