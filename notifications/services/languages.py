"""The language a message is written in: the reader's, where the clinic lets it."""

from collections.abc import Callable

from notifications.domain.templates import SOURCE_LANGUAGE, usable_language
from notifications.selectors import reviews
from notifications.selectors.situations import Situation


def of(
    situation: Situation,
    reviewed: Callable[[int], frozenset[str]] = reviews.reviewed,
) -> str:
    """Return the recipient's language as it is now, English for the staff.

    `reviewed` tells which languages a clinic has reviewed, given its id.
    """
    if situation.asked is not None and situation.asked.text:
        return situation.asked.text.split(".")[1]  # a trial of a text, by its key
    reader = situation.inbound or situation.patient or situation.enquiry
    if reader is None or reader.language in {"", SOURCE_LANGUAGE}:
        return SOURCE_LANGUAGE
    return usable_language(reader.language, reviewed(situation.clinic.pk))
