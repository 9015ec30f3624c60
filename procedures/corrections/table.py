"""The one table of corrections: which record, by whom, at which stage, with whom.

A correction is a new row in place of the old one; what should never have been there
at all is entered in error: struck through, and no row takes its place.
"""

from dataclasses import dataclass
from enum import StrEnum

from procedures.pathway import TERMINAL, Stage


class Moment(StrEnum):
    """Progress of the day, which decides who must be there."""

    BEFORE_RELEASE = "before the release"
    RELEASED = "released"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record.

    `made_by` is the act whose makers may put it right, `model` the table's class and
    `rows` where the episode keeps it. `values` tells that other values can take its
    place; `with_it` are kinds that the same act wrote and that are struck with it.
    """

    code: str
    label: str
    model: str
    rows: str
    made_by: str
    values: bool = False
    with_it: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            code="evaluation",
            label="Evaluation",
            model="Evaluation",
            rows="evaluations",
            made_by="evaluate",
            values=True,
            with_it=("instrument_response",),
        ),
        Kind(
            code="decision",
            label="Decision",
            model="Decision",
            rows="decisions",
            made_by="decide",
        ),
        Kind(
            code="override",
            label="Override",
            model="Override",
            rows="overrides",
            made_by="override",
        ),
        Kind(
            code="consent",
            label="Consent",
            model="Consent",
            rows="consents",
            made_by="consent",
        ),
        Kind(
            code="check_in",
            label="Check-in",
            model="CheckIn",
            rows="checkins",
            made_by="check_in",
            with_it=("vitals",),
        ),
        Kind(
            code="vitals",
            label="Vital signs",
            model="VitalsSet",
            rows="vitalssets",
            made_by="check_in",
            values=True,
        ),
        Kind(
            code="mark",
            label="Site mark",
            model="SiteMark",
            rows="sitemarks",
            made_by="time_out",
        ),
        Kind(
            code="time_out",
            label="Time-out",
            model="TimeOut",
            rows="timeouts",
            made_by="time_out",
            with_it=("hand_off",),
        ),
        Kind(
            code="harvest",
            label="Harvest",
            model="Harvest",
            rows="harvests",
            made_by="harvest",
            values=True,
        ),
        Kind(
            code="hand_off",
            label="Hand-off",
            model="HandOff",
            rows="handoffs",
            made_by="hand_off",
        ),
        Kind(
            code="kit_use",
            label="Kit",
            model="KitUse",
            rows="kituses",
            made_by="process",
        ),
        Kind(
            code="processing",
            label="Processing",
            model="Processing",
            rows="processings",
            made_by="process",
            values=True,
            with_it=("disposition",),
        ),
        Kind(
            code="release",
            label="Release",
            model="Release",
            rows="releases",
            made_by="release",
        ),
        Kind(
            code="injection",
            label="Injection",
            model="Injection",
            rows="injections",
            made_by="inject",
            values=True,
            with_it=("hand_off",),
        ),
        Kind(
            code="not_done",
            label="Target not treated",
            model="NotDone",
            rows="notdones",
            made_by="not_done",
        ),
        Kind(
            code="disposition",
            label="Not given",
            model="Disposition",
            rows="dispositions",
            made_by="discharge",
        ),
        Kind(
            code="discharge",
            label="Discharge",
            model="Discharge",
            rows="discharges",
            made_by="discharge",
            with_it=("vitals", "disposition"),
        ),
        Kind(
            code="adverse_event",
            label="Adverse event",
            model="AdverseEvent",
            rows="adverseevents",
            made_by="adverse_event",
            values=True,
        ),
        Kind(
            code="response",
            label="Answers at a follow-up",
            model="Response",
            rows="responses",
            made_by="respond",
            with_it=("instrument_response",),
        ),
        Kind(
            code="instrument_response",
            label="Questionnaire",
            model="InstrumentResponse",
            rows="instrumentresponses",
            made_by="respond",
        ),
    )
}

# Kind of record: the act that makes it, which is also who may put it right.
MADE_BY = {code: kind.made_by for code, kind in KINDS.items()}

# The step backwards that an entry in error of a kind takes, where the stage has it.
BACK = {
    "decision": "undecide",
    "check_in": "undo_check_in",
    "harvest": "undo_harvest",
    "processing": "undo_process",
    "release": "undo_release",
    "injection": "undo_inject",
    "not_done": "undo_not_done",
    "discharge": "undo_discharge",
}

_RELEASED = frozenset({Stage.RELEASED, Stage.INJECTED})
_FINISHED = frozenset({Stage.DISCHARGED, Stage.FOLLOW_UP}) | TERMINAL


def moment(stage: str) -> Moment:
    """Progress of an episode at this stage."""
    if stage in _FINISHED:
        return Moment.FINISHED
    return Moment.RELEASED if stage in _RELEASED else Moment.BEFORE_RELEASE


@dataclass(frozen=True, slots=True)
class Needed:
    """People who must be there beside the one who puts the record right."""

    second_person: bool
    physician: bool


def needed(stage: str, *, is_maker: bool, in_error: bool) -> Needed:
    """People who must be there for a correction, or for an entry in error.

    The maker alone may correct until the product is released; everybody else of the
    makers' role needs a second person, a finished record needs two people always, and
    from the release on one of those present is a physician.
    """
    now = moment(stage)
    return Needed(
        second_person=in_error or not is_maker or now is Moment.FINISHED,
        physician=now is not Moment.BEFORE_RELEASE,
    )
