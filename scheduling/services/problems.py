"""Why a visit cannot be had; raised, so nothing of the attempt remains."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.problems import FieldError, Invalid, Problem
from scheduling.domain.naming import plain
from scheduling.domain.openings import Opening
from scheduling.domain.reasons import Rejection, parts
from scheduling.selectors.explained_json import blocks_json
from scheduling.selectors.rendering import opening_json

NEXT_BEST = "Choose one of the alternatives, or search again."


class SlotTaken(Problem):
    """Somebody else has this time, or it is not open; `alternatives` are the next, and
    `why` says what is in the way; None where nothing is any more."""

    code = "slot-taken"
    status = 409
    title = "This time is not available"

    def __init__(
        self,
        alternatives: Sequence[Opening],
        zone: ZoneInfo,
        detail: str = "",
        why: Rejection | None = None,
    ) -> None:
        self.alternatives = tuple(alternatives)
        self.why = why
        self.remedy = detail or NEXT_BEST
        says = plain(zone)
        because = parts(why, says) if why else []
        super().__init__(
            " ".join([*because, self.remedy]),
            alternatives=[opening_json(opening, zone) for opening in alternatives],
            in_the_way=because,
            blocks=blocks_json(why, says) if why else [],
        )


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
        self.extra["choices"] = [choice.isoformat() for choice in choices]


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
