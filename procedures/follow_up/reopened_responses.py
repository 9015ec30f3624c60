"""Answers handed in are opened again by the patient, to correct or complete them.

The answers in force become the saved ones; handed in again they are a new record that
corrects the one before, which stays. Only while the contact's window lasts.
"""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import JSONField, Value

from clinics import selectors as clinics
from procedures.follow_up import milestone_selectors, responses
from procedures.follow_up.milestones import question_key
from procedures.follow_up.questions import Question
from procedures.models import DraftAnswer, FollowUp, Response
from procedures.pathway import Act, allows
from procedures.records import current_rows

# Who has no thermometer leaves this out.
MAY_LACK = frozenset({"temperature_c"})
OWN = ("nrs", "temperature_c", "swelling", "bears_weight", "warning_signs")


def may_correct(follow_up: FollowUp, now: datetime) -> bool:
    """True while the patient may correct what they handed in."""
    if follow_up.answered_at is None or follow_up.state != "answered":
        return False
    zone = ZoneInfo(clinics.clinic(follow_up.episode.clinic_id).time_zone)
    in_window = now.astimezone(zone).date() <= follow_up.window_to
    return in_window and allows(follow_up.episode.stage, Act.RESPOND)


@transaction.atomic
def reopen(*, follow_up_id: UUID, now: datetime) -> bool:
    """Save the answers in force to be gone over again; whether that is possible.

    Done twice it changes nothing. Raises core.problems.NotFound.
    """
    follow_up = responses.locked(follow_up_id)
    if not may_correct(follow_up, now):
        return False
    if follow_up.draft_answers.exists():
        return True
    DraftAnswer.objects.bulk_create(
        DraftAnswer(
            follow_up=follow_up,
            question=question,
            value=Value(None, JSONField()) if value is None else value,
            saved_at=now,
        )
        for question, value in in_force(follow_up).items()
    )
    return True


def in_force(follow_up: FollowUp) -> dict[str, Any]:
    """Answers handed in last, by question; None where nothing was answered."""
    row = current_rows(follow_up.responses).first()
    scored = current_rows(follow_up.instrument_responses)
    answers = dict(scored.values_list("instrument__key", "answers"))
    steps = {
        question_key(one.row.code): one.report.answer
        for one in milestone_selectors.asked(follow_up)
        if one.report is not None and one.report.follow_up_id == follow_up.pk
    }
    return {
        asked.key: _own(row, asked.key)
        if asked.key in OWN
        else steps.get(asked.key) or _item(asked, answers)
        for asked in responses.questions(follow_up)
    }


def unanswered(follow_up: FollowUp) -> int:
    """The number of questions of an answered contact that have no answer."""
    said = in_force(follow_up)
    return sum(
        value in (None, "") for key, value in said.items() if key not in MAY_LACK
    )


def _own(row: Response | None, key: str) -> Any:
    value = getattr(row, key, None)
    if key == "warning_signs":
        return list(value or [])
    if key == "bears_weight":
        return None if value is None else ("yes" if value else "no")
    if key == "temperature_c":
        return None if value is None else str(value)
    return value if value != "" else None


def _item(asked: Question, answers: dict[str, dict[str, int]]) -> Any:
    instrument, _, item = asked.key.partition(".")
    return answers.get(instrument, {}).get(item)
