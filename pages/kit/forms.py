"""Forms of pages: what a person typed, the words for what is wrong with it.

The services check; a form only parses, and takes what a service refuses back to the
field it belongs to.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.response import TemplateResponse

from clinics.domain.plain_text import composed
from core.problems import Invalid
from pages.kit.start_choices import labelled
from scheduling.booking.instants import instant_of
from scheduling.timegrid.reach import OUT_OF_REACH, in_reach

# As a choice is sent: to the minute it is what the browser's picker shows.
_OFFSET = re.compile(r"[+-]\d\d:\d\d$")
_MINUTE = len("2026-11-01T01:30")

# What the reader is asked to do, by the field's control.
_ASKS: dict[type[forms.Field], str] = {
    forms.ChoiceField: "Choose",
    forms.DateField: "Give a date for",
    forms.BooleanField: "Tick",
}


class Form(forms.Form):
    """Errors come from the server, in words: the browser's own are switched off."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.error_messages["required"] = _required(field, name)

    def _clean_fields(self) -> None:
        """Texts come in composed and without marks that nobody sees."""
        super()._clean_fields()  # type: ignore[misc]
        for name, value in self.cleaned_data.items():
            if isinstance(value, str):
                self.cleaned_data[name] = composed(value)

    def use_zone(self, zone: ZoneInfo) -> None:
        """Read and show the instants of this form on the clocks of `zone`."""
        for field in self.fields.values():
            if isinstance(field, MomentField):
                field.zone = zone

    def take(self, problem: Invalid) -> None:
        """Put a service's errors on the fields they point at."""
        for error in problem.errors:
            name = error.pointer.strip("/").partition("/")[0]
            self.add_error(name if name in self.fields else None, error.detail)


def _required(field: forms.Field, name: str) -> str:
    ask = next((a for kind, a in _ASKS.items() if isinstance(field, kind)), "Give")
    label = str(field.label or name.replace("_", " "))
    return f"{ask} the {label[:1].lower()}{label[1:]}."


class DateInput(forms.DateInput):
    """The browser's own date picker; it takes and gives ISO dates."""

    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%H:%M")


class MomentInput(forms.DateTimeInput):
    """A wall clock, which the browser's picker knows, perhaps with the instant meant.

    Where a time comes twice or never, `choices` are asked below it; one that is chosen
    holds as long as nobody types another time.
    """

    input_type = "datetime-local"
    template_name = "pages/components/moment_input.html"
    choices: Sequence[tuple[str, str]] = ()

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        chosen = value if isinstance(value, str) and _OFFSET.search(value) else ""
        context = super().get_context(name, chosen[:_MINUTE] or value, attrs)
        context["widget"] |= {"chosen": chosen, "choices": self.choices}
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = data.get(name)
        is_answer = typed and data.get(f"{name}_asked") == typed
        return (is_answer and data.get(f"{name}_chosen")) or typed


def check_reach(value: date) -> None:
    if not in_reach(value):
        raise ValidationError(OUT_OF_REACH)


class DayField(forms.DateField):
    """A local date that can be meant."""

    widget = DateInput
    default_validators = [check_reach]


class MomentField(forms.DateTimeField):
    """An instant, typed and shown as the clinic's wall clock."""

    default_validators = [check_reach]
    widget: Any = MomentInput
    zone: ZoneInfo = ZoneInfo("UTC")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime) and value.tzinfo:
            return value.astimezone(self.zone).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> datetime | None:
        parsed = super().to_python(value)
        if parsed is None or (isinstance(value, str) and _OFFSET.search(value)):
            return parsed
        wall = parsed.replace(tzinfo=None)
        if not in_reach(wall):
            return wall.replace(tzinfo=UTC)
        return instant_of(wall, self.zone, self._asking).astimezone(self.zone)

    def _asking(self, text: str, choices: list[datetime]) -> ValidationError:
        # The widget is this form's own: Django copies a field for each of its forms.
        self.widget.choices = labelled(choices, self.zone)
        return ValidationError(text)


class InlineChoice(forms.ChoiceField):
    """Radio buttons side by side."""

    inline = True
    widget = forms.RadioSelect


class InlineChoices(forms.MultipleChoiceField):
    """Tick boxes side by side."""

    inline = True
    widget = forms.CheckboxSelectMultiple


def area(rows: int = 2, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *forms_shown: Form
) -> TemplateResponse:
    """The page; 422 if one of the forms on it has errors."""
    wrong = any(form.is_bound and form.errors for form in forms_shown)
    return TemplateResponse(request, template, context, status=422 if wrong else 200)
