"""The path of an episode in words: its stages as a rail, and the next act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.kit.words import full_day, sentence
from procedures.acts.guards import reasons_against
from procedures.facts.reason import GuardReason
from procedures.pathway import TERMINAL, Act, Stage

if TYPE_CHECKING:
    from procedures.facts.episode import Facts

S, A = Stage, Act
# The stages a path runs through; "decided" leads on at once and is not shown.
MAIN = tuple(s for s in Stage if s not in TERMINAL and s is not S.DECIDED)
MAIN = (*(s for s in MAIN if s not in (S.DEFERRED, S.DECLINED)), S.COMPLETED)
OPEN = (*MAIN[:-1], S.DEFERRED, S.DECLINED)
CLOSED = tuple(TERMINAL)
TONES = {
    S.DEFERRED: "warning",
    S.DECLINED: "warning",
    S.WITHDRAWN: "neutral",
    S.ABORTED: "danger",
    S.LOST_TO_FOLLOW_UP: "neutral",
    S.CONVERTED_TO_SURGERY: "neutral",
    S.COMPLETED: "success",
}
# What is done next, best first; the first that nothing speaks against is the one.
NEXT: Mapping[str, tuple[str, ...]] = {
    S.ENQUIRY: (A.EVALUATE,),
    S.CONSULTATION: (A.DECIDE, A.EVALUATE),
    S.APPROVED: (A.CONSENT,),
    S.SCHEDULED: (A.CONSENT, A.PREPARE),
    S.READY: (A.CHECK_IN,),
    S.CHECKED_IN: (A.HARVEST, A.TIME_OUT),
    S.HARVESTED: (A.PROCESS, A.HAND_OFF),
    S.PROCESSED: (A.RELEASE, A.HAND_OFF),
    S.RELEASED: (A.INJECT, A.TIME_OUT, A.HAND_OFF),
    S.INJECTED: (A.DISCHARGE,),
    S.DISCHARGED: (A.RESPOND, A.COMPLETE),
    S.FOLLOW_UP: (A.RESPOND, A.COMPLETE),
    S.DEFERRED: (A.EVALUATE, A.DECIDE),
    S.DECLINED: (A.EVALUATE,),
}
# The same for a list, where nobody looks at the guards.
USUAL = {
    S.ENQUIRY: "Consultation",
    S.CONSULTATION: "Decision",
    S.APPROVED: "Booking",
    S.SCHEDULED: "Preparation",
    S.READY: "Check-in",
    S.CHECKED_IN: "Time-out, harvest",
    S.HARVESTED: "Processing",
    S.PROCESSED: "Release",
    S.RELEASED: "Injection",
    S.INJECTED: "Discharge",
    S.DISCHARGED: "Follow-up",
    S.FOLLOW_UP: "Follow-up",
    S.DEFERRED: "New evaluation",
    S.DECLINED: "None planned",
}
NAMES = {S.FOLLOW_UP: "Follow-up", S.LOST_TO_FOLLOW_UP: "Lost to follow-up"}


def stage_name(stage: str) -> str:
    """ "Checked in"."""
    return NAMES.get(Stage(stage), sentence(stage))


def tone(stage: str) -> str:
    return TONES.get(Stage(stage), "info")


@dataclass(frozen=True, slots=True)
class RailStage:
    """One stage of the rail (components/rail.html)."""

    name: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """The act that leads on; `waits` says what it clears the way for, and why."""

    act: str
    against: tuple[GuardReason, ...]
    waits_for: str = ""
    because: tuple[GuardReason, ...] = ()


def rail(stage: str, reached: str, note: str = "") -> list[RailStage]:
    """The stages as done, now, next or blocked; `reached` is the last of the main path
    the episode stood at (the stage itself, unless it left the path)."""
    here = MAIN.index(Stage(reached))
    off = Stage(stage) not in MAIN
    return [
        RailStage(
            stage_name(one),
            _state(number, here, stage, off=off),
            note if number == here + 1 else "",
        )
        for number, one in enumerate(MAIN)
    ]


def _state(number: int, here: int, stage: str, *, off: bool) -> str:
    if number < here or stage == S.COMPLETED or (off and number == here):
        return "done"
    if off:
        return "blocked" if number == here + 1 else ""
    return "now" if number == here else "next" if number == here + 1 else ""


def next_act(known: "Facts") -> Next | None:
    """The act that leads on from here, whoever may do it."""
    wanted: Sequence[str] = _wanted(known)
    if not wanted:
        return None
    looked = [(str(act), reasons_against(known, act)) for act in wanted]
    first, against = looked[0]
    for act, reasons in looked:
        if not reasons:
            blocked = act != first
            return Next(act, (), first if blocked else "", against if blocked else ())
    return Next(first, against)


def _wanted(known: "Facts") -> Sequence[str]:
    stage = known.stage
    if stage == S.DEFERRED and not _may_evaluate_again(known):
        return ()
    acts = NEXT.get(stage, ())
    if stage in (S.APPROVED, S.SCHEDULED):
        is_open = known.readiness.get("consent", "open") == "open"
        return acts if is_open else acts[1:]
    return acts


def _may_evaluate_again(known: "Facts") -> bool:
    decision = known.decision
    if decision is None or decision.reevaluate_on is None:
        return True
    return decision.reevaluate_on <= known.today


def why_here(known: "Facts") -> str:
    """A sentence about a stage that needs one: until when, or from when again."""
    decision = known.decision
    if known.stage == S.DEFERRED and decision and decision.reevaluate_on:
        return (
            f"Deferred; to be evaluated again from {full_day(decision.reevaluate_on)}"
        )
    if decision and decision.valid_until and known.stage in (S.APPROVED, S.SCHEDULED):
        return f"Approved until {full_day(decision.valid_until)}"
    return ""
