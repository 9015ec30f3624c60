"""The rule procedures adds to scheduling: no procedure without an approval."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from clinics import selectors as clinics
from core.refusal import Reason
from procedures.facts import selectors as facts
from procedures.facts.reason import GuardReason
from procedures.follow_up import contacts as linked
from procedures.follow_up import windows as contacts
from procedures.guards.stops import evaluated_since
from procedures.models import Episode
from procedures.rules import stop_selectors
from procedures.rules.stops import PATIENT
from procedures.visits import selectors as visits
from procedures.visits.approval import (
    CONTACT,
    PREFIX,
    against_procedure,
    contact_code,
    episode_id,
    purpose,
)
from scheduling.booking.rules import Ask


def approval(ask: Ask) -> Iterable[Reason]:
    """Return the reasons against this visit by episodes and decisions."""
    if ask.patient is None:
        return []
    if ask.visit_type.requires_decision:
        return _procedure(ask)
    return _other(ask)


# A call or a visit of the clinic's own kind takes no contact by itself.
FOLLOW_UP = "follow-up"


def subject_of(ask: Ask) -> str:
    """Return the subject of a visit that does not name all of it; else "".

    A procedure that names no episode is for the single approved one. A follow-up that
    names no contact is for the first open one, not booked yet, whose window has its
    day: leaving the contact out is no way around the timetable. Outside every window
    it is an extra visit, for no contact, and stays possible.
    """
    if ask.patient is None or ask.act == "move" or contact_code(ask.subject):
        return ""
    kind = purpose(ask.visit_type.slug, ask.visit_type.requires_decision)
    if kind == "procedure" and ask.subject:
        return ""
    if kind != "procedure" and not ask.visit_type.slug.startswith(FOLLOW_UP):
        return ""
    found = visits.episode_for(ask.patient.pk, ask.subject, kind)
    if found is None:
        return ""
    if kind == "procedure":
        return f"{PREFIX}{found.pk}"
    code = linked.due(found, linked.local_day(found, ask.start))
    return f"{PREFIX}{found.pk}{CONTACT}{code}" if code else ""


def _procedure(ask: Ask) -> list[Reason]:
    assert ask.patient is not None
    zone = ZoneInfo(clinics.clinic(ask.patient.clinic_id).time_zone)
    reasons = against_procedure(
        visits.candidates(ask.patient.pk),
        ask.act,
        ask.subject,
        ask.start.astimezone(zone).date(),
    )
    return [_reason(found) for found in (*reasons, *_stops(ask))]


def _stops(ask: Ask) -> Iterable[GuardReason]:
    """A stop blocks every booking of a procedure, whichever episode it is for; a
    visit that exists may be moved out of its way."""
    assert ask.patient is not None
    if ask.act == "move":
        return
    named = episode_id(ask.subject)
    for row in stop_selectors.open_of_patient(ask.patient.pk):
        if row.scope == PATIENT or named in ("", str(row.episode_id)):
            # Whoever books sees no findings.
            yield STOPPED
            return
    found = visits.episode_for(ask.patient.pk, ask.subject, "procedure")
    if found is not None and any(evaluated_since(facts.for_stops(found, ask.start))):
        yield EVALUATION_OLDER


def _other(ask: Ask) -> list[Reason]:
    """A visit that names an episode names an open one of the same patient."""
    assert ask.patient is not None
    named = episode_id(ask.subject)
    if not named:
        return []
    open_ = {str(one.pk): one for one in visits.open_episodes(ask.patient.pk)}
    if named in open_:
        return [_reason(found) for found in _contact(ask, open_[named])]
    return [] if ask.act == "move" else [UNKNOWN]


def _contact(ask: Ask, episode: Episode) -> Iterable[GuardReason]:
    """A visit that names a contact lies in its window, and is the only one for it."""
    code = contact_code(ask.subject)
    kind = purpose(ask.visit_type.slug, ask.visit_type.requires_decision)
    if not code:
        return []
    if kind != "follow_up":
        return [NOT_A_FOLLOW_UP]
    return contacts.against(
        linked.contacts(episode),
        code,
        linked.local_day(episode, ask.start),
        booked=linked.booked(episode).filter(contact=code).exists(),
        act=ask.act,
    )


def _reason(found: GuardReason) -> Reason:
    return Reason(found.code, found.text, found.lifts)


STOPPED = GuardReason(
    "stop-open",
    "A stop stands: no procedure is booked until it is lifted.",
    "A new evaluation on a later day, or a physician with a second person, lifts it",
)
EVALUATION_OLDER = GuardReason(
    "evaluation-older",
    "The evaluation is older than a stop of this patient.",
    "A new evaluation and a decision are signed",
)
UNKNOWN = Reason("episode-unknown", "There is no such open episode of this patient.")
NOT_A_FOLLOW_UP = GuardReason(
    "contact-of-follow-ups",
    "Only a follow-up visit can be booked for a contact of the timetable.",
    "A follow-up visit is chosen",
)
