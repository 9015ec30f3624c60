"""Contacts after the injection: planned once, missed when their window closes."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from clinics import selectors as clinics
from core import events, journal
from core.actor import Actor, job
from patients.services import patients, tasks
from procedures.context import Context
from procedures.events import FollowUpsPlanned
from procedures.follow_up import booked_visits, milestone_reports, timetable_in_force
from procedures.follow_up.selectors import ENDED, WORTH_A_CALL
from procedures.models import FollowUp

MISSED = "follow-up-missed"


def plan(context: Context, injected_at: datetime) -> None:
    """Plan every contact of the timetable in force, once per episode.

    From here on the contacts have dates of their own; visits booked for them while
    they followed the procedure's day are held against these.
    """
    episode = context.episode
    if episode.follow_ups.exists():
        return
    version, contacts = timetable_in_force.in_force()
    injected_on = injected_at.astimezone(context.facts.day.zone).date()
    planned = timetable_in_force.plan(contacts, injected_on)
    FollowUp.objects.bulk_create(
        FollowUp(
            episode=episode,
            code=contact.code,
            position=position,
            mode=contact.mode,
            target_on=contact.target_on,
            window_from=contact.window_from,
            window_to=contact.window_to,
            asks=list(milestone.asks),
            timetable=version,
            planned_at=context.now,
        )
        for position, (milestone, contact) in enumerate(
            zip(contacts, planned, strict=True), start=1
        )
    )
    milestone_reports.plan(episode, injected_on, context.now)
    context.payload["timetable"] = version.version
    booked_visits.reconcile(episode, now=context.now)
    events.publish(
        FollowUpsPlanned(
            occurred_at=context.now,
            episode_id=episode.pk,
            patient_id=episode.patient_id,
        )
    )


def overdue(now: datetime) -> list[UUID]:
    """The planned contacts whose window has closed where their clinic is."""
    rows = FollowUp.objects.filter(state="planned", window_to__lt=now.date())
    return [
        row.pk
        for row in rows.select_related("episode__clinic")
        if row.window_to < _today(row, now)
    ]


def mark_missed(*, follow_up_id: UUID, by: Actor, now: datetime) -> bool:
    """Note that a contact was missed; whether it was. Its dates stay as planned."""
    row = FollowUp.objects.select_related("episode__clinic").get(pk=follow_up_id)
    patients.lock(row.episode.patient_id)
    row.refresh_from_db(fields=["state", "answered_at"])
    if row.state != "planned" or row.window_to >= _today(row, now):
        return False
    row.state = "missed"
    row.save(update_fields=["state"])
    journal.record(
        "episode.follow_up_missed",
        subject=f"episode:{row.episode_id}",
        by=by,
        at=now,
        payload={"code": row.code, "follow_up": row.pk},
    )
    if row.code in WORTH_A_CALL and row.episode.stage not in ENDED:
        _ask_for_a_call(row, by, now)
    return True


def note_answer(*, follow_up_id: UUID, now: datetime) -> None:
    """Close the call for a contact that was missed and has been answered after all.

    The caller holds the patient's row.
    """
    tasks.close_about(
        subjects=[f"follow_up:{follow_up_id}"],
        kind=MISSED,
        outcome="The patient has answered.",
        by=job("note_answer"),
        now=now,
    )


def cancel(*, patient_id: UUID, now: datetime) -> None:
    """Ask the patient nothing more. The caller holds the patient's row."""
    _turn(patient_id, "planned", "cancelled", "episode.follow_ups_cancelled", now)


def plan_again(*, patient_id: UUID, now: datetime) -> None:
    """Ask after all what was cancelled. The caller holds the patient's row."""
    _turn(patient_id, "cancelled", "planned", "episode.follow_ups_planned_again", now)


def _turn(patient_id: UUID, before: str, after: str, name: str, now: datetime) -> None:
    rows = FollowUp.objects.filter(episode__patient_id=patient_id, state=before)
    codes: dict[tuple[UUID, int], list[str]] = {}
    columns = ("episode", "episode__clinic", "code")
    for episode_id, clinic_id, code in rows.order_by("position").values_list(*columns):
        codes.setdefault((episode_id, clinic_id), []).append(code)
    FollowUp.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        state=after
    )
    for (episode_id, clinic_id), those in codes.items():
        journal.record(
            name,
            subject=f"episode:{episode_id}",
            by=job("departures", clinic_id),
            at=now,
            payload={"codes": those},
        )


def _ask_for_a_call(row: FollowUp, by: Actor, now: datetime) -> None:
    tasks.open(
        clinic_id=row.episode.clinic_id,
        kind=MISSED,
        text="A follow-up was missed; call the patient.",
        patient_id=row.episode.patient_id,
        subject=f"follow_up:{row.pk}",
        tier=3,
        by=by,
        now=now,
    )


def _today(row: FollowUp, now: datetime) -> date:
    zone = ZoneInfo(clinics.clinic(row.episode.clinic_id).time_zone)
    return now.astimezone(zone).date()
