"""The places of an ICD-10-CM code of chapters M and S that say side and joint.

Structure, no table of codes: the longest beginning that is listed decides for all
codes under it. Made from the regular build of the chapters and checked in the tests
against a whole list of codes and their descriptions.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Sides(NamedTuple):
    """Characters at a place that mean right, left and both sides."""

    right: str = ""
    left: str = ""
    both: str = ""


NO_SIDE = Sides()
PLAIN = Sides("1", "2", "3")


def _table(*rows: tuple[Sides, str]) -> dict[str, Sides]:
    return {start: sides for sides, starts in rows for start in starts.split()}


# The sixth character, the usual place of the side.
AT_SIXTH: Mapping[str, Sides] = _table(
    (Sides("14", "25"), "M S M8434 M8444 M8457 M8467 S32 S354 S355"),
    (PLAIN, "M266 M925 S0931 S20"),
    (
        NO_SIDE,
        (
            "M262 M4 M5 M625A M6283 M868X M8718 M898 M948X M968 S005 S015 S06 S0881 S1"
            " S2 S278 S3 S320 S321 S3281 S378"
        ),
    ),
    (Sides("13", "24"), "M217 M678 M84 M8913"),
    (Sides("036", "147"), "M2300 M2320 M2330 M6007 S311 S316 S8320"),
    (Sides("147", "258"), "M2447 M6 M8437 M8447 M847 M87 S42"),
    (Sides("03", "14"), "M6000"),
    (Sides("1", "2"), "M8435 M8445 M8455 M8465 S15 S21 S25 S282 S370"),
    (Sides("1357", "2468"), "M89 S56"),
    (
        Sides("0246", "1357"),
        (
            "M8916 S604 S6094 S612 S613 S623 S626 S632 S634 S6361 S6363 S6365 S6369"
            " S6449 S655 S661 S663 S665 S6719 S681 S686"
        ),
    ),
    (Sides("1", "2", "4"), "M93"),
    (Sides("ACEG", "BDFH"), "S0211"),
    (Sides("ACE", "BDF"), "S024"),
    (Sides("", "", "2"), "S27 S37"),
    (Sides("0", "2"), "S365"),
)
# The fifth, where the code ends there or a placeholder follows.
AT_FIFTH: Mapping[str, Sides] = _table(
    (
        Sides("1", "2"),
        (
            "M16 M17 M18 M20 M214 M220 M221 M224 M229 M234 M235 M239 M543 M544 M670"
            " M675 M701 M702 M703 M704 M705 M706 M707 M712 M75 M76 M77 M911 M912 M913"
            " M914 M918 M919 M92 M951 M97 S S001 S023 S028 S04 S05 S092 S200 S223"
        ),
    ),
    (NO_SIDE, "M M200 M205 M751 M768 M922 M925 S0 S040 S1 S2 S3"),
    (PLAIN, "S03 S224"),
    (Sides("14", "25"), "S063 S722 S825 S826 S930"),
    (Sides("1", "2"), "S068 S318"),
)
# Here the fifth says the side although another character follows.
FIFTH_BEFORE_SIXTH = frozenset({"S063", "S068", "S318"})
# The fourth.
AT_FOURTH: Mapping[str, Sides] = _table(
    (NO_SIDE, "M S"),
    (Sides("", "", "0246"), "M16"),
    (Sides("", "", "024"), "M17 M18"),
    (Sides("1", "2"), "S47"),
)

# Codes that are whole where others of their build still lack the side.
_WHOLE = (
    "M160 M162 M164 M166 M167 M169 M170 M172 M174 M175 M179 M180 M182 M184 M189 M199"
    " M26 M27 M3 M628 M769 M778 M779 M791 M798 M79A M928 M929 M96 M99"
)
WHOLE_WITHOUT_SIDE = tuple(_WHOLE.split())

# Codes that need a seventh character, and those that may never have one.
SEVENTH = (
    *("S", "M1A", "M484", "M485", "M80", "M843", "M844", "M845", "M846", "M847"),
    "M97",
)
SEVENTHS = frozenset("ABCDEFGHJKMNPQRS")
SEVENTHS_OF_GOUT = frozenset("01")

# The joint: by the fifth character ("site"), or fixed for the codes of a beginning.
JOINT_SITE = {
    "1": "shoulder",
    "2": "elbow",
    "3": "wrist",
    "4": "wrist",
    "5": "hip",
    "6": "knee",
    "7": "ankle",
}
# Soft tissue and bone lie between two joints.
PART_SITE = {
    "1": "shoulder",
    "2": "shoulder elbow",
    "3": "elbow wrist",
    "4": "wrist",
    "5": "hip knee",
    "6": "knee ankle",
    "7": "ankle",
}
SITE, PART, ANY, ELSEWHERE = "site", "part", "", "elsewhere"
_JOINTS = {
    SITE: "M0 M1 M20 M21 M24 M25",
    PART: "M6 M7 M8 M9 M796",
    ANY: "M M199 M3 M628 M769 M79 M923 M928 M929 M95 M96 M99 S",
    ELSEWHERE: "M26 M27 M4 M5 S0 S1 S2 S3",
    "shoulder": "M75 S40 S43 S46",
    "shoulder elbow": "M920 M9662 S4",
    "elbow": "M702 M703 M770 M771 M974 S53",
    "elbow wrist": "M921 M9663 S5",
    "wrist": "M18 M200 M2151 M2152 M653 M654 M701 M772 M922 S6",
    "hip": "M16 M247 M706 M707 M760 M761 M762 M930 M970 S324 S73",
    "hip knee": "M91 M9666 S7",
    "knee": "M17 M22 M23 M675 M704 M705 M712 M765 M971 S83",
    "knee ankle": "M763 M764 M767 M768 M92 M9667 S8",
    "ankle": (
        "M201 M202 M203 M204 M205 M206 M214 M215 M216 M670 M766 M773 M774 M775 M926"
        " M972 S9"
    ),
}
JOINTS: Mapping[str, str] = {
    start: kind for kind, starts in _JOINTS.items() for start in starts.split()
}
