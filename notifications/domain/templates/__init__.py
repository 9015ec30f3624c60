"""The words of every message, in code, versioned, per language and channel.

Neutral by rule: clinic, first name, date and time, phone, link. A test refuses every
word about a body, a disease or a treatment. English is the source text; another
language is sent only where the clinic has recorded its review of that version.
"""

from dataclasses import dataclass
from typing import Final

from notifications.domain.templates import en, es

SOURCE_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class Template:
    """Words with named gaps: clinic, name, when, was, link, phone, minutes."""

    kind: str
    language: str
    channel: str
    version: int
    title: str
    body: str


def _load(
    language: str, texts: dict[tuple[str, str], tuple[str, str]]
) -> list[Template]:
    return [
        Template(kind, language, channel, VERSIONS[language], title, body)
        for (kind, channel), (title, body) in texts.items()
    ]


VERSIONS: Final = {"en": en.VERSION, "es": es.VERSION}
LANGUAGES: Final = tuple(VERSIONS)
TEMPLATES: Final[dict[tuple[str, str, str], Template]] = {
    (t.kind, t.language, t.channel): t
    for t in (*_load("en", en.TEXTS), *_load("es", es.TEXTS))
}


def template(kind: str, language: str, channel: str) -> Template:
    """Return the words for that kind, language and channel; KeyError if none."""
    return TEMPLATES[kind, language, channel]


def usable_language(language: str, reviewed: frozenset[str]) -> str:
    """Return `language` if its texts may be sent, else the source language."""
    return language if language in reviewed else SOURCE_LANGUAGE
