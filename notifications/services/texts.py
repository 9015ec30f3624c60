"""Texts as people look at them: every language side by side, what each one costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.problems import NotFound
from notifications.domain import gsm7, linting, placeholders
from notifications.domain.catalogue import CHANNELS, KINDS, SMS, TRIAL
from notifications.domain.render import RenderedWords
from notifications.domain.templates import (
    LANGUAGES,
    SOURCE_LANGUAGE,
    TEMPLATES,
    Template,
)
from notifications.services import samples

if TYPE_CHECKING:
    from clinics.models import Clinic

# What carriers take for one message: more is cut or refused.
MOST_SEGMENTS = 3


@dataclass(frozen=True, slots=True)
class TextPreview:
    """One text: as written, as a sample patient reads it, its cost and its faults.

    `size` is of a text message, None of a mail.
    """

    text: Template
    sample: RenderedWords
    size: gsm7.Size | None
    faults: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return its name in addresses and forms."""
        return f"{self.text.kind}.{self.text.language}.{self.text.channel}"


@dataclass(frozen=True, slots=True)
class Pair:
    """One kind and channel in every language that has it."""

    kind: str
    channel: str
    readings: tuple[TextPreview, ...]


def pairs(*, clinic: "Clinic", now: datetime) -> Iterator[Pair]:
    """Every text of the release, in the order of the catalogue.

    A trial has no words of its own: it says those of the text that is tried.
    """
    for kind in (code for code in KINDS if code != TRIAL):
        for channel in CHANNELS:
            found = tuple(
                read(text, clinic=clinic, now=now)
                for language in LANGUAGES
                if (text := TEMPLATES.get((kind, language, channel)))
            )
            if found:
                yield Pair(kind, channel, found)


def find(kind: str, language: str, channel: str) -> Template:
    """Return the text of that name; raises NotFound."""
    try:
        return TEMPLATES[kind, language, channel]
    except KeyError:
        raise NotFound("There is no such text.") from None


def other_languages(text: Template) -> list[Template]:
    """Return the same text in every other language that has it."""
    return [
        found
        for language in LANGUAGES
        if language != text.language
        and (found := TEMPLATES.get((text.kind, language, text.channel)))
    ]


def read(text: Template, *, clinic: "Clinic", now: datetime) -> TextPreview:
    """Look at a text; one with a gap that is none is shown as it was written."""
    found = faults(text)
    try:
        sample = samples.words(text, clinic=clinic, now=now)
    except placeholders.BadText:
        sample = RenderedWords(text.title, text.body)
    found += _unlike_source(text)
    size = gsm7.size(sample.body) if text.channel == SMS else None
    if size is not None and size.segments > MOST_SEGMENTS:
        found.append(
            f"It costs {size.segments} segments; {MOST_SEGMENTS} are the most."
        )
    return TextPreview(text, sample, size, tuple(found))


def _unlike_source(text: Template) -> list[str]:
    """Return what a translation fills in otherwise than the source text does."""
    source = TEMPLATES.get((text.kind, SOURCE_LANGUAGE, text.channel))
    if source is None or text.language == SOURCE_LANGUAGE:
        return []
    try:
        wanted, given = _gaps(source), _gaps(text)
    except placeholders.BadText:
        return []
    return [
        *(f"It lacks {{{name}}}, which English has." for name in wanted - given),
        *(f"It has {{{name}}}, which English lacks." for name in given - wanted),
    ]


def _gaps(text: Template) -> set[str]:
    return {*placeholders.names_in(f"{text.title} {text.body}")}


def faults(text: Template) -> list[str]:
    """Return in words what is wrong with a text, whoever wrote it."""
    found = placeholders.faults(text.title) + placeholders.faults(text.body)
    held = linting.forbidden_words(f"{text.title}\n{text.body}")
    found += [f"No message may say “{word}”." for word in held]
    if not text.body.strip():
        found.append("It is empty.")
    return list(dict.fromkeys(found))
