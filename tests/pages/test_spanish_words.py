"""Spanish as patients here say it: one word for one thing, and no false friends."""

import re

import pytest

from notifications.domain.templates import es as messages
from pages.patient.texts import ES
from procedures.follow_up.question_texts import OPTIONS, SIGN_TEXTS, TEXTS


def every_text() -> dict[str, str]:
    """Every Spanish text a patient can read, by its key."""
    found = {f"page.{key}": text for key, text in ES.items()}
    for (kind, channel), (title, body) in messages.TEXTS.items():
        found[f"message.{kind}.{channel}"] = f"{title} {body}"
    for question, (text, hint) in TEXTS["es"].items():
        found[f"question.{question}"] = f"{text} {hint}"
    found |= {f"sign.{key}": words["es"] for key, words in SIGN_TEXTS.items()}
    for asked, options in OPTIONS.items():
        found |= {f"option.{asked}.{code}": o["es"] for code, o in options.items()}
    return found


# "hora" alone means the clock; where the day may change too, both are named.
WRONG = {
    "visita": "cita is the word of every message",
    "vendr": "¿Va a venir? is how it is asked",
    "vigila": "nobody reads the box, nobody guards it",
    "otra hora": "another day is meant as well",
    "nueva hora": "another day is meant as well",
    "hora libre": "a free opening is a horario",
}


@pytest.mark.parametrize("word", WRONG)
def test_a_word_that_misleads_stands_in_no_spanish_text(word: str) -> None:
    found = [
        key
        for key, text in every_text().items()
        if re.search(word, text, re.IGNORECASE)
    ]
    assert found == [], WRONG[word]


def test_worry_is_not_illness() -> None:
    assert SIGN_TEXTS["distress"]["es"] == "Me siento muy preocupado/a o decaído/a"


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_the_day_before_says_tomorrow(channel: str) -> None:
    title, body = messages.TEXTS["day_before", channel]
    assert "mañana" in f"{title} {body}".lower()
