"""The gaps of a text: which there are, and what is wrong with one that is not."""

from collections.abc import Collection
from difflib import get_close_matches
from string import Formatter
from typing import Final

# What a text may be filled with. A kind of its own may know fewer of them.
PLACEHOLDERS: Final[dict[str, str]] = {
    "clinic": "the clinic's short name",
    "name": "the first name and a comma, or nothing (texts)",
    "first_name": "the first name (e-mail)",
    "when": "day and time of the visit",
    "was": "day and time that were told before",
    "link": "the patient's page",
    "phone": "the clinic's telephone",
    "minutes": "how long somebody on call has to answer, or how late the clinic runs",
    "more": "one more fact of the same day, or nothing",
    "preferences": "the page of what we send, and how to stop it (e-mail)",
    "text": "what somebody of the clinic answers to a text",
}


class BadText(Exception):
    """A text whose braces cannot be read; `str()` says where and the remedy."""


def names_in(text: str) -> list[str]:
    """Return the names of the gaps of a text. Raises BadText."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise BadText(
            "A brace stands alone. Write a gap as {clinic}, a brace itself twice: {{."
        ) from None
    found = []
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            raise BadText(f"{{{name}}} is no gap. Write the name alone, as {{clinic}}.")
        found.append(name)
    return found


def faults(text: str, known: Collection[str] = PLACEHOLDERS) -> list[str]:
    """Return in words what is wrong with the gaps of a text; nothing if all is well."""
    try:
        names = names_in(text)
    except BadText as error:
        return [str(error)]
    return [_unknown(name, known) for name in dict.fromkeys(names) if name not in known]


def _unknown(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.4)
    if near:
        return f"There is no {{{name}}}. Did you mean {{{near[0]}}}?"
    gaps = ", ".join(f"{{{one}}}" for one in sorted(known))
    return f"There is no {{{name}}}. There are: {gaps}."
