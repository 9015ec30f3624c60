"""Check-ins by link: one question per page, resumable, submitted once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import JSONField, Value

from core.actor import Actor
from core.problems import NotFound
from core.refusal import Refused
from patients.services import patients
from procedures.domain import instruments, red_flags
from procedures.domain import questions as asking
from procedures.domain.question_texts import TEXTS
from procedures.domain.questions import InvalidAnswer, Question
from procedures.models import DraftAnswer, FollowUp, InstrumentVersion
from procedures.services import acts

__all__ = [
    "InvalidAnswer",
    "call_now",
    "call_text",
    "drafts",
    "questions",
    "save_answer",
    "submit",
]


def questions(follow_up: FollowUp, language: str = "en") -> list[Question]:
    """What this contact asks, in the order of the pages."""
    rows = [_instrument(key) for key in _asked(follow_up)]
    return list(asking.questions(follow_up.asks, rows, language))


def _asked(follow_up: FollowUp) -> list[str]:
    keys = []
    if "prom" in follow_up.asks:
        targets = follow_up.episode.targets.all()
        keys = sorted({instruments.prom_for(target.joint) for target in targets})
    return [*keys, "pgic"] if "pgic" in follow_up.asks else keys


def _instrument(key: str) -> instruments.Instrument:
    row = InstrumentVersion.objects.filter(key=key).order_by("pk").last()
    if row is None:
        raise LookupError(f"questionnaire {key} is not loaded")
    return instruments.from_data(row.definition)


def drafts(follow_up: FollowUp) -> dict[str, Any]:
    """The answers saved so far, by question."""
    return dict(follow_up.draft_answers.values_list("question", "value"))


def save_answer(
    *,
    follow_up_id: UUID,
    question: str,
    value: Any,
    language: str = "en",
    now: datetime,
) -> Any:
    """Save one answer to go on later; a saved one is replaced. The answer as kept.

    Nothing is saved any more once the contact is answered. Raises InvalidAnswer,
    NotFound.
    """
    follow_up = _locked(follow_up_id)
    asked = {q.key: q for q in questions(follow_up, language)}
    if question not in asked:
        raise NotFound
    kept = asking.parse(asked[question], value)
    if follow_up.answered_at is None:
        DraftAnswer.objects.update_or_create(
            follow_up=follow_up,
            question=question,
            # JSON's null: the question was answered, with nothing.
            defaults={
                "value": Value(None, JSONField()) if kept is None else kept,
                "saved_at": now,
            },
        )
    return kept


def submit(
    *,
    follow_up_id: UUID,
    answers: Mapping[str, Any] | None = None,
    language: str = "en",
    by: Actor,
    now: datetime,
) -> FollowUp | Refused:
    """Hand in the saved answers and `answers`; a second time changes nothing.

    Raises InvalidAnswer when a required one is missing or one does not fit.
    """
    follow_up = _locked(follow_up_id)
    if follow_up.answered_at is not None:
        return follow_up
    given = {**drafts(follow_up), **(answers or {})}
    kept = {
        q.key: asking.parse(q, given.get(q.key)) for q in questions(follow_up, language)
    }
    outcome = acts.perform(
        episode_id=follow_up.episode_id,
        act="respond",
        data={
            **asking.answers(kept),
            "follow_up": follow_up.code,
            "language": language,
        },
        version=None,
        by=by,
        now=now,
    )
    if isinstance(outcome, Refused):
        return outcome
    follow_up.refresh_from_db()
    return follow_up


def call_now(kept: Mapping[str, Any], language: str = "en") -> tuple[str, str] | None:
    """(what to do now, more) if the answers so far hold an urgent sign, else None."""
    data = asking.answers(kept)
    if "temperature_c" in data:
        data["temperature_c"] = asking.celsius_of(data["temperature_c"])
    return call_text(red_flags.tier_of(red_flags.flags(data)), language)


def call_text(tier: int | None, language: str = "en") -> tuple[str, str] | None:
    """(what to do now, more) for an urgent tier, else None."""
    return TEXTS[language][f"call_{tier}"] if tier in (1, 2) else None


def _locked(follow_up_id: UUID) -> FollowUp:
    rows = FollowUp.objects.select_related("episode").filter(pk=follow_up_id)
    found = rows.first()
    if found is None:
        raise NotFound
    patients.lock(found.episode.patient_id)
    return rows.get()
