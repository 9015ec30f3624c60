"""Text as people mean it: composed, and without marks that nobody sees.

Invisible marks come in by copy and paste. They break searches, and those that turn
the direction of writing can make a name read as another one.
"""

import unicodedata

_JOINERS = "\u200c\u200d"
# Letters and signs without a shape, which no category tells from visible ones.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_ALLOWED_CONTROLS = "\t\n\r"


def composed(text: str) -> str:
    """`text` in Unicode's composed form (NFC) without invisible marks.

    A joiner stays between letters of scripts that need one (Persian, Hindi).
    """
    kept = [c for at, c in enumerate(text) if not _is_unseen(text, at)]
    return unicodedata.normalize("NFC", "".join(kept))


def has_controls(text: str) -> bool:
    """True if `text` holds control characters other than line breaks and tabs."""
    return any(
        unicodedata.category(c) in ("Cc", "Cs") and c not in _ALLOWED_CONTROLS
        for c in text
    )


def _is_unseen(text: str, at: int) -> bool:
    character = text[at]
    if character in _JOINERS:
        return not (_joins(text[at - 1 : at]) and _joins(text[at + 1 : at + 2]))
    if character in _BLANKS or "\ufe00" <= character <= "\ufe0f":
        return True
    return unicodedata.category(character) == "Cf"


def _joins(neighbour: str) -> bool:
    """True for a letter or mark of a script beyond Latin, Greek and Cyrillic."""
    is_letter = unicodedata.category(neighbour or " ")[0] in "LM"
    return is_letter and neighbour >= "\u0590"
