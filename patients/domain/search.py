"""Read what was typed into "find a patient": names, birth dates, MRNs, numbers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from patients.domain import birth_dates as dates
from patients.domain import names

MAX_LENGTH = 200
MAX_TERMS = 8
FEWEST_DIGITS = 4
# So many digits are a whole number, which people may write with a leading zero.
WHOLE_NUMBER = 7

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_OWN_MRN = re.compile(r"(?<![\w-])cp[- ]?(?P<number>\d{1,9})(?!\w)", re.ASCII)
_PHONE = re.compile(
    r"(?<![\w-])[+(]{0,2}\d(?:[ .()/-]{0,2}\d){6,17}(?![\w-])", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing typed; a patient fits it if any of its readings fits.

    `words` are all wanted, each as the beginning of a word of the name;
    `last_digits` end a current phone number.
    """

    words: tuple[str, ...] = ()
    birth_dates: tuple[date, ...] = ()
    mrns: tuple[str, ...] = ()
    last_digits: tuple[str, ...] = ()
    email: str = ""

    def __bool__(self) -> bool:
        readings = (self.words, self.birth_dates, self.mrns, self.last_digits)
        return any(readings) or bool(self.email)


def parse(text: str) -> tuple[Term, ...]:
    """The terms of `text`, at most 8; a patient fits if every term fits.

    Never raises. Text with nothing to search for gives no terms.
    """
    rest = _UNPRINTABLE.sub(" ", text[:MAX_LENGTH]).lower()
    terms: list[Term] = []
    # In this order: a date with dashes would also pass for a phone number.
    for pattern, term_of in _SHAPES:
        terms += map(term_of, pattern.finditer(rest))
        rest = pattern.sub(" ", rest)
    terms += map(_word_term, re.split(r"[\s,;]+", rest))
    return tuple(term for term in terms if term)[:MAX_TERMS]


def own_mrn(number: int) -> str:
    """The MRN this software gives: 123 → CP-000123."""
    return f"CP-{number:06d}"


def _date_term(found: re.Match[str]) -> Term:
    # "30.2.1966" is no day and finds nobody, rather than everybody.
    return Term(birth_dates=dates.readings(found), mrns=(found[0],))


def _mrn_term(found: re.Match[str]) -> Term:
    return Term(mrns=(own_mrn(int(found["number"])), found[0]))


def _number_term(found: re.Match[str]) -> Term:
    digits = re.sub(r"\D", "", found[0])
    bare = found[0] == digits
    return Term(
        birth_dates=dates.compact_readings(digits) if bare and len(digits) == 8 else (),
        mrns=(found[0],),
        last_digits=_endings(digits),
    )


def _word_term(word: str) -> Term:
    if "@" in word:
        return Term(email=word)
    if word.isascii() and word.isdigit():
        last_digits = _endings(word) if len(word) >= FEWEST_DIGITS else ()
        return Term(mrns=(word, own_mrn(int(word))), last_digits=last_digits)
    return Term(
        words=names.words(word), mrns=(word,) if any(map(str.isalnum, word)) else ()
    )


def _endings(digits: str) -> tuple[str, ...]:
    """E.164 has no leading zeros: "020 7946 0018" ends in 2079460018."""
    if len(digits) < WHOLE_NUMBER:
        return (digits,)
    return tuple(dict.fromkeys((digits, digits.lstrip("0") or digits)))


_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Term]], ...] = (
    (dates.PATTERN, _date_term),
    (_OWN_MRN, _mrn_term),
    (_PHONE, _number_term),
)
