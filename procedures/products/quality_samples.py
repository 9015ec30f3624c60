"""The quality sample of a corrected processing: its volume moves with the figures."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from procedures.context import Context
from procedures.models import Disposition, Processing
from procedures.products import containers, ids
from procedures.records import current_rows


def kept(processing: Processing) -> list[Disposition]:
    """Volume on record as kept of this concentrate."""
    rows = current_rows(Disposition.objects).filter(
        product=processing.concentrate, kind="qc_retained"
    )
    return list(rows)


def kept_ml(processing: Processing) -> Decimal:
    return sum((row.volume_ml for row in kept(processing)), Decimal(0))


def wanted_ml(
    processing: Processing, data: Mapping[str, Any], values: Mapping[str, Any]
) -> Decimal:
    """Volume to be on record; the one there if the correction does not tell."""
    if values.get("qc_retained_ml") in (None, ""):
        return kept_ml(processing)
    told: Decimal = data["qc_retained_ml"]
    return told


def move(context: Context, processing: Processing, volume_ml: Decimal) -> None:
    """Put the volume in the place of the one on record; the first one stays there."""
    if volume_ml == kept_ml(processing):
        return
    rows, concentrate = kept(processing), processing.concentrate
    Disposition.objects.filter(pk__in=[row.pk for row in rows]).update(
        superseded_at=context.now
    )
    for number, row in enumerate(rows):
        Disposition.objects.create(
            product=concentrate,
            kind="qc_retained",
            volume_ml=Decimal(0) if number else volume_ml,
            corrects=row,
            correction_reason=context.data["reason"],
            **context.record_fields(),
        )
    if not rows:
        containers.dispose(context, concentrate, "qc_retained", volume_ml)
    if not concentrate.episode.products.filter(kind="Q").exists():
        sample = containers.issue_child(context, concentrate, ids.SAMPLE)
        context.payload["sample"] = sample.code
    context.payload["qc_retained"] = f"{volume_ml} mL"
