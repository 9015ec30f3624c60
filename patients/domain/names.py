"""Names as people search for them: no case, no accents, any order."""

import re
import unicodedata

from clinics.domain.plain_text import composed

# Letters that are not a plain letter plus a mark, so that folding keeps them.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
_NOT_A_LETTER = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """`text` without case and accents; folding twice changes nothing."""
    plain = unicodedata.normalize("NFKD", composed(text)).casefold().translate(_LETTERS)
    # Case folding may make new marks ("İ"), and stripping marks new compositions.
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in plain if not unicodedata.combining(c))


def words(text: str) -> tuple[str, ...]:
    """The folded words of a name or query: "O'Brien-Núñez" → o, brien, nunez."""
    return tuple(w for w in _NOT_A_LETTER.split(fold(text)) if w)


def search_name(given_name: str, family_name: str) -> str:
    """The words of both names, each after a blank, so that " wor" finds "word".

    A name written with a hyphen or an apostrophe is also there in one piece:
    both "brien" and "obrien" find O'Brien.
    """
    found = dict.fromkeys(words(f"{given_name} {family_name}"))
    for part in f"{given_name} {family_name}".split():
        found["".join(words(part))] = None
    return "".join(f" {word}" for word in found if word)
