"""Containers and their ids, and what is not given of them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from clinics import selectors as clinics
from procedures.context import Context
from procedures.facts import day_selectors
from procedures.models import Disposition, Harvest, Product
from procedures.products import ids
from procedures.products.ids import ProductId

NEXT_NUMBER = """
INSERT INTO procedures_productcounter (clinic_id, day, last) VALUES (%s, %s, 1)
    ON CONFLICT (clinic_id, day)
    DO UPDATE SET last = procedures_productcounter.last + 1
RETURNING last
"""


def issue_aspirate(context: Context, harvest: Harvest) -> Product:
    """The container of a harvest, with the next number of that clinic's day."""
    day = harvest.first_aliquot_at.astimezone(context.facts.day.zone).date()
    seq = _next_number(context.episode.clinic_id, day)
    return _issue(context, ids.ASPIRATE, seq, day)


def issue_child(context: Context, parent: Product, kind: str) -> Product:
    """A container filled from `parent`, numbered with it."""
    return _issue(context, kind, parent.seq, parent.collected_on, parent)


def _next_number(clinic_id: int, day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [clinic_id, day])
        return int(cursor.fetchone()[0])


def _issue(
    context: Context, kind: str, seq: int, day: date, parent: Product | None = None
) -> Product:
    episode = context.episode
    number = episode.products.filter(kind=kind).count() + 1
    slug = clinics.clinic(episode.clinic_id).slug
    site = ids.site_code(slug, episode.clinic_id)
    code = ids.issue(ProductId(site, day, seq, kind, number))
    return Product.objects.create(
        code=code,
        kind=kind,
        number=number,
        seq=seq,
        clinic_id=episode.clinic_id,
        episode=episode,
        donor_id=episode.patient_id,
        recipient_id=episode.patient_id,
        parent=parent,
        collected_on=day,
        issued_at=context.occurred_at,
    )


def dispose(
    context: Context,
    product: Product,
    kind: str,
    volume_ml: Decimal,
    reason: str = "",
    **more: Any,
) -> None:
    """Keep that a part of a product was kept for quality or discarded."""
    if volume_ml > 0:
        Disposition.objects.create(
            product=product,
            kind=kind,
            volume_ml=volume_ml,
            reason=reason,
            **{**context.record_fields(), **more},
        )


def discard_all(context: Context) -> None:
    """An aborted day leaves nothing: what was not used is discarded."""
    episode = context.episode
    processing = day_selectors.current_processing(episode)
    harvest, aspirate = (
        day_selectors.current_harvest(episode),
        day_selectors.aspirate(episode),
    )
    if processing is not None:
        rest = processing.bmc_ml - day_selectors.used_ml(episode)
        dispose(context, processing.concentrate, "discarded", rest, "aborted")
    elif harvest is not None and aspirate is not None:
        whole = harvest.total_aspirate_ml
        dispose(context, aspirate, "discarded", whole, "aborted")
