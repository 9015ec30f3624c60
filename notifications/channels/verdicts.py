"""Answers of providers of texts, as our own words: a table, whatever the provider."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from notifications.channels.contract import (
    OPTED_OUT,
    NotSent,
    Refused,
    Result,
    Unknown,
)

# Reasons for which the same text never arrives at this number.
FOR_GOOD: Final = frozenset(
    {
        OPTED_OUT,
        "number_invalid",
        "number_takes_no_texts",
        "number_not_allowed",
        "number_unreachable",
        "content_refused",
    }
)
# Reasons that are ours or the provider's, and say nothing about the message.
PASSING: Final = frozenset({"misconfigured", "provider_busy", "too_many_requests"})

TOO_MANY: Final = 429
SERVER: Final = 500
UNAVAILABLE: Final = 503
OUR_LOGIN: Final = frozenset({401, 403})
MOST_PATIENCE = timedelta(hours=1)


def by_answer(
    status: int, code: str, headers: Mapping[str, str], codes: Mapping[str, str]
) -> Result:
    """Return the verdict on an HTTP answer that is no success.

    `codes` gives the reason for each of the provider's error codes. A code we do not
    know is judged by its status: 429 was not taken, another 4xx never will be, and
    of 5xx nobody can say if it was.
    """
    wait = retry_after(headers.get("Retry-After", ""))
    reason = codes.get(code, "")
    if status == TOO_MANY:
        return NotSent(reason or "too_many_requests", wait)
    if status == UNAVAILABLE and wait:
        return NotSent("provider_busy", wait)
    if status >= SERVER:
        return Unknown(f"http_{status}")
    if reason in PASSING:
        return NotSent(reason, wait)
    if reason:
        return Refused(reason)
    if status in OUR_LOGIN:
        return NotSent(f"http_{status}")
    return Refused(f"http_{status}")


def retry_after(text: str) -> timedelta | None:
    """Return the seconds of a Retry-After header; None for a date or nonsense."""
    if not (text.isascii() and text.isdecimal()) or int(text[:9]) == 0:
        return None
    return min(timedelta(seconds=int(text[:9])), MOST_PATIENCE)
