"""A refusal that must be on record is returned, so that it commits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Reason in words; `lifts` says what would change the answer."""

    code: str
    text: str
    lifts: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer of an act that was refused; never raised.

    `status` is the HTTP status of the answer: 409, or 403 for somebody who may
    never do this.
    """

    reasons: tuple[Reason, ...]
    code: str = "refused"
    status: int = 409
