"""A text as a sample patient would read it: for people who look at our words."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings

from notifications.domain import wording
from notifications.domain.placeholders import names_in
from notifications.domain.render import RenderedWords, render
from notifications.domain.templates import Template
from notifications.services.phones import NO_PHONE, spoken_phone
from patients.domain import link_tokens

if TYPE_CHECKING:
    from clinics.models import Clinic

FIRST_NAME = "Guadalupe"
AHEAD = timedelta(days=2)
ANSWERS = {"en": "You may bring a friend.", "es": "Puede venir con otra persona."}
# As long as a link's, and of letters that cost as much: what is kept instead of one
# ("•••") is no letter of a text message and would make it dearer.
TOKEN = "x" * link_tokens.TOKEN_LENGTH


def words(text: Template, *, clinic: "Clinic", now: datetime) -> RenderedWords:
    """Return the text with a visit in two days at 9:00, and an invented first name."""
    return render(text, values(text, clinic=clinic, now=now), FIRST_NAME)


def values(text: Template, *, clinic: "Clinic", now: datetime) -> dict[str, str]:
    """Return something for each gap; one without a sample stands as its name."""
    zone = ZoneInfo(clinic.time_zone)
    nine = now.astimezone(zone).replace(hour=9, minute=0, second=0, microsecond=0)
    known = {
        "clinic": clinic.short_name,
        "phone": spoken_phone(clinic.phone) or NO_PHONE[text.language],
        "link": f"{settings.SITE_URL}/v/{TOKEN}/",
        "when": _said(nine + AHEAD, text.language, zone, now),
        "was": _said(nine + AHEAD / 2, text.language, zone, now),
        "minutes": "30",
        "more": "",
        "preferences": f"{settings.SITE_URL}/v/{TOKEN}/preferences/",
        "text": ANSWERS[text.language],
        "count": "2",
    }
    gaps = names_in(text.title) + names_in(text.body)
    return {name: f"{{{name}}}" for name in gaps} | known


def _said(at: datetime, language: str, zone: ZoneInfo, now: datetime) -> str:
    return wording.moment(at, language, here=zone, there=zone, now=now)
