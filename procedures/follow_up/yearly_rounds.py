"""Yearly rounds to year 5, as far as a clinic wants them.

A job compares: where the switch is on, whoever was injected and followed up has the
contacts still ahead of them; where it is off, those that wait are cancelled.
"""

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from clinics import selectors as clinics
from core import events, journal
from core.actor import job
from core.db import unit_of_work
from patients.services import patients
from procedures.events import FollowUpsPlanned
from procedures.follow_up import timetable_in_force
from procedures.follow_up.selectors import ENDED
from procedures.follow_up.timetable import YEARLY
from procedures.models import Episode, FollowUp

if TYPE_CHECKING:
    from django.db.models import QuerySet

COMPLETED = "completed"
FIVE_YEARS = timedelta(days=5 * 365)


def keep(now: datetime, limit: int = 200) -> int:
    """Plan what is missing and cancel what nobody wants; how many episodes changed."""
    found = list(to_change(now.date()).values_list("pk", flat=True)[:limit])
    return sum(unit_of_work(partial(_keep, pk, now)) for pk in found)


def to_change(today: date) -> "QuerySet[Episode]":
    """Episodes whose yearly contacts are not as their clinic wants them."""
    yearly = FollowUp.objects.filter(episode=OuterRef("pk"), code__in=YEARLY)
    asked = FollowUp.objects.filter(episode=OuterRef("pk")).exclude(code__in=YEARLY)
    ahead = asked.filter(position=1, target_on__gte=today - FIVE_YEARS)
    is_on = Q(clinic__yearly_rounds=True, patient__standing="")
    over = [stage for stage in ENDED if stage != COMPLETED]
    return (
        Episode.objects.filter(
            (
                is_on
                & (
                    (~Exists(yearly) & Exists(ahead))
                    | Exists(yearly.filter(state="cancelled"))
                )
            )
            | (Q(clinic__yearly_rounds=False) & Exists(yearly.filter(state="planned"))),
        )
        .exclude(stage__in=over)
        .order_by("pk")
    )


def _keep(episode_id: UUID, now: datetime) -> bool:
    episode = Episode.objects.get(pk=episode_id)
    patients.lock(episode.patient_id)
    if not to_change(now.date()).filter(pk=episode_id).exists():
        return False
    clinic = clinics.clinic(episode.clinic_id)
    rows = episode.follow_ups.filter(code__in=YEARLY)
    name = "episode.yearly_rounds_planned"
    if not clinic.yearly_rounds:
        rows.filter(state="planned").update(state="cancelled")
        name = "episode.yearly_rounds_cancelled"
    elif rows.exists():
        rows.filter(state="cancelled").update(state="planned")
    else:
        _plan(episode, now.astimezone(ZoneInfo(clinic.time_zone)).date(), now)
    journal.record(
        name,
        subject=f"episode:{episode.pk}",
        by=job("yearly_rounds", clinic.pk),
        at=now,
        payload={"codes": list(YEARLY)},
    )
    events.publish(
        FollowUpsPlanned(
            occurred_at=now, episode_id=episode.pk, patient_id=episode.patient_id
        )
    )
    return True


def _plan(episode: Episode, today: date, now: datetime) -> None:
    """Those still ahead, counted like the others."""
    version, contacts = timetable_in_force.yearly()
    last = episode.follow_ups.exclude(code__in=YEARLY).latest("position")
    planned = timetable_in_force.plan(
        contacts, timetable_in_force.counted_from(episode)
    )
    FollowUp.objects.bulk_create(
        FollowUp(
            episode=episode,
            code=contact.code,
            position=last.position + number,
            mode=contact.mode,
            target_on=contact.target_on,
            window_from=contact.window_from,
            window_to=contact.window_to,
            asks=list(milestone.asks),
            timetable=version,
            planned_at=now,
        )
        for number, (milestone, contact) in enumerate(
            zip(contacts, planned, strict=True), start=1
        )
        if contact.window_to >= today
    )
