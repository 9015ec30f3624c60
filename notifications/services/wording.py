"""A message's words, filled from what holds now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings

from notifications.domain import wording
from notifications.domain.catalogue import (
    DAY_BEFORE,
    KINDS,
    PREPARE_T2,
    PREPARE_T7,
    PREPARE_T14,
    QUESTIONNAIRE,
)
from notifications.domain.plan_visits import Reminder, days_told
from notifications.domain.render import MASKED, Words, first_of, render
from notifications.domain.subjects import Alarm, Offered, Visit
from notifications.domain.templates import template
from notifications.domain.templates.before import LIST, MORE, QUESTIONS
from notifications.models import Message
from notifications.selectors.situations import Situation
from patients.services import links

if TYPE_CHECKING:
    from patients.models import PatientLink

CALLING_CODE = "+1"
PREPARATION = frozenset({PREPARE_T14, PREPARE_T7, PREPARE_T2})


def masked(message: Message, situation: Situation) -> Words:
    """Return the words as they are kept and shown: without the link's token."""
    return _words(message, situation, MASKED)


# A clinic of old times may have no number: a sentence does not end in the middle.
NO_PHONE = {"en": "our front desk", "es": "la recepción"}


def open_words(message: Message, situation: Situation) -> Words:
    """Return the words as they leave, with the link's token; never stored by us."""
    return _words(message, situation, _token(message.link))


def without_token(words: Words, message: Message) -> Words:
    """Return these open words as they are kept: without the link's token."""
    token = _token(message.link)
    if not token:
        return words
    return Words(words.title.replace(token, MASKED), words.body.replace(token, MASKED))


def _token(link: "PatientLink | None") -> str:
    return links.token(link) if link else ""


def _words(message: Message, situation: Situation, token: str) -> Words:
    text = template(message.kind, message.language, message.channel)
    patient = situation.patient
    first_name = first_of(patient.given_name or patient.family_name) if patient else ""
    return render(text, dict(_values(message, situation, token)), first_name)


def _values(message: Message, situation: Situation, token: str) -> Mapping[str, str]:
    values = {
        "clinic": situation.clinic.short_name,
        "phone": spoken_phone(situation.clinic.phone) or NO_PHONE[message.language],
        "link": f"{settings.SITE_URL}/v/{token}/",
    }
    match situation.snapshot:
        case Visit() as visit:
            called_off = message.was_start or visit.start
            when = visit.start if message.told_start else called_off
            values["when"] = _moments(when, message, situation)
            values["was"] = _moment(called_off, message, situation)
            values["more"] = _more(message, situation)
        case Offered() as offer:
            values["when"] = _moment(offer.start, message, situation)
        case Alarm() as alarm:
            minutes = alarm.answer_within // timedelta(minutes=1)
            values["minutes"] = str(minutes)
            values["link"] = f"{settings.SITE_URL}/staff/tasks/"
    return values


def told_also(message: Message, situation: Situation) -> list[dict[str, Any]]:
    """Return the reminders of the same day that the message tells besides its own, as
    its row keeps them."""
    return [
        {
            "key": reminder.key,
            "subject": reminder.visit.subject,
            "revision": reminder.visit.revision,
            "start": (
                reminder.visit.start.isoformat() if _tells_start(reminder) else None
            ),
        }
        for reminder in _others(message, situation)
    ]


def _others(message: Message, situation: Situation) -> tuple[Reminder, ...]:
    visit = situation.snapshot
    if not (isinstance(visit, Visit) and KINDS[message.kind].is_reminder):
        return ()
    for own, others in days_told(visit, situation.reach, KINDS):
        if own.touchpoint.kind == message.kind:
            return others
    return ()


def _tells_start(reminder: Reminder) -> bool:
    return KINDS[reminder.touchpoint.kind].tells_start


def _more(message: Message, situation: Situation) -> str:
    """What else is to be done that day, besides being told of other visits."""
    visit = situation.snapshot
    kinds = {r.touchpoint.kind for r in _others(message, situation)}
    # The last word before it asks again for what was asked, or came too late to be.
    if message.kind == DAY_BEFORE and isinstance(visit, Visit) and visit.baseline_open:
        kinds.add(QUESTIONNAIRE)
    words = MORE[message.language]
    has_list = message.kind.startswith("prepare")
    found = [words[LIST]] if PREPARATION & kinds and not has_list else []
    found += [words[QUESTIONS]] if QUESTIONNAIRE in kinds else []
    return "".join(found)


def _moments(start: datetime, message: Message, situation: Situation) -> str:
    """The start, and those of other visits that the message tells of."""
    others = [r.visit.start for r in _others(message, situation) if _tells_start(r)]
    return wording.moments(
        [start, *others],
        message.language,
        here=ZoneInfo(situation.clinic.time_zone),
        there=situation.reach.zone,
    )


def _moment(instant: datetime, message: Message, situation: Situation) -> str:
    return wording.moment(
        instant,
        message.language,
        here=ZoneInfo(situation.clinic.time_zone),
        there=situation.reach.zone,
    )


def spoken_phone(number: str) -> str:
    """Return a North American number as people write it, others as they are."""
    digits = number.removeprefix(CALLING_CODE)
    if number.startswith(CALLING_CODE) and len(digits) == 10:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return number
