"""Comparing what was scanned with what should have been.

Three answers besides "they belong together": nothing was understood, the fields were
exchanged, or the labels are another patient's or product's. Only the last is a
mismatch, which stops the line.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from procedures.facts.reason import GuardReason
from procedures.products import ids, scanned_text

LIFTS = "Two people resolve the mismatch (hand-off, resolve)"
AGAIN = "Scan again; if it cannot be scanned, read it aloud with a second person"
Kind = Literal["patient", "product", ""]


@dataclass(frozen=True, slots=True)
class Expected:
    """The wristband's MRN and the container's id that belong together today."""

    mrn: str
    product_code: str
    today: date


@dataclass(frozen=True, slots=True)
class Label:
    """Content of one field: a label of ours, or nothing that was understood."""

    kind: Kind = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """The two labels, each in its right place; `reasons` is empty where all is well.

    A mismatch is an incident; everything else asks to scan again.
    """

    patient: Label
    container: Label
    reasons: tuple[GuardReason, ...] = ()
    is_mismatch: bool = False


Known = Callable[[str], bool]


def compare(
    expected: Expected,
    patient_scan: str,
    container_scan: str,
    *,
    is_mrn: Known,
    is_product: Known,
) -> Compared:
    """Reading of the two scans; `is_mrn` and `is_product` know our labels."""
    patient = _label(expected, patient_scan, is_mrn, is_product)
    container = _label(expected, container_scan, is_mrn, is_product)
    exchanged = patient.kind == "product" or container.kind == "patient"
    if exchanged and patient.kind != container.kind:
        patient, container = container, patient
    wrong = tuple(_mismatches(expected, patient, container))
    if wrong:
        return Compared(patient, container, wrong, is_mismatch=True)
    if exchanged:
        return Compared(patient, container, (_exchanged(patient, container),))
    unread = tuple(_unread(patient, container))
    return Compared(patient, container, unread)


def _label(expected: Expected, text: str, is_mrn: Known, is_product: Known) -> Label:
    found = list(scanned_text.labels(text))
    for one in found:
        if one == normal(expected.mrn):
            return Label("patient", one)
        if one == normal(expected.product_code):
            return Label("product", one)
    for one in found:
        if is_product(one):
            return Label("product", one)
        if is_mrn(one):
            return Label("patient", one)
    return Label("", found[0] if found else "")


def normal(text: str) -> str:
    """A label as it is compared: no blanks around, upper case."""
    return text.strip().upper()


def _mismatches(
    expected: Expected, patient: Label, container: Label
) -> Iterator[GuardReason]:
    """Labels of ours that are not those expected, in whichever field they stand."""
    found = (patient, container)
    mrns = [one.text for one in found if one.kind == "patient"]
    codes = [one.text for one in found if one.kind == "product"]
    for text in dict.fromkeys(mrns):
        if text != normal(expected.mrn):
            yield GuardReason(
                "patient-mismatch",
                "The wristband is not this patient's:"
                f" it says {text}, expected was {expected.mrn}.",
                LIFTS,
            )
    for text in dict.fromkeys(codes):
        if text != normal(expected.product_code):
            yield GuardReason(
                "product-mismatch",
                "The container is not this episode's: it says"
                f" {text}, expected was {expected.product_code or 'none'}.",
                LIFTS,
            )
            yield from _other_day(expected, text)


def _other_day(expected: Expected, text: str) -> Iterator[GuardReason]:
    read = ids.parse(text)
    if read is not None and read.day != expected.today:
        yield GuardReason(
            "product-other-day",
            f"That product was collected on {read.day.isoformat()}.",
            LIFTS,
        )


def _exchanged(patient: Label, container: Label) -> GuardReason:
    if patient.kind == container.kind == "product":
        text = "Both fields hold the container's label: scan the wristband, too."
    elif patient.kind == container.kind == "patient":
        text = "Both fields hold the wristband: scan the container, too."
    else:
        text = "Wristband and container are in each other's field: scan both again."
    return GuardReason("scan-exchanged", text, "Each label is scanned into its field")


def _unread(patient: Label, container: Label) -> Iterator[GuardReason]:
    for label, name in ((patient, "wristband"), (container, "container")):
        if not label.kind:
            said = f' ("{label.text[:40]}")' if label.text else ""
            yield GuardReason(
                "scan-unreadable",
                f"The {name} could not be read{said}. This is no mismatch.",
                AGAIN,
            )
