"""Visits that are owed: follow-ups nobody has booked, and what was called off or
missed and not booked again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from procedures.follow_up.selectors import ENDED
from procedures.follow_up.timetable import VISIT, book_from
from procedures.models import EpisodeVisit, FollowUp
from procedures.pathway import TERMINAL
from procedures.visits.approval import CONTACT, PREFIX
from scheduling import selectors as scheduling
from scheduling.openings.candidates import Opening

if TYPE_CHECKING:
    from patients.models import Patient
    from scheduling.models import Appointment

VISIT_TYPE = "follow-up"
SHOWN = 6
NEAR = timedelta(days=3)
STEP_MINUTES = 30
# So many openings of a window are looked at before the nearest are chosen.
LOOKED_AT = 60
# Who was asked about a visit that was called off, and said nothing, is let go.
KEPT = timedelta(days=90)
NOT_BOOKED, CANCELLED, MISSED = "not_booked", "cancelled", "missed"
STANDS = {"cancelled": CANCELLED, "noshow": MISSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One visit that somebody must still book; `since` is when it became owed.

    A follow-up has its window and the subject its booking names; another visit is the
    appointment that was called off or missed.
    """

    patient: "Patient"
    why: str
    since: datetime
    subject: str
    follow_up: FollowUp | None = None
    appointment: "Appointment | None" = None


def owed(clinic_id: int, now: datetime, zone: ZoneInfo) -> list[Owed]:
    """Everything owed at the clinic in `zone`, what has waited longest first."""
    found = [*_follow_ups(clinic_id, now, zone), *_others(clinic_id, now)]
    return sorted(found, key=lambda one: one.since)


def openings(follow_up: FollowUp, now: datetime, zone: ZoneInfo) -> list[Opening]:
    """Real openings inside its window, those nearest to its day: two a day."""
    today = now.astimezone(zone).date()
    first, last = max(follow_up.window_from, today), follow_up.window_to
    near = max(first, follow_up.target_on - NEAR), min(last, follow_up.target_on + NEAR)
    chosen: list[Opening] = []
    for from_on, to_on in (near, (first, last)):
        if from_on > to_on or len(chosen) == SHOWN:
            continue
        found = scheduling.find_openings(
            clinic_id=follow_up.episode.clinic_id,
            visit_type=VISIT_TYPE,
            from_on=from_on,
            to_on=to_on,
            now=now,
            patient_id=follow_up.episode.patient_id,
            wishes=scheduling.Wishes(step_minutes=STEP_MINUTES),
            limit=LOOKED_AT,
        )
        chosen = _nearest(found, follow_up.target_on, zone)
    return chosen


def _nearest(found: Iterable[Opening], target: date, zone: ZoneInfo) -> list[Opening]:
    days: dict[date, list[Opening]] = {}
    for one in found:
        days.setdefault(one.start.astimezone(zone).date(), []).append(one)
    chosen: list[Opening] = []
    for day in sorted(days, key=lambda day: (abs(day - target), day)):
        # The first of the day, and one about its middle.
        several = days[day]
        middle = several[len(several) // 2]
        chosen += [several[0], *([middle] if len(several) > 1 else [])]
    return sorted(chosen[:SHOWN], key=lambda one: one.start)


def _follow_ups(clinic_id: int, now: datetime, zone: ZoneInfo) -> list[Owed]:
    """Planned visits whose window has not closed and that have no live visit."""
    today = now.astimezone(zone).date()
    live = EpisodeVisit.objects.filter(
        episode=OuterRef("episode"), contact=OuterRef("code"), released_at=None
    )
    rows = FollowUp.objects.filter(
        episode__clinic_id=clinic_id,
        mode=VISIT,
        state="planned",
        answered_at=None,
        window_to__gte=today,
        episode__patient__standing="",
    ).exclude(episode__stage__in=ENDED)
    waiting = [
        row
        for row in rows.exclude(Exists(live)).select_related("episode__patient")
        if book_from(row.code, row.target_on) <= today
    ]
    lost = _lost_visits(waiting)
    return [
        _follow_up(row, lost.get((row.episode_id, row.code)), zone) for row in waiting
    ]


def _lost_visits(rows: list[FollowUp]) -> dict[tuple[object, str], EpisodeVisit]:
    """The visit of each contact that was called off or missed last."""
    released = EpisodeVisit.objects.filter(
        episode__in={row.episode_id for row in rows}, released_at__isnull=False
    ).exclude(contact="")
    ordered = released.select_related("appointment").order_by("released_at")
    return {(one.episode_id, one.contact): one for one in ordered}


def _follow_up(row: FollowUp, lost: EpisodeVisit | None, zone: ZoneInfo) -> Owed:
    why, since = NOT_BOOKED, None
    if lost is not None:
        why, since = STANDS.get(lost.appointment.status, NOT_BOOKED), lost.released_at
    return Owed(
        patient=row.episode.patient,
        why=why,
        since=since
        or datetime.combine(book_from(row.code, row.target_on), time(0), zone),
        subject=f"{PREFIX}{row.episode_id}{CONTACT}{row.code}",
        follow_up=row,
    )


def _others(clinic_id: int, now: datetime) -> list[Owed]:
    """Other visits called off or missed and not booked again; of an episode, while it
    is not over."""
    visits = list(
        scheduling.called_off(clinic_id, now - KEPT).filter(patient__standing="")
    )
    linked = {
        one.appointment_id: one
        for one in EpisodeVisit.objects.filter(appointment__in=visits).select_related(
            "episode"
        )
    }
    found = []
    for visit in visits:
        link = linked.get(visit.pk)
        if link and (link.contact or link.episode.stage in TERMINAL):
            continue
        found.append(
            Owed(
                patient=visit.patient,
                why=STANDS[visit.status],
                since=visit.status_at,
                subject=f"{PREFIX}{link.episode_id}" if link else "",
                appointment=visit,
            )
        )
    # Of one kind of visit the last one called off stands for the ones before.
    last = {
        (one.patient.pk, one.appointment.visit_type_id): one
        for one in found
        if one.appointment
    }
    return list(last.values())
