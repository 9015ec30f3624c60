"""Which side an ICD-10-CM code names."""

import re

# Families whose next character is the side: 1 right, 2 left, other: no side said.
_SIDED = re.compile(
    r"^(?:M16\.1|M17\.1|M18\.1|M19\.0[1237]|M22\.4|M75\.1[012]|M76\.[01567]|M77\.[01]"
    r"|M87\.05|M94\.26|S46\.01|S83\.[45]1)([12])"
)
_SIDES = {"1": "right", "2": "left"}
SHAPE = re.compile(r"^[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?$")


def side_of(icd10: str) -> str:
    """ "left", "right", or "" for a code that names no side."""
    match = _SIDED.match(icd10)
    return _SIDES[match.group(1)] if match else ""


def agrees(icd10: str, laterality: str) -> bool:
    """Whether the code may stand for a target on that side."""
    return side_of(icd10) in ("", laterality)
