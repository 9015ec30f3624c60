"""A message's words, filled from what holds now."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from clinics.services import password_reset
from notifications.domain import catalogue, wording
from notifications.domain.catalogue import (
    DAY_BEFORE,
    KINDS,
    PREPARE_T2,
    PREPARE_T7,
    PREPARE_T14,
    QUESTIONNAIRE,
)
from notifications.domain.plan_visits import Reminder, days_told
from notifications.domain.render import MASKED, RenderedWords, first_of, render
from notifications.domain.subjects import Alarm, Asked, Offered, Received, Visit
from notifications.domain.templates import TEMPLATES, template
from notifications.domain.templates.before import LIST, MORE, QUESTIONS
from notifications.models import Message
from notifications.selectors.situations import Situation
from notifications.services import samples
from notifications.services.phones import NO_PHONE, spoken_phone
from patients.services import links

CALLING_CODE = "+1"
PREPARATION = frozenset({PREPARE_T14, PREPARE_T7, PREPARE_T2})
RESET_KEY = re.compile(r"(/password/reset/key/)[^/\s]+")


def masked(message: Message, situation: Situation, now: datetime) -> RenderedWords:
    """Return the words as they are kept and shown: without the link's token."""
    return _words(message, situation, MASKED, now, told_with(message, situation))


def open_words(
    message: Message, situation: Situation, now: datetime, others: Sequence[Reminder]
) -> tuple[RenderedWords, RenderedWords]:
    """Return the words as they leave, with the link's token, which we never store, and
    as they are kept: without it.

    `others` are the reminders it is `told_with`.
    """
    token = _token(message)
    words = _words(message, situation, token, now, others)
    return words, _without_token(words, message, token)


def _without_token(words: RenderedWords, message: Message, token: str) -> RenderedWords:
    if message.kind == catalogue.PASSWORD_RESET:
        return RenderedWords(words.title, RESET_KEY.sub(rf"\g<1>{MASKED}", words.body))
    if not token:
        return words
    return RenderedWords(
        words.title.replace(token, MASKED), words.body.replace(token, MASKED)
    )


def _token(message: Message) -> str:
    return links.token_of(message.link_id) if message.link_id else ""


def _words(
    message: Message,
    situation: Situation,
    token: str,
    now: datetime,
    others: Sequence[Reminder],
) -> RenderedWords:
    if trial := _trial(situation, now):
        return trial
    text = template(message.kind, message.language, message.channel)
    patient = situation.patient
    first_name = first_of(patient.given_name or patient.family_name) if patient else ""
    values = _values(message, situation, token, now, others)
    return render(text, dict(values), first_name)


def _values(
    message: Message,
    situation: Situation,
    token: str,
    now: datetime,
    others: Sequence[Reminder],
) -> Mapping[str, str]:
    values = {
        "clinic": situation.clinic.short_name,
        "phone": spoken_phone(situation.clinic.phone) or NO_PHONE[message.language],
        "link": f"{settings.SITE_URL}/v/{token}/",
        "preferences": f"{settings.SITE_URL}/v/{token}/preferences/",
    }
    match situation.snapshot:
        case Visit() as visit:
            called_off = message.was_start or visit.start
            when = visit.start if message.told_start else called_off
            values["when"] = _moments([when, *_starts(others)], message, situation, now)
            values["was"] = _moment(called_off, message, situation, now)
            values["more"] = _more(message, visit, others)
            values["minutes"] = message.occurrence
        case Offered() as offer:
            values["when"] = _moment(offer.start, message, situation, now)
        case Received() as text:
            said = {answer.id: answer.body for answer in text.answers}
            values["text"] = said.get(message.occurrence, "")
        case Alarm() as alarm:
            minutes = alarm.answer_within // timedelta(minutes=1)
            values["minutes"] = str(minutes)
            values["link"] = f"{settings.SITE_URL}/staff/tasks/"
        case Asked(kind=catalogue.PASSWORD_RESET):
            values["link"] = _reset_address(message, situation, token)
    return values


def told_also(others: Sequence[Reminder]) -> list[dict[str, Any]]:
    """Return reminders that a message is told with, as its row keeps them."""
    return [
        {
            "key": reminder.key,
            "subject": reminder.visit.subject,
            "revision": reminder.visit.revision,
            "start": (
                reminder.visit.start.isoformat() if _tells_start(reminder) else None
            ),
        }
        for reminder in others
    ]


def told_with(message: Message, situation: Situation) -> tuple[Reminder, ...]:
    """Return the reminders of the same day that the message tells besides its own."""
    visit = situation.snapshot
    if not (isinstance(visit, Visit) and KINDS[message.kind].is_reminder):
        return ()
    for own, others in days_told(visit, situation.reach, KINDS):
        if own.touchpoint.kind == message.kind:
            return others
    return ()


def _tells_start(reminder: Reminder) -> bool:
    return KINDS[reminder.touchpoint.kind].tells_start


def _starts(others: Sequence[Reminder]) -> list[datetime]:
    return [one.visit.start for one in others if _tells_start(one)]


def _more(message: Message, visit: Visit, others: Sequence[Reminder]) -> str:
    """Name what else is to be done that day, besides other visits."""
    kinds = {reminder.touchpoint.kind for reminder in others}
    # The last word before it asks again for what was asked, or came too late to be.
    if message.kind == DAY_BEFORE and visit.baseline_open:
        kinds.add(QUESTIONNAIRE)
    words = MORE[message.language]
    has_list = message.kind.startswith("prepare")
    found = [words[LIST]] if PREPARATION & kinds and not has_list else []
    found += [words[QUESTIONS]] if QUESTIONNAIRE in kinds else []
    return "".join(found)


def _moments(
    starts: list[datetime], message: Message, situation: Situation, now: datetime
) -> str:
    """The visit's start, and those of other visits that the message tells of."""
    return wording.moments(
        starts,
        message.language,
        here=ZoneInfo(situation.clinic.time_zone),
        there=situation.reach.zone,
        now=now,
    )


def _reset_address(message: Message, situation: Situation, token: str) -> str:
    """The address that sets a new password: its key is made as the message leaves."""
    if token == MASKED or message.user_id is None:
        return f"{settings.SITE_URL}/account/password/reset/key/{MASKED}/"
    user = situation.users[message.user_id]
    return f"{settings.SITE_URL}{password_reset.path_of(user)}"


def _trial(situation: Situation, now: datetime) -> RenderedWords | None:
    """The words of a text as a sample patient would read them, marked as a trial.

    None for every other message, and for a text that a new release has taken out.
    """
    if situation.asked is None or not situation.asked.text:
        return None
    key = tuple(situation.asked.text.split("."))
    text = TEMPLATES.get((key[0], key[1], key[2]))
    if text is None:
        return None
    said = samples.words(text, clinic=situation.clinic, now=now)
    return RenderedWords(
        f"TEST: {said.title}" if said.title else "", f"TEST {said.body}"
    )


def _moment(
    instant: datetime, message: Message, situation: Situation, now: datetime
) -> str:
    return wording.moment(
        instant,
        message.language,
        here=ZoneInfo(situation.clinic.time_zone),
        there=situation.reach.zone,
        now=now,
    )
