"""Check-ins by link: one question per page, resumable, submitted once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import JSONField, Value

from core.actor import Actor
from core.problems import NotFound
from core.refusal import Refused
from patients.selectors import actor_for as patients_actor
from patients.services import patients
from procedures.acts import dispatch
from procedures.follow_up import alarms, instruments, milestone_reports, red_flags
from procedures.follow_up import questions as asking
from procedures.follow_up.question_texts import TEXTS
from procedures.follow_up.questions import InvalidAnswer, Question
from procedures.models import DraftAnswer, FollowUp, InstrumentVersion

WORDS_LENGTH = 1000
__all__ = [
    "InvalidAnswer",
    "call_now",
    "call_text",
    "drafts",
    "locked",
    "questions",
    "save_answer",
    "signs_question",
    "submit",
    "tell_signs",
]


def questions(follow_up: FollowUp, language: str = "en") -> list[Question]:
    """Return the questions of this contact, in the order of the pages."""
    rows = [_instrument(key) for key in _asked(follow_up)]
    asked = asking.questions(follow_up.asks, rows, language)
    # After the warning signs: those come first, whatever else is left unanswered.
    return [*asked, *milestone_reports.questions(follow_up, language)]


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


@transaction.atomic
def save_answer(
    *,
    follow_up_id: UUID,
    question: str,
    value: Any,
    language: str = "en",
    by: Actor | None = None,
    now: datetime,
) -> Any:
    """Save one answer to go on later; a saved one is replaced. The answer as kept.

    A warning sign in it acts at once; what it replaced stays on record, and is added
    to the task that it raised. Once the contact is answered, only answers that were
    opened again are. Raises InvalidAnswer, NotFound.
    """
    follow_up = locked(follow_up_id)
    asked = {q.key: q for q in questions(follow_up, language)}
    if question not in asked:
        raise NotFound
    kept = asking.parse(asked[question], value)
    if follow_up.answered_at is None or drafts(follow_up):
        who = by or patients_actor(follow_up.episode.patient)
        _save(follow_up, asked[question], kept, by=who, now=now)
    return kept


def _save(
    follow_up: FollowUp, asked: Question, kept: Any, *, by: Actor, now: datetime
) -> None:
    saved = drafts(follow_up)
    key = asked.key
    if key in saved and saved[key] == kept:
        return
    DraftAnswer.objects.update_or_create(
        follow_up=follow_up,
        question=key,
        # JSON's null: the question was answered, with nothing.
        defaults={
            "value": Value(None, JSONField()) if kept is None else kept,
            "saved_at": now,
        },
    )
    known = {flag.code for flag in alarms.flags(follow_up, _data(saved))}
    found = alarms.flags(follow_up, _data({**saved, key: kept}))
    new = [
        flag
        for flag in found
        if flag.code not in known and flag.tier <= alarms.NEEDS_SOMEBODY
    ]
    alarms.keep(
        follow_up,
        key,
        before=saved.get(key),
        value=kept,
        found=new,
        by=by,
        now=now,
    )
    in_english = {q.key: q for q in questions(follow_up)}[key]
    words = asking.told(in_english, kept)
    if key in saved:
        words = f"{words} (before: {asking.told(in_english, saved[key], text=False)})"
    alarms.sound(follow_up, new, words if new or key in saved else "", by=by, now=now)


def submit(
    *,
    follow_up_id: UUID,
    answers: Mapping[str, Any] | None = None,
    language: str = "en",
    by: Actor,
    now: datetime,
) -> FollowUp | Refused:
    """Hand in the saved answers and `answers`; a second time changes nothing, unless
    they were opened again.

    Raises InvalidAnswer when a required one is missing, one does not fit, or nothing
    was answered at all.
    """
    follow_up = locked(follow_up_id)
    saved = drafts(follow_up)
    if follow_up.answered_at is not None and not saved:
        return follow_up
    given = {**saved, **(answers or {})}
    kept = {
        q.key: asking.parse(q, given.get(q.key)) for q in questions(follow_up, language)
    }
    if all(value in (None, "", []) for value in kept.values()):
        raise InvalidAnswer(TEXTS[language]["nothing_answered"][0])
    outcome = dispatch.perform(
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


@transaction.atomic
def tell_signs(
    *,
    follow_up_id: UUID,
    signs: Sequence[str],
    words: str,
    language: str = "en",
    by: Actor,
    now: datetime,
) -> None:
    """Take in warning signs and a few words, whatever has become of the contact.

    Raises InvalidAnswer, NotFound.
    """
    follow_up = locked(follow_up_id)
    kept = asking.parse(signs_question(language), list(signs))
    words = " ".join(words.split())
    if not kept and not words:
        raise InvalidAnswer(TEXTS[language]["signs_missing"][0])
    if len(words) > WORDS_LENGTH:
        raise InvalidAnswer(TEXTS[language]["words_long"][0])
    alarms.tell_signs(follow_up, kept, words, by=by, now=now)


def signs_question(language: str = "en") -> Question:
    """The question for warning signs, by itself."""
    return asking.questions(["flags"], [], language)[-1]


def call_now(
    kept: Mapping[str, Any], language: str = "en", told: bool = False
) -> tuple[str, str] | None:
    """(what to do now, more) if the answers so far hold an urgent sign, else None."""
    return call_text(red_flags.tier_of(red_flags.flags(_data(kept))), language, told)


def call_text(
    tier: int | None, language: str = "en", told: bool = False
) -> tuple[str, str] | None:
    """(what to do now, more) for an urgent tier, else None.

    `told`: somebody of the clinic is being paged, so that the page may say so.
    """
    if tier not in (1, 2):
        return None
    texts = TEXTS[language]
    return texts.get(f"call_{tier}_told" if told else "", texts[f"call_{tier}"])


def _data(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Kept answers as the warning signs are looked for in them."""
    data = asking.answers(kept)
    if "temperature_c" in data:
        data["temperature_c"] = asking.celsius_of(data["temperature_c"])
    return data


def locked(follow_up_id: UUID) -> FollowUp:
    """The contact as it is now, its patient locked. Raises NotFound."""
    rows = FollowUp.objects.select_related("episode").filter(pk=follow_up_id)
    found = rows.first()
    if found is None:
        raise NotFound
    patients.lock(found.episode.patient_id)
    return rows.get()
