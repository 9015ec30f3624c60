"""Comparing what was scanned with what should have been."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from procedures.domain import product_ids
from procedures.domain.reason import GuardReason

LIFTS = "Two people resolve the mismatch (hand-off, resolve)"


@dataclass(frozen=True, slots=True)
class Expected:
    """The wristband's MRN and the container's id that belong together today."""

    mrn: str
    product_code: str
    today: date


def normal(text: str) -> str:
    """A scan as it is compared: no blanks around, upper case."""
    return text.strip().upper()


def mismatches(
    expected: Expected, patient_scan: str, container_scan: str
) -> Iterator[GuardReason]:
    """Why the scans do not belong together; nothing when they do."""
    if normal(patient_scan) != normal(expected.mrn):
        yield GuardReason(
            "patient-mismatch", "The wristband is not this patient's.", LIFTS
        )
    if normal(container_scan) != normal(expected.product_code):
        yield GuardReason(
            "product-mismatch", "The container is not this episode's.", LIFTS
        )
        yield from _why(expected, container_scan)


def _why(expected: Expected, container_scan: str) -> Iterator[GuardReason]:
    read = product_ids.parse(container_scan)
    if read is None:
        yield GuardReason("product-unreadable", "That is no product id.", LIFTS)
    elif read.day != expected.today:
        yield GuardReason(
            "product-other-day",
            f"That product was collected on {read.day.isoformat()}.",
            LIFTS,
        )
