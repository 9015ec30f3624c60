"""Subjects of an episode's visits, and reasons against booking a procedure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from procedures.facts.episode import DecisionFact
from procedures.facts.reason import GuardReason
from procedures.pathway import TERMINAL, Stage

PREFIX = "episode:"
# What follows names the contact a follow-up visit is for: "episode:<id>#W6".
CONTACT = "#"
S = Stage
# The stages in which an unnamed visit of that purpose can be the episode's.
EXPECTS = {
    "procedure": frozenset({S.APPROVED}),
    "consultation": frozenset(
        {S.ENQUIRY, S.CONSULTATION, S.DEFERRED, S.DECLINED, S.APPROVED}
    ),
    "follow_up": frozenset({S.DISCHARGED, S.FOLLOW_UP}),
}
BOOKED = frozenset({S.SCHEDULED, S.READY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An open episode of the patient, as far as a booking is concerned."""

    id: str
    stage: str
    decision: DecisionFact | None


def purpose(slug: str, requires_decision: bool) -> str:
    """Return what a visit of that type is to an episode."""
    if requires_decision:
        return "procedure"
    return "consultation" if slug.startswith("consultation") else "follow_up"


def episode_id(subject: str) -> str:
    """The id in an appointment's subject "episode:<id>" or "episode:<id>#W6", or ""."""
    if not subject.startswith(PREFIX):
        return ""
    return subject[len(PREFIX) :].partition(CONTACT)[0]


def contact_code(subject: str) -> str:
    """The code in an appointment's subject "episode:<id>#W6", or ""."""
    return subject.partition(CONTACT)[2] if subject.startswith(PREFIX) else ""


def is_open(stage: str) -> bool:
    return Stage(stage) not in TERMINAL


def against_procedure(
    candidates: list[Candidate], act: str, subject: str, on: date
) -> Iterator[GuardReason]:
    """Yield the reasons against the procedure on that (clinic-local) day.

    `candidates` are the patient's open episodes; the one named by `subject` counts,
    without a subject the single approved one. `act` is "move" for a visit that is
    booked already.
    """
    named = episode_id(subject)
    if named:
        found = [c for c in candidates if c.id == named]
    else:
        found = [c for c in candidates if _fits(c, act)]
    if len(found) == 1:
        yield from _against(found[0], act, on)
    elif found:
        yield SEVERAL
    else:
        yield UNKNOWN if named else NOT_APPROVED


def _fits(candidate: Candidate, act: str) -> bool:
    return candidate.stage in (BOOKED if act == "move" else EXPECTS["procedure"])


def _against(candidate: Candidate, act: str, on: date) -> Iterator[GuardReason]:
    decision = candidate.decision
    if decision is None or not decision.approves:
        yield NOT_APPROVED
    elif act != "move" and candidate.stage in BOOKED:
        yield ALREADY_BOOKED
    elif not _fits(candidate, act):
        yield NOT_APPROVED
    elif decision.valid_until and on > decision.valid_until:
        yield GuardReason(
            "approval-expired",
            f"The approval is valid until {decision.valid_until.isoformat()}.",
            "A new decision is signed, or an earlier day is chosen",
        )


NOT_APPROVED = GuardReason(
    "not-approved",
    "This visit needs a signed approval, and there is none in force.",
    "A clinician signs an approval",
)
SEVERAL = GuardReason(
    "several-episodes",
    "Several approved episodes wait for this visit.",
    "The booking names its episode",
)
UNKNOWN = GuardReason(
    "episode-unknown", "There is no such open episode of this patient."
)
ALREADY_BOOKED = GuardReason(
    "already-booked",
    "The procedure of this episode is booked already.",
    "The visit is moved, or cancelled first",
)
