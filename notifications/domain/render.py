"""A message's final words."""

from dataclasses import dataclass

from notifications.domain import gsm7
from notifications.domain.catalogue import SMS
from notifications.domain.templates import Template

MASKED = "•••"
LONGEST_NAME = 30


@dataclass(frozen=True, slots=True)
class RenderedWords:
    """A title (e-mail only) and a body."""

    title: str
    body: str


def render(
    template: Template, values: dict[str, str], first_name: str = ""
) -> RenderedWords:
    """Fill the gaps of `template`.

    A text message greets by first name only where that costs no further segment.
    """
    named = _fill(template, values, first_name)
    if template.channel != SMS:
        return named
    segments = gsm7.size(named.body).segments
    if segments == 1:
        return named
    plain = _fill(template, values, "")
    return plain if gsm7.size(plain.body).segments < segments else named


def first_of(given_name: str) -> str:
    """Return the first name to greet with; "" if it is too long to greet with."""
    first = given_name.split()[0] if given_name.split() else ""
    return first if len(first) <= LONGEST_NAME else ""


def _fill(template: Template, values: dict[str, str], first_name: str) -> RenderedWords:
    name = f"{first_name}, " if first_name else ""
    gaps = {"more": ""} | values | {"name": name, "first_name": first_name}
    body = template.body.format_map(gaps)
    if not first_name:
        body = body.replace("Hello ,", "Hello,").replace("Hola, :", "Hola:")
    return RenderedWords(_one_stop(template.title.format_map(gaps)), _one_stop(body))


def _one_stop(text: str) -> str:
    """A sentence that ends with "a.m." has its stop already."""
    return text.replace(".m..", ".m.")
