"""Reading ICD-10-CM codes: how they are written, and which side and joint they name.

Side, joint and seventh character come from a code's structure (icd10_rules), so that
codes of chapters M and S that nobody thought of are read, too. Codes of other
chapters are taken as they are and name neither.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from procedures.rules import icd10_places as rules
from procedures.rules.icd10_lengths import is_category

SHAPE = re.compile(r"[A-Z]\d[0-9AB](?:[0-9A-Z]{1,4})?")
BOTH, UNSAID = "both", "unspecified"
T = TypeVar("T")


class BadCode(Exception):
    """The text is no whole ICD-10-CM code; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is printed, such as "M17.11".

    `side` is right, left, both, unspecified (the code has a place for the side and
    leaves it open) or "". `joints` are those it can belong to; none: any.
    """

    text: str
    side: str
    joints: frozenset[str]
    is_elsewhere: bool = False


def split(text: str) -> list[str]:
    """The single codes of a field: blanks, commas or semicolons stand between."""
    return [part for part in re.split(r"[\s,;]+", text) if part]


def read(text: str) -> Code:
    """The code in `text`, in any case, with or without its dot. Raises BadCode."""
    raw = text.strip().upper().rstrip(".")
    bare = raw[:3] + raw[3:].removeprefix(".")
    if not SHAPE.fullmatch(bare):
        raise BadCode(f"{text} is not an ICD-10-CM code; write one such as M17.11")
    if re.search("[OIL]", bare[1:]):
        raise BadCode(f"{text} has a letter O, I or L where a digit is meant")
    if bare[0] in "MS":
        _check_side_is_there(bare)
        _check_is_whole(bare)
        _check_seventh(bare)
        _check_nothing_follows(bare)
    joints = _joints(bare)
    elsewhere = joints == rules.ELSEWHERE
    named = frozenset() if elsewhere else frozenset(joints.split())
    return Code(_printed(bare), _side(bare), named, elsewhere)


def against(code: Code, laterality: str) -> str:
    """Reason that the code cannot stand for a target on that side; "" if it can."""
    if code.side in ("left", "right") and code.side != laterality:
        return f"{code.text} is not {laterality}"
    return ""


def remarks(code: Code, joint: str) -> Iterator[str]:
    """Remarks on what is unusual about the code at a target of that joint."""
    if code.is_elsewhere:
        yield f"{code.text} is of the head, spine or trunk, not of the {joint}"
    elif code.joints and joint not in code.joints:
        named = " or ".join(sorted(code.joints))
        yield f"{code.text} is of the {named}, not of the {joint}"
    if code.side == UNSAID:
        yield f"{code.text} does not say the side"


def _check_seventh(bare: str) -> None:
    wants = bare.startswith(rules.SEVENTH)
    if not wants:
        if len(bare) == 7:
            raise BadCode(f"{bare[:3]}.{bare[3:]} has a character too many")
        return
    allowed = rules.SEVENTHS
    if bare.startswith("M1A"):
        allowed = rules.SEVENTHS_OF_GOUT
    if len(bare) < 7 or bare[6] not in allowed:
        some = "0 or 1" if bare.startswith("M1A") else "A, D or S"
        padded = f"{bare[:3]}.{bare[3:6].ljust(3, 'X')}"
        raise BadCode(
            f"{bare[:3]}.{bare[3:]} is not complete: the seventh character is missing,"
            f" such as {some} ({padded}{some[0]})"
        )


def _check_side_is_there(bare: str) -> None:
    """Refuse a code that ends before the place of its side."""
    ends_early = len(bare) == 4 and any(_longest(rules.AT_FIFTH, bare))
    ends_at_site = (
        len(bare) == 5
        and bare[4] in rules.JOINT_SITE
        and not any(_longest(rules.AT_FIFTH, bare[:4]))
        and any(_longest(rules.AT_SIXTH, bare))
    )
    if bare.startswith(rules.WHOLE_WITHOUT_SIDE) or not (ends_early or ends_at_site):
        return
    raise BadCode(
        f"{bare[:3]}.{bare[3:]} is not complete: the character of the side is missing,"
        " such as 1 (right) or 2 (left)"
    )


def _check_is_whole(bare: str) -> None:
    """Refuse a category: it lacks a character, or has an X at that one's place."""
    for length in (3, 4, 5):
        following = bare[length : length + 1]
        is_said = following not in ("", "X") or is_category(bare[: length + 1])
        if not is_category(bare[:length]) or (following and is_said):
            continue
        lacks = "needs more characters"
        if length == 5 and any(_longest(rules.AT_SIXTH, bare[:5])):
            lacks = (
                "the character of the side is missing, such as 1 (right) or 2 (left)"
            )
        raise BadCode(f"{_printed(bare)} is not complete: {lacks}")


def _check_nothing_follows(bare: str) -> None:
    """Refuse a character behind the side, but for X before a seventh one."""
    fillers = ("", "X") if bare.startswith(rules.SEVENTH) else ("",)
    sides = _longest(rules.AT_FIFTH, bare[:4])
    for length in (4, 5):
        if is_category(bare[:length]) or bare[length : length + 1] in fillers:
            continue
        said = _said(bare[4:5], sides)
        if said in ("left", "right", BOTH) or (said and bare[0] == "M"):
            raise BadCode(f"{_printed(bare)} has a character too many")


def _printed(bare: str) -> str:
    return f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 else bare


def _side(bare: str) -> str:
    if bare[0] not in "MS":
        return ""
    if len(bare) > 5 and bare[5] != "X" and bare[:4] not in rules.FIFTH_BEFORE_SIXTH:
        return _said(bare[5], _longest(rules.AT_SIXTH, bare[:5]))
    if len(bare) > 4 and bare[4] != "X":
        return _said(bare[4], _longest(rules.AT_FIFTH, bare[:4]))
    if len(bare) < 4:
        return ""
    fourth = _longest(rules.AT_FOURTH, bare[:3])
    return _said(bare[3], fourth)


def _said(character: str, sides: rules.Sides) -> str:
    if character in sides.right:
        return "right"
    if character in sides.left:
        return "left"
    if character in sides.both:
        return BOTH
    return UNSAID if any(sides) else ""


def _joints(bare: str) -> str:
    """Joint names with blanks between, "" or `ELSEWHERE`."""
    if bare[0] not in "MS":
        return ""
    kind = _longest(rules.JOINTS, bare)
    site = bare[5:6] if bare[4:5] == "X" else bare[4:5]
    if kind == rules.SITE:
        return rules.JOINT_SITE.get(site, "")
    return rules.PART_SITE.get(site, "") if kind == rules.PART else kind


def _longest(table: Mapping[str, T], bare: str) -> T:
    """The value of the longest beginning of `bare` that the table has."""
    starts = (bare[:length] for length in range(len(bare), 0, -1))
    return next(table[start] for start in starts if start in table)
