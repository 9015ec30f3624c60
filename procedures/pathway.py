"""The one table of an episode's stages: what leads where.

Acts are what people do; steps without an act of their own (a booking, a decision's
outcome, the last readiness item) are named in `STEPS`. Everything that moves an
episode goes through `next_stage`.
"""

from enum import StrEnum


class Stage(StrEnum):
    """Stage of an episode on its path."""

    ENQUIRY = "enquiry"
    CONSULTATION = "consultation"
    DECIDED = "decided"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    READY = "ready"
    CHECKED_IN = "checked_in"
    HARVESTED = "harvested"
    PROCESSED = "processed"
    RELEASED = "released"
    INJECTED = "injected"
    DISCHARGED = "discharged"
    FOLLOW_UP = "follow_up"
    COMPLETED = "completed"
    DEFERRED = "deferred"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ABORTED = "aborted"
    LOST_TO_FOLLOW_UP = "lost_to_follow_up"
    CONVERTED_TO_SURGERY = "converted_to_surgery"


class Act(StrEnum):
    """Act of people on an episode; hyphens instead of underscores in URLs."""

    EVALUATE = "evaluate"
    DECIDE = "decide"
    OVERRIDE = "override"
    CONSENT = "consent"
    PREPARE = "prepare"
    CHECK_IN = "check_in"
    TIME_OUT = "time_out"
    HARVEST = "harvest"
    HAND_OFF = "hand_off"
    PROCESS = "process"
    RELEASE = "release"
    INJECT = "inject"
    NOT_DONE = "not_done"
    LIFT_STOP = "lift_stop"
    DISCHARGE = "discharge"
    ADVERSE_EVENT = "adverse_event"
    RESPOND = "respond"
    WITHDRAW = "withdraw"
    ABORT = "abort"
    CORRECT = "correct"
    ENTER_IN_ERROR = "enter_in_error"
    COMPLETE = "complete"


S, A = Stage, Act
STAGES: tuple[Stage, ...] = tuple(Stage)
ACTS: tuple[Act, ...] = tuple(Act)

# Steps that follow from an act's outcome or from another app's event.
STEPS = {
    "approve": "the decision approves",
    "keep_booking": "the decision approves a visit already booked",
    "defer": "the decision defers",
    "decline": "the decision declines",
    "stop": "a hard rule fires after the approval",
    "book_consultation": "a consultation is booked",
    "book_procedure": "the procedure is booked",
    "free_procedure": "the procedure's visit is cancelled or missed",
    "become_ready": "every readiness item is done or waived",
    "become_unready": "a readiness item is open again",
    "lose": "closed as lost to follow-up",
    "convert": "closed as converted to surgery",
    "undecide": "the decision was entered in error",
    "undo_check_in": "the check-in was entered in error",
    "undo_harvest": "the harvest was entered in error",
    "undo_process": "the processing was entered in error",
    "undo_release": "the release was entered in error",
    "undo_inject": "an injection was entered in error",
    "undo_not_done": "that a target is not treated was entered in error",
    "undo_discharge": "the discharge was entered in error",
}

TERMINAL = frozenset(
    {
        S.COMPLETED,
        S.WITHDRAWN,
        S.ABORTED,
        S.LOST_TO_FOLLOW_UP,
        S.CONVERTED_TO_SURGERY,
    }
)
BEFORE_THE_DAY = (
    S.ENQUIRY,
    S.CONSULTATION,
    S.APPROVED,
    S.SCHEDULED,
    S.READY,
    S.DEFERRED,
    S.DECLINED,
)
DAY_OF = (S.CHECKED_IN, S.HARVESTED, S.PROCESSED, S.RELEASED)
AFTER = (S.DISCHARGED, S.FOLLOW_UP)

TRANSITIONS: dict[tuple[Stage, str], Stage] = {
    (S.ENQUIRY, "book_consultation"): S.CONSULTATION,
    (S.ENQUIRY, A.EVALUATE): S.CONSULTATION,
    (S.CONSULTATION, A.DECIDE): S.DECIDED,
    (S.APPROVED, A.DECIDE): S.DECIDED,
    (S.SCHEDULED, A.DECIDE): S.DECIDED,
    (S.READY, A.DECIDE): S.DECIDED,
    (S.DEFERRED, A.DECIDE): S.DECIDED,
    (S.DECLINED, A.DECIDE): S.DECIDED,
    (S.DECIDED, "approve"): S.APPROVED,
    (S.DECIDED, "keep_booking"): S.SCHEDULED,
    (S.DECIDED, "defer"): S.DEFERRED,
    (S.DECIDED, "decline"): S.DECLINED,
    (S.APPROVED, "book_procedure"): S.SCHEDULED,
    (S.SCHEDULED, "free_procedure"): S.APPROVED,
    (S.READY, "free_procedure"): S.APPROVED,
    (S.APPROVED, "stop"): S.DEFERRED,
    (S.SCHEDULED, "stop"): S.DEFERRED,
    (S.READY, "stop"): S.DEFERRED,
    (S.SCHEDULED, "become_ready"): S.READY,
    (S.READY, "become_unready"): S.SCHEDULED,
    (S.READY, A.CHECK_IN): S.CHECKED_IN,
    (S.CHECKED_IN, A.HARVEST): S.HARVESTED,
    (S.HARVESTED, A.PROCESS): S.PROCESSED,
    (S.PROCESSED, A.RELEASE): S.RELEASED,
    # Taken with the last target only; the ones before leave the episode released.
    (S.RELEASED, A.INJECT): S.INJECTED,
    (S.RELEASED, A.NOT_DONE): S.INJECTED,
    (S.INJECTED, A.DISCHARGE): S.DISCHARGED,
    (S.DISCHARGED, A.RESPOND): S.FOLLOW_UP,
    # Backwards, one step at a time: nothing later stands on what is taken back.
    (S.APPROVED, "undecide"): S.CONSULTATION,
    (S.DECLINED, "undecide"): S.CONSULTATION,
    (S.CHECKED_IN, "undo_check_in"): S.READY,
    (S.HARVESTED, "undo_harvest"): S.CHECKED_IN,
    (S.PROCESSED, "undo_process"): S.HARVESTED,
    (S.RELEASED, "undo_release"): S.PROCESSED,
    (S.INJECTED, "undo_inject"): S.RELEASED,
    (S.INJECTED, "undo_not_done"): S.RELEASED,
    (S.DISCHARGED, "undo_discharge"): S.INJECTED,
    (S.FOLLOW_UP, "undo_discharge"): S.INJECTED,
    **{(stage, A.COMPLETE): S.COMPLETED for stage in AFTER},
    **{(stage, "lose"): S.LOST_TO_FOLLOW_UP for stage in AFTER},
    **{(stage, "convert"): S.CONVERTED_TO_SURGERY for stage in AFTER},
    **{(stage, A.WITHDRAW): S.WITHDRAWN for stage in (*BEFORE_THE_DAY, *AFTER)},
    **{(stage, A.ABORT): S.ABORTED for stage in DAY_OF},
}

# Acts that leave the episode where it is.
STAYS: dict[Act, frozenset[Stage]] = {
    A.EVALUATE: frozenset(BEFORE_THE_DAY) - {S.ENQUIRY},
    A.OVERRIDE: frozenset({*BEFORE_THE_DAY, S.CHECKED_IN}) - {S.ENQUIRY},
    # On the day it can only be taken back.
    A.CONSENT: frozenset({S.CONSULTATION, S.APPROVED, S.SCHEDULED, S.READY, *DAY_OF}),
    A.PREPARE: frozenset({S.APPROVED, S.SCHEDULED, S.READY}),
    A.TIME_OUT: frozenset({S.CHECKED_IN, S.RELEASED}),
    A.HAND_OFF: frozenset({S.HARVESTED, S.PROCESSED, S.RELEASED}),
    # Leaves the stage "released" with the last target that is still open.
    A.NOT_DONE: frozenset(DAY_OF) - {S.RELEASED},
    # A stop is the patient's: it is lifted where another episode goes on.
    A.LIFT_STOP: frozenset(STAGES) - TERMINAL,
    A.ADVERSE_EVENT: frozenset(STAGES),
    # Whoever was injected is followed up, however the day or the path ended.
    A.RESPOND: frozenset(
        {
            *(S.RELEASED, S.INJECTED, S.FOLLOW_UP),
            *(S.ABORTED, S.WITHDRAWN, S.COMPLETED),
        }
    ),
    A.CORRECT: frozenset(STAGES) - {S.ENQUIRY},
    A.ENTER_IN_ERROR: frozenset(STAGES),
}


def allows(stage: str, act: str) -> bool:
    """Return True if the table knows this act in this stage."""
    return (stage, act) in TRANSITIONS or stage in STAYS.get(Act(act), frozenset())


def stages_for(act: str) -> tuple[Stage, ...]:
    """The stages in which the act is possible, in the order of the path."""
    return tuple(stage for stage in STAGES if allows(stage, act))


def next_stage(stage: str, step: str) -> Stage:
    """Return the stage `step` (an act or one of STEPS) leads to. Raises KeyError."""
    return TRANSITIONS[Stage(stage), step]
