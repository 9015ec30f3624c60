"""Hand-offs of a container, and mismatches resolved."""

from core.refusal import Refused
from procedures import presence
from procedures.context import Context
from procedures.facts import day_selectors
from procedures.facts.reason import GuardReason
from procedures.models import Product
from procedures.products import identity

ASPIRATE_HAND_OFFS = ("H1", "H2", "H3")


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
