"""A control for each kind of question that an act's schema knows.

The schema judges what was answered; a control only shows the question and keeps what
was typed, right or wrong.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from django import forms

from pages.kit.forms import DateInput, InlineChoice, InlineChoices, MomentInput, area
from procedures.fields.limits import Limits
from procedures.fields.schema import Field

Choices = Sequence[tuple[str, str]]
YES_NO = (("true", "Yes"), ("false", "No"))
# With more choices than this a list is shorter than a row of buttons.
FEW = 4
# Longer answers get the whole line.
LINE = 200
# Hints of what is typed over the API and chosen here.
CHOSEN = {
    "proceduralist": "Left alone: who signs",
    "follow_up": "From the episode's list it opens with its questionnaires",
}
# Answers that are told back before they are signed, as are those of several units.
ECHOED = frozenset({"kit_udi", "icd10", "aliquots_ml"})
# Texts people write sentences into.
LONG = frozenset(
    {
        "rationale",
        "conditions",
        "reason",
        "history",
        "note",
        "description",
        "resolution",
        "clearance_reason",
        "contradiction",
        "physician_note",
    }
)


def control(
    asked: Field,
    offered: Choices | None = None,
    *,
    in_row: bool = False,
    act: str = "",
) -> forms.Field:
    """The form field of a question; `offered` replaces typing by choosing.

    In a row of a group nothing is chosen beforehand, as the row may stay empty.
    """
    if offered is not None or asked.kind == "choice":
        made = _one_of(asked, offered or asked.choices, in_row=in_row)
    else:
        made = CONTROLS[asked.kind](asked)
    made.label = asked.label.removesuffix(" id") if offered else asked.label
    made.required = asked.required
    made.help_text = CHOSEN.get(asked.name, "") if offered else hint(asked)
    made.unit = asked.unit  # type: ignore[attr-defined]
    if asked.needed_if:
        made.optional = _needed_if(asked)  # type: ignore[attr-defined]
    if isinstance(made.widget, forms.TextInput):
        _for_scanners(asked, made, act)
    return made


def _needed_if(asked: Field) -> str:
    """Say when it is asked for; "" where the label says so itself."""
    return "" if asked.label.endswith(")") else f"(if {asked.needed_if})"


def _for_scanners(asked: Field, made: forms.Field, act: str) -> None:
    """Marks for scan.js: scan fields, and those that tell what was understood."""
    if asked.is_scan:
        made.widget.attrs |= {"data-scan": "", "autocapitalize": "off"}
    if asked.name in ECHOED or asked.others or asked.cases:
        made.widget.attrs |= {
            "data-echo": asked.name,
            "data-act": act.replace("_", "-"),
        }
        made.is_echoed = True  # type: ignore[attr-defined]


def given(asked: Field) -> forms.Field:
    """A question whose answer is known beforehand."""
    return forms.CharField(
        label=asked.label, required=asked.required, widget=forms.HiddenInput
    )


def text_of(asked: Field, value: Any, zone: tzinfo) -> Any:
    """An answer as its control shows it: text, or a list of texts."""
    if asked.kind == "multichoice":
        return [str(one) for one in value]
    if asked.kind == "list":
        return " ".join(str(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%dT%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def hint(asked: Field) -> str:
    """The question's hint, and its limits in words."""
    parts = [asked.hint, limits_in_words(asked)]
    if asked.kind == "list" and not asked.hint:
        parts.insert(0, "Numbers with a space between, such as 5 5 5")
    return ". ".join(part.rstrip(".") for part in parts if part)


def limits_in_words(asked: Field) -> str:
    """ "120 to 220, usually up to 180"; for a text only its least length."""
    if asked.kind == "text":
        least = asked.hard[0] if asked.hard else None
        return f"At least {least:g} characters" if least and least > 1 else ""
    if asked.kind not in ("integer", "decimal", "list"):
        return ""
    hard, usual = _range(asked.hard), _range(asked.warn)
    usual = f"usually {usual}" if usual else ""
    words = ", ".join(part for part in (hard, usual) if part)
    return words[:1].upper() + words[1:]


def _range(limits: Limits | None) -> str:
    low, high = limits or (None, None)
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"{low:g} or more"
    return f"up to {high:g}" if high is not None else ""


def _text(asked: Field) -> forms.Field:
    most = asked.hard[1] if asked.hard else None
    if asked.name in LONG:
        return forms.CharField(widget=area(3))
    is_wide = most is not None and most > LINE
    attrs = {"autocomplete": "off", "class": "wide" if is_wide else ""}
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(
        max_length=int(most) if most is not None else None, widget=widget
    )


def _one_of(asked: Field, choices: Choices, *, in_row: bool) -> forms.Field:
    """Buttons for a few choices of which one must be taken, else a list."""
    has_usual = asked.default not in (None, "")
    if asked.required and len(choices) <= FEW and not (in_row and has_usual):
        return InlineChoice(choices=choices)
    is_chosen = has_usual and asked.required and not in_row
    empty = [] if is_chosen else [("", _nothing(asked, choices))]
    return forms.ChoiceField(choices=[*empty, *choices])


def _nothing(asked: Field, choices: Choices) -> str:
    """Words for leaving the list alone."""
    label = dict(choices).get(str(asked.default))
    if label:
        return f"Usual: {label}"
    return "Choose one" if asked.required else "Not answered"


def _choices(asked: Field) -> forms.Field:
    return InlineChoices(choices=asked.choices)


def _number(mode: str) -> Callable[[Field], forms.Field]:
    def made(asked: Field) -> forms.Field:
        attrs = {"inputmode": mode, "autocomplete": "off"}
        return forms.CharField(widget=forms.TextInput(attrs=attrs))

    return made


def _boolean(asked: Field) -> forms.Field:
    """A tick where no tick means no; else yes and no, and neither until chosen."""
    if asked.default is False:
        box = forms.CheckboxInput(attrs={"value": "true"})
        return forms.BooleanField(widget=box)
    return InlineChoice(choices=YES_NO)


def _datetime(asked: Field) -> forms.Field:
    return forms.CharField(widget=MomentInput())


def _date(asked: Field) -> forms.Field:
    return forms.CharField(widget=DateInput())


def _list(asked: Field) -> forms.Field:
    attrs = {"autocomplete": "off", "class": "wide"}
    return forms.CharField(widget=forms.TextInput(attrs=attrs))


CONTROLS: dict[str, Callable[[Field], forms.Field]] = {
    "text": _text,
    "multichoice": _choices,
    "integer": _number("numeric"),
    "decimal": _number("decimal"),
    "boolean": _boolean,
    "datetime": _datetime,
    "date": _date,
    "list": _list,
    "object": _text,
}
