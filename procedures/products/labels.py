"""Labels of ours in scanned text: whose wristband, which container.

Who else a scan names is looked up before anything is locked, so that both patients'
rows can be locked in the order of their ids.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from procedures.models import Episode, Product
from procedures.pathway import Stage
from procedures.products import ids, scanned_text

SCANS = ("patient_scan", "container_scan", "product_scan")
_OWN_MRN = re.compile(r"CP-\d{6}")
# From the wristband to the last injection: what may still be mixed up.
ON_THE_DAY = (
    Stage.CHECKED_IN,
    Stage.HARVESTED,
    Stage.PROCESSED,
    Stage.RELEASED,
)


def is_mrn(text: str, clinic_id: int) -> bool:
    """True if it is a wristband of this clinic, or written like one."""
    if _OWN_MRN.fullmatch(text):
        return True
    rows = Episode.objects.filter(clinic_id=clinic_id, patient__mrn__iexact=text)
    return rows.exists()


def is_product(text: str, clinic_id: int) -> bool:
    """True if it is a container's id: its check character is right, or we have it."""
    if ids.parse(text) is not None:
        return True
    return Product.objects.filter(clinic_id=clinic_id, code=text).exists()


def others_named(episode: Episode, data: Mapping[str, Any]) -> list[Episode]:
    """Other episodes of the clinic whose container or wristband was scanned here."""
    texts = {
        one
        for name in SCANS
        if isinstance(data.get(name), str)
        for one in scanned_text.labels(data[name])
    }
    if not texts:
        return []
    texts -= {episode.patient.mrn.upper()}
    found = {one.pk: one for one in _of_texts(episode.clinic_id, texts)}
    found.pop(episode.pk, None)
    return [found[key] for key in sorted(found)]


def _of_texts(clinic_id: int, texts: set[str]) -> Iterator[Episode]:
    rows = Episode.objects.filter(clinic_id=clinic_id).select_related("patient")
    yield from rows.filter(products__code__in=texts)
    for text in texts:
        yield from rows.filter(patient__mrn__iexact=text, stage__in=ON_THE_DAY)


def patients_of(episodes: list[Episode]) -> set[UUID]:
    return {episode.patient_id for episode in episodes}
