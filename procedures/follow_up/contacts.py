"""The contacts of an episode: their windows, their visits, what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from clinics import selectors as clinics
from procedures.follow_up import timetable_in_force
from procedures.follow_up.timetable import VISIT, Planned
from procedures.follow_up.timing import Timing, timing
from procedures.follow_up.windows import Contact, fits
from procedures.models import Episode, EpisodeVisit, FollowUp
from procedures.visits.selectors import procedure_visit
from scheduling import selectors as scheduling


@dataclass(frozen=True, slots=True)
class Line:
    """One contact and the visit booked for it.

    `plan` is None where a visit is booked and nothing is there to count from;
    `conflict` says what is wrong with the visit, until someone decides.
    """

    code: str
    plan: Planned | None
    state: str
    visit: EpisodeVisit | None = None
    conflict: str = ""
    is_answered: bool = False

    @property
    def can_be_booked(self) -> bool:
        """A visit whose time has come to be agreed, and that nobody has agreed yet."""
        open_ = self.state in ("provisional", "planned")
        is_visit = self.plan is not None and self.plan.mode == VISIT
        return is_visit and open_ and self.visit is None

    def timing(self, episode: Episode, on: date) -> Timing:
        """State of the contact on that clinic-local day."""
        visit_on = local_day(episode, self.visit.starts_at) if self.visit else None
        return timing(
            self.state,
            self.plan,
            on,
            is_answered=self.is_answered,
            visit_on=visit_on,
        )


def contacts(episode: Episode) -> dict[str, Contact]:
    """The contacts by code, in order: the planned follow-ups, or before the injection
    those that follow the booked procedure; none while none is booked."""
    rows = list(episode.follow_ups.order_by("position"))
    if rows:
        return {row.code: _contact(row) for row in rows}
    visit = procedure_visit(episode)
    if visit is None:
        return {}
    _, milestones = timetable_in_force.in_force()
    planned = timetable_in_force.plan(milestones, local_day(episode, visit.starts_at))
    return {one.code: Contact(one) for one in planned}


def local_day(episode: Episode, at: datetime) -> date:
    """The day of that instant where the episode's clinic is."""
    return at.astimezone(ZoneInfo(clinics.clinic(episode.clinic_id).time_zone)).date()


def booked(episode: Episode) -> QuerySet[EpisodeVisit]:
    """The live visits of the episode that were booked for a contact."""
    return episode.visits.exclude(contact="").filter(released_at=None)


def lines(episode: Episode) -> list[Line]:
    """The contacts in order, then visits whose contact has no dates now."""
    known = contacts(episode)
    visits = {visit.contact: visit for visit in booked(episode)}
    wrong = scheduling.linked_conflicts(v.appointment_id for v in visits.values())
    found = [
        Line(code, one.plan, one.state, visits.get(code), is_answered=one.is_answered)
        for code, one in known.items()
    ]
    found += [
        Line(code, None, "unplanned", visit)
        for code, visit in sorted(visits.items())
        if code not in known
    ]
    return [_with_conflict(line, wrong) for line in found]


def due(episode: Episode, on: date) -> str:
    """The code of the first contact that can be booked for that day, or ""."""
    can = (line for line in lines(episode) if line.can_be_booked)
    return next((one.code for one in can if one.plan and fits(one.plan, on)), "")


def _with_conflict(line: Line, wrong: Mapping[UUID, str]) -> Line:
    if line.visit is None:
        return line
    text = wrong.get(line.visit.appointment_id, "")
    return replace(line, conflict=text)


def _contact(row: FollowUp) -> Contact:
    plan = Planned(row.code, row.mode, row.target_on, row.window_from, row.window_to)
    return Contact(plan, row.state, row.answered_at is not None)
