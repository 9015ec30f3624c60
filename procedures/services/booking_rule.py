"""The rule procedures adds to scheduling: no procedure without an approval."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from clinics import selectors as clinics
from core.refusal import Reason
from procedures.domain.visits import PREFIX, against_procedure, episode_id
from procedures.selectors import visits
from scheduling.services.rules import Ask


def approval(ask: Ask) -> Iterable[Reason]:
    """Why this visit may not be, given the patient's episodes and decisions."""
    if ask.patient is None:
        return []
    if ask.visit_type.requires_decision:
        return _procedure(ask)
    return _other(ask)


def episode_of(ask: Ask) -> str:
    """The subject of a procedure that names none: the single approved episode."""
    if ask.patient is None or not ask.visit_type.requires_decision:
        return ""
    if ask.act == "move":
        return ""
    found = visits.episode_for(ask.patient.pk, "", "procedure")
    return f"{PREFIX}{found.pk}" if found else ""


def _procedure(ask: Ask) -> list[Reason]:
    assert ask.patient is not None
    zone = ZoneInfo(clinics.clinic(ask.patient.clinic_id).time_zone)
    reasons = against_procedure(
        visits.candidates(ask.patient.pk),
        ask.act,
        ask.subject,
        ask.start.astimezone(zone).date(),
    )
    return [Reason(r.code, r.text, r.lifts) for r in reasons]


def _other(ask: Ask) -> list[Reason]:
    """A visit that names an episode names an open one of the same patient."""
    assert ask.patient is not None
    named = episode_id(ask.subject)
    known = (
        {str(e.pk) for e in visits.open_episodes(ask.patient.pk)} if named else set()
    )
    if not named or named in known or ask.act == "move":
        return []
    return [Reason("episode-unknown", "There is no such open episode of this patient.")]
