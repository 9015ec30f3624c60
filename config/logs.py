"""No record of any logger holds the token of a patient's link.

Whoever reads a log must not be able to open a link from it. What ends up in a record is
written by Django, gunicorn, libraries and ourselves; so it is masked where every record
is made, whichever logger makes it and whichever handler writes it.
"""

import logging
import re
from typing import Any

from django.http import HttpRequest

MASK = "…"
# The addresses below /v/ that are no token (pages.patient.urls).
PLAIN = "visit|offer|check-in|preferences"
# A slash or a "v", as it is or percent-encoded, however often: a link may stand in a
# query (?next=%2Fv%2F…) or in a Referer.
_SLASH = r"(?:/|%(?:25)*2f)"
_LINK = re.compile(
    rf"(?<![a-z0-9_.-])(?P<v>(?:v|%(?:25)*76){_SLASH}+)"
    rf"(?!(?:{PLAIN})(?:{_SLASH}|[\s\"'?#&<>),;]|$))"
    r"[^/\s\"'?#&<>),;]+",
    re.IGNORECASE,
)
# What percent-encoding puts before a "v" would read as the end of a word: %2Fv.
_ENCODED = re.compile(
    rf"(?P<v>%(?:25)*2f(?:v|%(?:25)*76){_SLASH}+)"
    rf"(?!(?:{PLAIN})(?:{_SLASH}|[\s\"'?#&<>),;]|$))"
    r"[^/\s\"'?#&<>),;]+",
    re.IGNORECASE,
)

# A token pasted below another address, which then is not found: 22 characters.
_BARE = re.compile(
    r"(?P<v>/)(?=[^\s/]*[A-Z])(?=[^\s/]*[a-z])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])"
)


def masked(text: str) -> str:
    """The text with a mask for the token of each link in it."""
    if "/" not in text and "%" not in text:
        return text
    for pattern in (_ENCODED, _LINK, _BARE):
        text = pattern.sub(_hide, text)
    return text


def _hide(match: re.Match[str]) -> str:
    return f"{match['v']}{MASK}"


class Masked(logging.LogRecord):
    """A record whose message and exception hold no link's token."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mask_message()
        self._mask_exception()

    def _mask_message(self) -> None:
        try:
            said = self.getMessage()
        except Exception:  # noqa: BLE001  (the handler reports a wrong format itself)
            return
        if masked(said) != said:
            self.msg, self.args = masked(said), ()

    def _mask_exception(self) -> None:
        if not self.exc_info or not self.exc_info[1]:
            return
        text = logging.Formatter().formatException(self.exc_info)
        if masked(text) != text:
            self.exc_text, self.exc_info = masked(text), None


class Masking(logging.Logger):
    """Holds the one method that every logger gets: extras are masked, too."""

    def makeRecord(self, *args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: N802
        record = _make_record(self, *args, **kwargs)
        for name, value in vars(record).items():
            if isinstance(value, str | HttpRequest):
                setattr(record, name, _extra(value))
        return record


_make_record = logging.Logger.makeRecord


def _extra(value: str | HttpRequest) -> object:
    # Django adds the whole request, whose name in a log would be its address.
    described = value if isinstance(value, str) else repr(value)
    hidden = masked(described)
    return value if hidden == described else hidden


def mask() -> None:
    """Have every record of this process made masked, and warnings made records."""
    logging.setLogRecordFactory(Masked)
    # `extra` is added after the factory is done, by each logger.
    logging.Logger.makeRecord = Masking.makeRecord  # type: ignore[assignment,method-assign]
    logging.captureWarnings(capture=True)
