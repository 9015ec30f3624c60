"""Texts as people type them, made plain: no case, accents, emoji or punctuation."""

import re
import unicodedata

_CLAUSE = re.compile(r"[.!?;,:\n\r…·•—–]+|\s-\s")
_APOSTROPHE = re.compile("['`\u2019\u2018\u00b4\u02bc\uff07]")
_NO_WORD = re.compile(r"[^0-9a-z]+")


def plain(text: str) -> str:
    """Return the words of `text` in ASCII, lower case, one blank between two."""
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", text))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NO_WORD.sub(" ", bare.casefold()).strip()


def clauses(text: str) -> list[str]:
    """Return the plain words between stops and commas; none of them is empty."""
    composed = unicodedata.normalize("NFKC", text)
    return [words for part in _CLAUSE.split(composed) if (words := plain(part))]
