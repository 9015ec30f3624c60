"""Absences: which periods can be meant, and what of them is free.

Periods are [start, end) of aware instants.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]

LONGEST = timedelta(days=370)
# Somebody is ill since this morning; last month's illness repairs no day.
LATEST_REPORT = timedelta(hours=24)
# A reservation is never longer, so that searching stays bounded.
LONGEST_PIECE = timedelta(hours=24)


def fault(start: datetime, end: datetime, now: datetime) -> tuple[str, str] | None:
    """The field that is wrong and why, in words; None for a period that can be."""
    if end <= start:
        return "end", "The end is not after the start; choose a later one."
    if end <= now:
        return "end", "This is over already; choose an end in the future."
    if start < now - LATEST_REPORT:
        return "start", "The start is over a day ago; begin with today."
    if start > now + LONGEST:
        return "start", f"Choose a start within {LONGEST.days} days."
    if end - start > LONGEST:
        return "end", f"An absence lasts {LONGEST.days} days at most; end it earlier."
    return None


def free_pieces(period: Span, taken: Iterable[Span]) -> list[Span]:
    """Return the free parts of `period`, in order, in pieces of 24 hours at most."""
    start, end = period
    pieces: list[Span] = []
    for begin, until in sorted(taken):
        pieces += _cut(start, min(begin, end))
        start = max(start, until)
    return [*pieces, *_cut(start, end)]


def _cut(start: datetime, end: datetime) -> Iterator[Span]:
    while start < end:
        until = min(start + LONGEST_PIECE, end)
        yield start, until
        start = until
