"""Steps of a recovery: planned with the contacts, told by patients and staff, and
looked at by somebody where one was not reached in time."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from clinics import selectors as clinics
from clinics.domain import roles
from core import journal
from core.actor import Actor, job
from core.problems import FieldError, Invalid, NotFound
from patients.services import patients, tasks
from procedures.fields import schema
from procedures.fields.schema import InvalidData
from procedures.follow_up import milestone_selectors
from procedures.follow_up import milestones as rules
from procedures.follow_up.questions import Question
from procedures.models import Episode, EpisodeMilestone, FollowUp, MilestoneReport
from procedures.records import current_rows

TASK = "milestone_not_reached"
TEXT = "Ask the patient about “{step}”: it was not reached by its last day."
LOOK_WITHIN = timedelta(days=1)


def plan(episode: Episode, injected_on: date, now: datetime) -> None:
    """Plan every step in force after an injection on that clinic-local day."""
    version, steps = milestone_selectors.in_force()
    windows = [step.window(injected_on) for step in steps]
    EpisodeMilestone.objects.bulk_create(
        EpisodeMilestone(
            episode=episode,
            code=step.code,
            position=position,
            asked_at=list(step.asked_at),
            window_from=first,
            window_to=last,
            version=version,
            planned_at=now,
        )
        for position, (step, (first, last)) in enumerate(
            zip(steps, windows, strict=True), start=1
        )
    )


def questions(follow_up: FollowUp, language: str) -> list[Question]:
    """Return what that contact asks of the steps not reached before it."""
    return [
        Question(
            key=rules.question_key(step.row.code),
            kind="choice",
            text=step.words.question[language],
            options=tuple(
                (code, words[language]) for code, words in rules.LABELS.items()
            ),
            required=False,
            language=language,
        )
        for step in milestone_selectors.asked(follow_up)
    ]


def take(
    follow_up: FollowUp, answers: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    """Record what a contact's answers say of the steps; the patient is locked.

    A step is reached by the day it is told, unless somebody knows it better. Raises
    InvalidData for a step or an answer nobody knows.
    """
    known = {one.row.code: one for one in milestone_selectors.asked(follow_up)}
    for code, answer in answers.items():
        step = known.get(code)
        if step is None or answer not in rules.ANSWERS:
            fault = f"Give one of {', '.join(rules.ANSWERS)} for a step asked here."
            raise InvalidData([schema.FieldError(f"/milestones/{code}", fault)])
        if step.report is not None and step.report.answer == answer:
            continue
        is_patient = by.kind == "patient"
        _record(
            step.row,
            answer=answer,
            reached_on=_today(follow_up.episode, now) if answer == "reached" else None,
            said_by="patient" if is_patient else "staff",
            how="link" if is_patient else "telephone",
            follow_up=follow_up,
            by=by,
            now=now,
        )


@transaction.atomic
def record(
    *,
    milestone_id: UUID,
    clinic_id: int,
    answer: str,
    reached_on: date | None = None,
    how: str = "telephone",
    note: str = "",
    by: Actor,
    now: datetime,
) -> MilestoneReport:
    """Record what staff heard of a step, on the telephone or at a visit.

    Raises NotFound, and Invalid for a day that does not fit the answer.
    """
    step = milestone_selectors.step(milestone_id, clinic_id)
    if step is None:
        raise NotFound("There is no such step at this clinic.")
    episode = step.row.episode
    patients.lock(episode.patient_id)
    today = _today(episode, now)
    _check(answer, reached_on, how, _first_day(episode), today)
    return _record(
        step.row,
        answer=answer,
        reached_on=reached_on,
        said_by="staff",
        how=how,
        note=" ".join(note.split()),
        by=by,
        now=now,
    )


def ask_for(milestone_id: UUID, *, now: datetime) -> bool:
    """Ask a nurse to look at a step that was not reached in time, once; whether."""
    row = EpisodeMilestone.objects.select_related("episode").get(pk=milestone_id)
    patients.lock(row.episode.patient_id)
    today = _today(row.episode, now)
    if (
        not milestone_selectors.unreached(today)
        .filter(pk=row.pk, window_to__lt=today)
        .exists()
    ):
        return False
    EpisodeMilestone.objects.filter(pk=row.pk).update(asked_for_at=now)
    step = milestone_selectors.step(row.pk, row.episode.clinic_id)
    assert step is not None
    tasks.open(
        clinic_id=row.episode.clinic_id,
        patient_id=row.episode.patient_id,
        kind=TASK,
        text=TEXT.format(step=step.words.name["en"]),
        subject=_subject(row),
        owner_role=roles.NURSE,
        due_at=now + LOOK_WITHIN,
        by=job("milestones", row.episode.clinic_id),
        now=now,
    )
    return True


def _record(
    row: EpisodeMilestone,
    *,
    answer: str,
    reached_on: date | None,
    said_by: str,
    how: str,
    follow_up: FollowUp | None = None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> MilestoneReport:
    current_rows(row.reports).update(superseded_at=now)
    report = MilestoneReport.objects.create(
        milestone=row,
        follow_up=follow_up,
        answer=answer,
        reached_on=reached_on,
        said_on=_today(row.episode, now),
        said_by=said_by,
        how=how,
        note=note,
        recorded_at=now,
        recorded_by=str(by),
        recorded_by_name=by.name,
    )
    journal.record(
        "episode.milestone_told",
        subject=f"episode:{row.episode_id}",
        by=by,
        at=now,
        payload={"milestone": row.code, "answer": answer, "reached_on": reached_on},
    )
    # Whoever has looked knows more now, whatever the answer is.
    tasks.close_about(
        subjects=[_subject(row)],
        kind=TASK,
        outcome="The patient has been asked.",
        by=job("milestones", row.episode.clinic_id),
        now=now,
    )
    return report


def _check(
    answer: str, reached_on: date | None, how: str, first: date, today: date
) -> None:
    faults = []
    if answer not in rules.ANSWERS:
        faults.append(FieldError("/answer", "Choose an answer."))
    if how not in ("telephone", "visit"):
        faults.append(FieldError("/how", "Say how it was heard."))
    if answer == rules.REACHED:
        if reached_on is None:
            faults.append(FieldError("/reached_on", "Give the day it was reached."))
        elif not first <= reached_on <= today:
            text = "Give a day between the treatment and today."
            faults.append(FieldError("/reached_on", text))
    elif reached_on is not None:
        text = "Leave the day empty unless the step is reached."
        faults.append(FieldError("/reached_on", text))
    if faults:
        raise Invalid(faults)


def _first_day(episode: Episode) -> date:
    """The day the steps are counted from, where the clinic is."""
    row = episode.milestones.select_related("version").first()
    assert row is not None, "a step belongs to an episode that has steps"
    first = current_rows(episode.injections).order_by("end_at").first()
    return _today(episode, first.end_at) if first else row.window_from


def _subject(row: EpisodeMilestone) -> str:
    return f"milestone:{row.pk}"


def _today(episode: Episode, now: datetime) -> date:
    zone = ZoneInfo(clinics.clinic(episode.clinic_id).time_zone)
    return now.astimezone(zone).date()
