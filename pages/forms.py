"""Forms of pages: what a person typed, the words for what is wrong with it.

The services check; a form only parses, and takes what a service refuses back to the
field it belongs to.
"""

from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.response import TemplateResponse

from core.problems import Invalid
from scheduling.domain.reach import OUT_OF_REACH, in_reach

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

    def use_zone(self, zone: tzinfo) -> None:
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
    input_type = "datetime-local"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


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
    widget = MomentInput
    zone: tzinfo = UTC

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime) and value.tzinfo:
            return value.astimezone(self.zone).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> datetime | None:
        parsed = super().to_python(value)
        return parsed.replace(tzinfo=self.zone) if parsed else None


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


def instant(on: date, at: time, zone: tzinfo) -> datetime:
    """A clinic's wall clock as an instant."""
    return datetime.combine(on, at, tzinfo=zone)
