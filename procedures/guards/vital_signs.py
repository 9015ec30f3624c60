"""Guard of the vital signs on record: the check-in's are needed to go on."""

from collections.abc import Iterator

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason


def vital_signs(facts: Facts) -> Iterator[GuardReason]:
    """The set of the check-in as it is on record now, whatever was corrected since."""
    if not facts.day.has_vitals:
        yield GuardReason(
            "vitals-missing",
            "The vital signs of the check-in were entered in error.",
            "The check-in is entered in error, too, and done again",
        )
