"""Warning signs act at the press of the answer: a task, its page, and a memory.

Nothing waits for a form to be handed in. What was told once raises one task for each
contact and tier; what is told later, or told otherwise, is added to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core import events, journal
from core.actor import Actor
from patients import selectors as patients
from patients.services import task_notes, tasks
from procedures.events import RedFlagRaised
from procedures.follow_up import red_flags
from procedures.follow_up.red_flags import Flag
from procedures.models import FollowUp, SaidAnswer
from procedures.records import current_rows

if TYPE_CHECKING:
    from patients.models import Task

KIND = "red-flag"
URGENT = (1, 2)
NEEDS_SOMEBODY = 3
# Words nobody has read yet may mean anything: a clinician reads them the same day.
WORDS_TIER = 2
TASK_TEXTS = {
    1: "Emergency signs reported: call the patient now.",
    2: "Warning signs reported: a clinician calls the patient today.",
    3: "Answers need a call on the next business day.",
}


def subject(follow_up: FollowUp) -> str:
    """The text id that the tasks of this contact carry."""
    return f"follow_up:{follow_up.pk}"


def earlier_nrs(follow_up: FollowUp) -> tuple[int, ...]:
    """The pain scores of the episode's other contacts, oldest first."""
    rows = current_rows(follow_up.episode.responses).filter(nrs__isnull=False)
    rows = rows.exclude(follow_up=follow_up).order_by("occurred_at")
    return tuple(nrs for nrs in rows.values_list("nrs", flat=True) if nrs is not None)


def flags(follow_up: FollowUp, answers: Mapping[str, Any]) -> tuple[Flag, ...]:
    """Every warning sign in these answers of the contact, the gravest first."""
    return red_flags.flags(answers, earlier_nrs(follow_up))


def unheard(follow_up: FollowUp, found: Iterable[Flag]) -> tuple[Flag, ...]:
    """Those that somebody must hear of and that were not told at this contact yet."""
    lists = [
        *follow_up.said.values_list("flags", flat=True),
        *follow_up.responses.values_list("flags", flat=True),
    ]
    known = {code for codes in lists for code in codes}
    return tuple(
        flag for flag in found if flag.code not in known and flag.tier <= NEEDS_SOMEBODY
    )


def keep(
    follow_up: FollowUp,
    question: str,
    *,
    before: Any,
    value: Any,
    found: Sequence[Flag] = (),
    by: Actor,
    now: datetime,
) -> SaidAnswer:
    """Keep one answer for good, with what it replaced and the signs new in it."""
    return SaidAnswer.objects.create(
        follow_up=follow_up,
        question=question,
        before=before,
        value=value,
        flags=[flag.code for flag in found],
        said_at=now,
        said_by=str(by),
    )


def sound(
    follow_up: FollowUp,
    new: Sequence[Flag],
    words: str,
    *,
    by: Actor,
    now: datetime,
) -> "Task | None":
    """Raise the task of the gravest new sign, and add `words` to what is known.

    A task as grave that is still open takes them in. The patient is locked already.
    """
    standing = list(patients.tasks_about(subject(follow_up), KIND))
    task = None
    if new:
        task = _task_for(follow_up, red_flags.tier_of(tuple(new)), standing, by, now)
    about = {one.pk: one for one in (*standing, task) if one is not None}
    if words:
        task_notes.add_to_all(list(about.values()), words, by=by, now=now)
    if task is not None:
        _tell(follow_up, task, new, by, now)
    return task


def _task_for(
    follow_up: FollowUp, tier: int, standing: "Sequence[Task]", by: Actor, now: datetime
) -> "Task | None":
    """The new task; None if one at least as grave is open."""
    if any(one.done_at is None and (one.tier or 4) <= tier for one in standing):
        return None
    return tasks.open(
        clinic_id=follow_up.episode.clinic_id,
        kind=KIND,
        text=TASK_TEXTS[tier],
        patient_id=follow_up.episode.patient_id,
        subject=subject(follow_up),
        tier=tier,
        by=by,
        now=now,
    )


def _tell(
    follow_up: FollowUp, task: "Task", new: Sequence[Flag], by: Actor, now: datetime
) -> None:
    tier = task.tier or NEEDS_SOMEBODY
    journal.record(
        "episode.red_flag_raised",
        subject=f"episode:{follow_up.episode_id}",
        by=by,
        at=now,
        payload={
            "follow_up": follow_up.code,
            "tier": tier,
            "flags": [flag.code for flag in new],
            "task_id": task.pk,
        },
    )
    if tier in URGENT:
        events.publish(
            RedFlagRaised(
                occurred_at=now,
                task_id=task.pk,
                patient_id=follow_up.episode.patient_id,
                follow_up_id=follow_up.pk,
                tier=tier,
            )
        )


def tell_signs(
    follow_up: FollowUp,
    signs: Sequence[str],
    words: str,
    *,
    by: Actor,
    now: datetime,
) -> "Task | None":
    """Take in warning signs told outside the contact's questions, and page.

    Words alone page as well: nobody but a person can say how grave they are. The
    patient is locked already.
    """
    found: Sequence[Flag] = red_flags.flags({"warning_signs": signs})
    if words:
        found = [*found, Flag("told_in_words", WORDS_TIER, "Told in words")]
    for question, value in (("warning_signs", list(signs)), ("note", words)):
        if value:
            keep(
                follow_up,
                question,
                before=None,
                value=value,
                found=[
                    flag
                    for flag in found
                    if (flag.code in signs) is (question != "note")
                ],
                by=by,
                now=now,
            )
    said = "; ".join([*(flag.text for flag in found if flag.code in signs), words])
    return sound(follow_up, found, said.strip("; "), by=by, now=now)
