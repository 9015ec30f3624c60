"""A message's words, filled from what holds now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings

from notifications.domain import wording
from notifications.domain.render import MASKED, Words, first_of, render
from notifications.domain.subjects import Alarm, Offered, Visit
from notifications.domain.templates import template
from notifications.models import Message
from notifications.selectors.situations import Situation
from patients.services import links

if TYPE_CHECKING:
    from patients.models import PatientLink

CALLING_CODE = "+1"


def masked(message: Message, situation: Situation, now: datetime) -> Words:
    """Return the words as they are kept and shown: without the link's token."""
    return _words(message, situation, MASKED, now)


# A clinic of old times may have no number: a sentence does not end in the middle.
NO_PHONE = {"en": "our front desk", "es": "la recepción"}


def open_words(message: Message, situation: Situation, now: datetime) -> Words:
    """Return the words as they leave, with the link's token; never stored by us."""
    return _words(message, situation, _token(message.link), now)


def without_token(words: Words, message: Message) -> Words:
    """Return these open words as they are kept: without the link's token."""
    token = _token(message.link)
    if not token:
        return words
    return Words(words.title.replace(token, MASKED), words.body.replace(token, MASKED))


def _token(link: "PatientLink | None") -> str:
    return links.token(link) if link else ""


def _words(
    message: Message, situation: Situation, token: str, now: datetime
) -> Words:
    text = template(message.kind, message.language, message.channel)
    patient = situation.patient
    first_name = first_of(patient.given_name or patient.family_name) if patient else ""
    values = _values(message, situation, token, now)
    return render(text, dict(values), first_name)


def _values(
    message: Message, situation: Situation, token: str, now: datetime
) -> Mapping[str, str]:
    values = {
        "clinic": situation.clinic.short_name,
        "phone": spoken_phone(situation.clinic.phone) or NO_PHONE[message.language],
        "link": f"{settings.SITE_URL}/v/{token}/",
    }
    match situation.snapshot:
        case Visit() as visit:
            called_off = message.was_start or visit.start
            when = visit.start if message.told_start else called_off
            values["when"] = _moment(when, message, situation, now)
            values["was"] = _moment(called_off, message, situation, now)
        case Offered() as offer:
            values["when"] = _moment(offer.start, message, situation, now)
        case Alarm() as alarm:
            minutes = alarm.answer_within // timedelta(minutes=1)
            values["minutes"] = str(minutes)
            values["link"] = f"{settings.SITE_URL}/staff/tasks/"
    return values


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


def spoken_phone(number: str) -> str:
    """Return a North American number as people write it, others as they are."""
    digits = number.removeprefix(CALLING_CODE)
    if number.startswith(CALLING_CODE) and len(digits) == 10:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return number
