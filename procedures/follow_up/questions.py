"""Questions to a patient at a contact, one per page.

Our own questions exist in English and Spanish. Questionnaires of others are asked in
the languages their version names, and each question says which language it is in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from procedures.follow_up.instruments import Instrument
from procedures.follow_up.milestones import PREFIX
from procedures.follow_up.question_texts import OPTIONS, SIGN_TEXTS, TEXTS

# A body temperature above this was given in Fahrenheit.
HOTTEST_C = Decimal(50)
LOWEST_C, HIGHEST_C = Decimal(30), Decimal(43)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`kind` is "number", "choice", "multichoice" or "temperature"; `key` names the
    answer, "<instrument>.<item>" for a questionnaire's."""

    key: str
    kind: str
    text: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    lowest: int | None = None
    highest: int | None = None
    required: bool = True
    language: str = "en"
    attribution: str = ""


class InvalidAnswer(Exception):
    """The answer does not fit its question; the message is for the patient."""


def questions(
    asks: Sequence[str], instruments: Sequence[Instrument], language: str
) -> tuple[Question, ...]:
    """The questions of one contact, in the order they are asked."""
    found = [_own("nrs", language)] if "nrs" in asks else []
    if "flags" in asks:
        own = ("temperature_c", "swelling", "bears_weight")
        found += [_own(key, language) for key in own]
    for instrument in instruments:
        found += _items(instrument, language)
    if "flags" in asks:
        found.append(_own("warning_signs", language))
    return tuple(found)


def _own(key: str, language: str) -> Question:
    text, hint = TEXTS[language][key]
    kinds = {
        "nrs": "number",
        "temperature_c": "temperature",
        "warning_signs": "multichoice",
    }
    options = SIGN_TEXTS if key == "warning_signs" else OPTIONS.get(key, {})
    return Question(
        key=key,
        kind=kinds.get(key, "choice"),
        text=text,
        hint=hint,
        options=tuple((code, words[language]) for code, words in options.items()),
        lowest=0 if key == "nrs" else None,
        highest=10 if key == "nrs" else None,
        required=key not in ("temperature_c", "warning_signs"),
        language=language,
    )


def _items(instrument: Instrument, language: str) -> Iterator[Question]:
    in_language = language if language in instrument.languages else "en"
    for item in instrument.items:
        yield Question(
            key=f"{instrument.key}.{item.key}",
            kind="choice" if instrument.options else "number",
            text=TEXTS[in_language].get(instrument.key, (item.label, ""))[0],
            hint=instrument.title.get(in_language, ""),
            options=_options(instrument, in_language),
            lowest=instrument.lowest,
            highest=instrument.highest,
            required=False,
            language=in_language,
            attribution=instrument.attribution,
        )


def _options(instrument: Instrument, language: str) -> tuple[tuple[str, str], ...]:
    translated = OPTIONS.get(instrument.key, {})
    return tuple(
        (code, translated[code][language] if code in translated else label)
        for code, label in instrument.options
    )


def told(question: Question, kept: Any, *, text: bool = True) -> str:
    """An answer in words, with its question unless `text` is False."""
    labels = dict(question.options)
    values = kept if isinstance(kept, list | tuple) else [kept]
    said = ", ".join(labels.get(str(v), str(v)) for v in values if v not in (None, ""))
    unit = " °C" if question.kind == "temperature" and said else ""
    answer = f"{said or 'no answer'}{unit}"
    return f"{question.text} {answer}" if text else answer


def parse(question: Question, raw: Any) -> Any:
    """The answer as it is kept: int, str, list of str, or None if left out.

    A temperature comes back as text in °C, whichever scale it was given in. Raises
    InvalidAnswer.
    """
    if raw in (None, "", [], ()):
        if question.required:
            raise InvalidAnswer(TEXTS[question.language]["required"][0])
        return [] if question.kind == "multichoice" else None
    return _PARSERS[question.kind](question, raw)


def _number(question: Question, raw: Any) -> int:
    wrong = InvalidAnswer(TEXTS[question.language]["range"][0])
    try:
        number = int(str(raw))
    except ValueError:
        raise wrong from None
    low, high = question.lowest or 0, question.highest or 0
    if not low <= number <= high:
        raise wrong
    return number


def _choice(question: Question, raw: Any) -> str | int:
    if str(raw) not in dict(question.options):
        raise InvalidAnswer(TEXTS[question.language]["choose"][0])
    return int(str(raw)) if "." in question.key else str(raw)


def _multichoice(question: Question, raw: Any) -> list[str]:
    values = raw if isinstance(raw, list | tuple) else [raw]
    if not set(values) <= set(dict(question.options)):
        raise InvalidAnswer(TEXTS[question.language]["choose"][0])
    return [str(value) for value in values]


def _temperature(question: Question, raw: Any) -> str:
    wrong = InvalidAnswer(TEXTS[question.language]["temperature_wrong"][0])
    try:
        given = Decimal(str(raw).strip().replace(",", "."))
    except InvalidOperation:
        raise wrong from None
    if not given.is_finite():
        raise wrong
    in_c = celsius(given)
    if not LOWEST_C <= in_c <= HIGHEST_C:
        raise wrong
    return str(in_c)


def celsius(given: Decimal) -> Decimal:
    """A body temperature in °C to a tenth; above 50 it was given in °F."""
    in_c = (given - 32) * 5 / 9 if given > HOTTEST_C else given
    return in_c.quantize(Decimal("0.1"), ROUND_HALF_UP)


def celsius_of(kept: str) -> Decimal:
    """The number of a kept temperature."""
    return Decimal(kept)


_PARSERS = {
    "number": _number,
    "choice": _choice,
    "multichoice": _multichoice,
    "temperature": _temperature,
}


def answers(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Kept answers in the shape the act `respond` takes."""
    plain = {
        key: value
        for key, value in kept.items()
        if "." not in key and not key.startswith(PREFIX)
    }
    instruments: dict[str, dict[str, int]] = {}
    for key, value in kept.items():
        instrument, _, item = key.partition(".")
        if item and value is not None:
            instruments.setdefault(instrument, {})[item] = value
    if instruments:
        plain["instruments"] = instruments
    steps = {
        key.removeprefix(PREFIX): value
        for key, value in kept.items()
        if key.startswith(PREFIX) and value is not None
    }
    if steps:
        plain["milestones"] = steps
    if plain.get("bears_weight") is not None:
        plain["bears_weight"] = plain["bears_weight"] == "yes"
    return {key: value for key, value in plain.items() if value is not None}
