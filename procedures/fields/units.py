"""The ways in which people and devices write one and the same unit."""

import re
import unicodedata

# A small digit above the line is a power; folded, 10\u00b3 would be the number 103.
_POWERS = {
    ord(sign): f"^{digit}"
    for digit, sign in enumerate(
        "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
    )
}
_TIMES = re.compile(r"^[x\u00d7*\u00b7](?=10[*^e]|g$)")
_TEN_TO_THE = re.compile(r"10(?:\*\*|[*^e])(\d)")
_MICRO = re.compile(r"(?<=/)(?:mcl|mm\^?3|cmm)$")
_SAME = {
    "10*3/ul": "k/ul thou/ul thousand/ul 10*9/l 10*6/ml",
    "10*6/ml": "million/ml mio/ml 10*3/ul 10*9/l",
    "ml": "cc ccm cm3 cm^3 mls milliliter milliliters millilitre millilitres",
    "/ul": "perul",
    "/min": "bpm permin permin. 1/min",
    "mm/h": "mm/hr",
    "h": "hr hrs hour hours",
    "min": "mins minute minutes",
    "months": "month",
    "weeks": "week wk wks",
    "kg": "kgs kilogram kilograms",
    "lb": "lbs pound pounds",
    "cm": "cms centimeter centimeters centimetre centimetres",
    "m": "meter meters metre metres",
    "in": 'inch inches " \u2032\u2032 \u201d',
    "\u00b0f": "degf fahrenheit",
    "\u00b0c": "degc celsius",
    "of10": "/10",
    "g": "gauge ga",
    "%": "percent",
}


def is_same(said: str, asked: str) -> bool:
    """True for "K/\u00b5L" where 10*3/uL is asked for; never where none is."""
    wanted, told = _folded(asked), _folded(said)
    if not wanted:
        return False
    return told in {wanted, wanted.lstrip("\u00b0"), *_SAME.get(wanted, "").split()}


def _folded(unit: str) -> str:
    """The unit without case, blanks and the signs of multiplying and raising."""
    text = unicodedata.normalize("NFKC", unit.translate(_POWERS))
    bare = re.sub(r"\s", "", text).lower().replace("\u03bc", "u").rstrip(".")
    ten = _TEN_TO_THE.sub(r"10*\1", _TIMES.sub("", bare))
    return _MICRO.sub("ul", ten)
