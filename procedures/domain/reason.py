"""Why an act may not be done now."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuardReason:
    """One reason, in the words shown at a disabled button and in a refusal.

    `code` is stable, `text` says what is wrong, `lifts` what would end it.
    """

    code: str
    text: str
    lifts: str = ""
