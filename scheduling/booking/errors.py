"""Errors: why a visit cannot be had; raised, so nothing of the attempt remains."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.problems import FieldError, Invalid, Problem
from scheduling.explain.sentences import Rejection, parts
from scheduling.explain.vocabulary import plain
from scheduling.openings.candidates import Opening

NEXT_BEST = "Choose one of the alternatives, or search again."


class SlotTaken(Problem):
    """Somebody else has this time, or it is not open.

    Carries values: `alternatives` are the next openings, `why` is what is in the way,
    None where nothing is any more, `in_the_way` the same in words.
    """

    code = "slot-taken"
    status = 409
    title = "This time is not available"

    def __init__(
        self,
        alternatives: Sequence[Opening],
        zone: ZoneInfo,
        why: Rejection | None = None,
        in_the_way: Sequence[str] = (),
    ) -> None:
        self.alternatives = tuple(alternatives)
        self.zone = zone
        self.why = why
        self.in_the_way = tuple(parts(why, plain(zone)) if why else in_the_way)
        # Pages show `why` in their own words, and words of others with the remedy.
        self.remedy = " ".join([*in_the_way, NEXT_BEST])
        super().__init__(" ".join([*self.in_the_way, NEXT_BEST]))


class PatientBusy(Problem):
    """The patient has another visit in person at that time."""

    code = "patient-busy"
    status = 409
    title = "The patient has another visit at this time"

    def __init__(self) -> None:
        super().__init__(
            "Move or cancel the other visit first, or choose another time."
        )


class InvalidMoment(Invalid):
    """A time cannot be meant; `choices` are times that can."""

    def __init__(
        self, field: str, detail: str, choices: Sequence[datetime] = ()
    ) -> None:
        super().__init__([FieldError(f"/{field}", detail)])
        self.choices = tuple(choices)


class InvalidStart(InvalidMoment):
    """The start cannot be meant; `choices` are starts that can."""

    def __init__(self, detail: str, choices: Sequence[datetime] = ()) -> None:
        super().__init__("start", detail, choices)


class ReasonNeeded(Invalid):
    """A change at short notice says why; this one does not."""

    code = "reason-needed"
    title = "Say why"

    def __init__(self, notice: str) -> None:
        super().__init__([FieldError("/reason", f"{notice} Give the reason.")])
