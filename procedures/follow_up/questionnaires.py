"""The questions of the time before the treatment, answered by the patient's link.

The answers land on the episode as its baseline, as those of an evaluation do; an
evaluation that asks again later takes their place.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import journal
from core.actor import Actor
from patients.services import patients
from procedures.acts.respond.schema import RESPOND
from procedures.context import Context
from procedures.facts.selectors import facts
from procedures.follow_up import baselines, scores
from procedures.follow_up import questionnaire_selectors as reading
from procedures.follow_up import questions as asking
from procedures.follow_up import score_selectors as scores_read
from procedures.follow_up.question_texts import TEXTS
from procedures.follow_up.questions import InvalidAnswer, Question
from procedures.models import Episode

ACT = "answer_baseline"


class NotAnswered(Exception):
    """An answer does not fit, or there is none; in words for the patient."""


def questions(appointment_id: UUID, language: str = "en") -> list[Question]:
    """The questions before this consultation, in order; none where it is no such."""
    episode = reading.episode_of(appointment_id)
    return [] if episode is None else _questions(episode, language)


@transaction.atomic
def answer(
    *,
    appointment_id: UUID,
    given: Mapping[str, str],
    language: str = "en",
    by: Actor,
    now: datetime,
) -> bool:
    """Keep the answers by question; False once they are not asked for any more.

    Whatever is left out stays unanswered. Raises NotAnswered.
    """
    episode = reading.episode_of(appointment_id)
    if episode is None:
        return False
    patients.lock(episode.patient_id)
    episode = reading.episode_of(appointment_id)
    if episode is None or reading.is_answered(episode):
        return False
    kept = _parsed(_questions(episode, language), given, language)
    context = Context(
        episode=episode,
        act=ACT,
        schema=RESPOND,
        data={},
        facts=facts(episode, now, entered_at=now),
        by=by,
        now=now,
        occurred_at=now,
    )
    for key, answers in kept.items():
        scores.keep(context, occasion=scores.BASELINE, key=key, answers=answers)
    journal.record(
        "episode.baseline_answered",
        subject=f"episode:{episode.pk}",
        by=by,
        at=now,
        payload={"questionnaires": sorted(kept)},
    )
    baselines.announce(episode, now)
    return True


def _questions(episode: Episode, language: str) -> list[Question]:
    _, questionnaire = reading.instruments_of(episode)
    return list(asking.questions(["nrs"], [questionnaire], language))


def _parsed(
    asked: list[Question], given: Mapping[str, str], language: str
) -> dict[str, dict[str, Any]]:
    """Answers by questionnaire and item."""
    kept: dict[str, dict[str, Any]] = {}
    for question in asked:
        raw = given.get(question.key, "").strip()
        if not raw:
            continue
        try:
            value = asking.parse(question, raw)
        except InvalidAnswer as wrong:
            raise NotAnswered(f"{question.text} {wrong}") from None
        key, _, item = question.key.partition(".")
        kept.setdefault(key, {})[item or scores_read.instrument(key).items[0].key] = (
            value
        )
    if not kept:
        raise NotAnswered(TEXTS[language]["nothing_answered"][0])
    return kept
