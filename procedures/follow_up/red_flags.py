"""Warning signs after the treatment: which answers need whom, and how fast.

Any single sign is enough; fever is never required (joint infections often come
without it). Tier 1 is an emergency, tier 2 needs a clinician the same day, tier 3
the next business day, tier 4 is information.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

FEVER_C = Decimal("38.0")
SEVERE_PAIN_NRS = 8

EMERGENCY = {
    "chest_pain": "Chest pain",
    "breathlessness": "Trouble breathing",
    "fainting": "Fainting",
    "stroke_signs": "Face drooping, arm weakness or trouble speaking",
    "throat_swelling": "Swelling of the face, lips or throat",
    "bleeding_not_stopping": "Bleeding that 15 minutes of pressure does not stop",
    "bladder_bowel_loss": "Loss of bladder or bowel control",
}
SAME_DAY = {
    "rigors": "Shaking chills",
    "hot_red_swollen": "The treated place is hot, red or very swollen",
    "pus_or_drainage": "Pus or drainage",
    "calf_pain_or_swelling": "Calf pain or swelling",
    "new_numbness_or_weakness": "New numbness or weakness",
    "severe_back_or_belly_pain": "Severe low-back, flank or belly pain",
    "expanding_bruise": "A bruise that keeps growing",
    "pain_worse_after_72_hours": "Pain getting worse after the third day",
}
NEXT_BUSINESS_DAY = {
    "bruise_over_10_cm": "A bruise larger than a hand (10 cm)",
    "rash_or_itch": "Rash or itching",
    "took_nsaid": "Took an anti-inflammatory pain reliever",
    "distress": "Very worried or low",
}
SIGNS = {**EMERGENCY, **SAME_DAY, **NEXT_BUSINESS_DAY}


@dataclass(frozen=True, slots=True)
class Flag:
    """One warning sign that was found."""

    code: str
    tier: int
    text: str


def flags(
    answers: Mapping[str, Any], earlier_nrs: tuple[int, ...] = ()
) -> tuple[Flag, ...]:
    """Every warning sign in the answers of one form, the gravest first.

    `earlier_nrs` are the pain scores of the contacts before, oldest first; pain that
    rose at both of the last two contacts is tier 3.
    """
    found = [*_signs(answers), *_measured(answers)]
    if _rising((*earlier_nrs, answers.get("nrs"))):
        found.append(Flag("pain_rising", 3, "Pain rose over two contacts"))
    return tuple(sorted(found, key=lambda flag: flag.tier))


def tier_of(found: tuple[Flag, ...]) -> int:
    """The gravest tier; 4 when there is no flag."""
    return min((flag.tier for flag in found), default=4)


def _signs(answers: Mapping[str, Any]) -> list[Flag]:
    tiers = ((EMERGENCY, 1), (SAME_DAY, 2), (NEXT_BUSINESS_DAY, 3))
    reported = answers.get("warning_signs") or ()
    return [
        Flag(code, tier, texts[code])
        for texts, tier in tiers
        for code in reported
        if code in texts
    ]


def _measured(answers: Mapping[str, Any]) -> list[Flag]:
    found = []
    if (answers.get("temperature_c") or 0) >= FEVER_C:
        found.append(Flag("fever", 2, "Temperature of 38.0 °C (100.4 °F) or more"))
    if (answers.get("nrs") or 0) >= SEVERE_PAIN_NRS:
        found.append(Flag("severe_pain", 2, "Pain of 8 or more out of 10"))
    if answers.get("bears_weight") is False:
        found.append(
            Flag("cannot_bear_weight", 2, "Cannot bear weight or use the limb")
        )
    if answers.get("swelling") == "severe":
        found.append(Flag("very_swollen", 2, "The treated place is very swollen"))
    return found


def _rising(scores: tuple[int | None, ...]) -> bool:
    known = [score for score in scores if score is not None]
    return len(known) >= 3 and known[-3] < known[-2] < known[-1]
