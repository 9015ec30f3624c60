"""The id on every container: {site}-{YYYYMMDD}-{seq}-{A|C|Q}{n}{check}.

A is the aspirate, C the concentrate, Q a quality sample. The check character is
ISO 7064 MOD 37,36 over the letters and digits: one wrong character, or two
neighbours swapped, is noticed.
"""

import re
from dataclasses import dataclass
from datetime import date

ASPIRATE, CONCENTRATE, SAMPLE = "A", "C", "Q"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE = re.compile(
    r"(?P<site>[A-Z0-9]{2,8})-(?P<day>\d{8})-(?P<seq>\d{3,})"
    r"-(?P<kind>[ACQ])(?P<number>\d+)(?P<check>[A-Z0-9])"
)


@dataclass(frozen=True, slots=True)
class ProductId:
    """Parts of a container's id."""

    site: str
    day: date
    seq: int
    kind: str
    number: int


def site_code(slug: str, clinic_id: int) -> str:
    """Return the code of a clinic on its labels, of no other: "BAYO01".

    Four letters or digits for people, then the clinic's number in base 36.
    """
    letters = "".join(c for c in slug.upper() if c in _ALPHABET)[:4]
    return letters.ljust(4, "X") + _base_36(clinic_id).rjust(2, "0")


def _base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _ALPHABET[digit] + digits
    return digits


def issue(product: ProductId) -> str:
    """The printed id, check character included."""
    body = (
        f"{product.site}-{product.day:%Y%m%d}-{product.seq:03d}"
        f"-{product.kind}{product.number}"
    )
    return body + check_character(body)


def parse(text: str) -> ProductId | None:
    """Read a scanned id; None when it is none of ours or a character is wrong."""
    match = _SHAPE.fullmatch(text.strip().upper())
    if match is None or check_character(match.group(0)[:-1]) != match["check"]:
        return None
    try:
        day = date.fromisoformat(match["day"])
    except ValueError:
        return None
    return ProductId(
        match["site"], day, int(match["seq"]), match["kind"], int(match["number"])
    )


def check_character(body: str) -> str:
    """The ISO 7064 MOD 37,36 check character of the letters and digits of `body`."""
    product = 36
    for character in body:
        if character in _ALPHABET:
            total = (product + _ALPHABET.index(character)) % 36 or 36
            product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]
