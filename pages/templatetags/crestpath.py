"""Tags and filters of our templates. `zone` is in every staff page's context."""

import uuid
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from notifications.services.phones import spoken_phone
from pages.kit import refusal_words, words

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A symbol of icons.svg; always beside a word, so hidden from readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        extra,
        static("pages/icons.svg"),
        name,
    )


TONE_ICONS = {
    "danger": "stop",
    "warning": "alert",
    "success": "check",
    "info": "info",
}


@register.simple_tag
def badge(text: str, tone: str = "neutral") -> SafeString:
    """A state in a word, its tone and its sign."""
    sign = icon(TONE_ICONS[tone]) if tone in TONE_ICONS else ""
    return format_html('<span class="badge {}">{}{}</span>', tone, sign, text)


@register.simple_tag
def new_key() -> str:
    """An idempotency key for the form that carries it."""
    return str(uuid.uuid4())


@register.filter
def clock(at: datetime, zone: tzinfo) -> str:
    return words.clock_time(at, zone)


@register.filter
def clock24(at: datetime, zone: tzinfo) -> str:
    """ "14:05", as a time field takes it."""
    return f"{at.astimezone(zone):%H:%M}"


@register.filter
def day(at: datetime | date, zone: tzinfo | None = None) -> str:
    """ "Thursday, December 3, 2026" of a date, or of an instant in `zone`."""
    return words.long_day(_local_date(at, zone))


@register.simple_tag(takes_context=True)
def short_day(context: Context, at: datetime | date, zone: tzinfo | None = None) -> str:
    """ "Thu, Dec 3" of a date, or of an instant in `zone`.

    With its year where that is another than the one at the clinic, as the page's frame
    knows it: a filter would have to ask the database for the time at every use.
    """
    today = context["now"].astimezone(context["zone"]).date()
    return words.short_day(_local_date(at, zone), today)


@register.filter
def full_day(at: datetime | date, zone: tzinfo | None = None) -> str:
    return words.full_day(_local_date(at, zone))


def _local_date(at: datetime | date, zone: tzinfo | None) -> date:
    if isinstance(at, datetime):
        return at.astimezone(zone).date()
    return at


@register.simple_tag
def moment(at: datetime, zone: tzinfo, now: datetime | None = None) -> SafeString:
    """A <time> element: "Thu, Dec 3, 9:05 AM"."""
    return format_html(
        '<time datetime="{}">{}</time>', at.isoformat(), words.moment(at, zone, now)
    )


@register.simple_tag
def between(start: datetime, end: datetime, zone: tzinfo) -> SafeString:
    """A <time> element: "8:00–9:45 AM"."""
    return format_html(
        '<time datetime="{}">{}</time>',
        start.isoformat(),
        words.clock_range(start, end, zone),
    )


@register.filter
def age_on(born: date, on: date) -> int:
    return words.age(born, on)


@register.filter
def local_date(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


@register.filter
def minutes(length: timedelta) -> str:
    return words.minutes(length)


@register.filter
def sentence(code: str) -> str:
    return words.sentence(code)


@register.filter
def is_rule(code: str) -> bool:
    """True for a rule's code: people know rules by it, other codes are for programs."""
    return refusal_words.is_rule(code)


@register.filter
def phone(value: str) -> str:
    """ "(713) 555-0123" of an E.164 number, as messages say it; others as they are."""
    return spoken_phone(value)


@register.filter
def initials(name: str) -> str:
    parts = [part for part in name.split() if part[:1].isalpha()]
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()


@register.inclusion_tag("pages/components/field.html")
def field(
    bound: BoundField,
    unit: str = "",
    grow: bool = False,
    optional: str = "(optional)",
) -> dict[str, Any]:
    """A field of a form; `optional` are the words for one that may be empty."""
    optional = getattr(bound.field, "optional", optional)
    widget = bound.field.widget
    grouped = bound.use_fieldset
    return {
        "field": bound,
        "unit": unit or getattr(bound.field, "unit", ""),
        "grow": grow,
        "echoed": getattr(bound.field, "is_echoed", False),
        "optional": "" if bound.field.required else optional,
        "grouped": grouped,
        "checkbox": isinstance(widget, CheckboxInput),
        "inline": getattr(bound.field, "inline", False),
    }
