"""Reasons against doing an act now."""

from dataclasses import dataclass, field

from procedures.rules.stops import Finding


@dataclass(frozen=True, slots=True)
class GuardReason:
    """One reason, in the words shown at a disabled button and in a refusal.

    `code` is stable, `text` says what is wrong, `lifts` what would end it. With a
    `finding` the refusal leaves a stop behind: the same act tried again is refused
    whatever is answered then.
    """

    code: str
    text: str
    lifts: str = ""
    finding: Finding | None = field(default=None, compare=False)
