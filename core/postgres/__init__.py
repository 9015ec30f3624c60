"""PostgreSQL that is waited for no longer than whoever asks has patience.

A frozen server takes what is sent and never answers; a time-out of its own would be
frozen with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Seconds that one answer may take; None waits for ever.
_patience: ContextVar[float | None] = ContextVar("patience", default=None)


def patience() -> float | None:
    """Return how many seconds an answer may take here."""
    return _patience.get()


@contextmanager
def patient_for(seconds: float) -> Iterator[None]:
    """Within it, a statement without an answer for so long loses its connection."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)
