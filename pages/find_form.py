"""The finder's form: what is asked, and how its answers become a question."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms

from core.problems import Invalid
from pages.forms import DayField, Form, InlineChoices
from scheduling import selectors
from scheduling.domain.variation import MOST_TARGETS, Variation

STEP_MINUTES = 30
PARTS = {
    "": ("Any time", None, None),
    "morning": ("Morning", None, time(11, 55)),
    "afternoon": ("Afternoon", time(12), None),
}
ORDERS = (("earliest", "The earliest first"), ("tightest", "Least idle gaps first"))
SEDATIONS = (("", "As usual"), ("none", "None"), ("oral", "Oral"), ("iv", "IV"))
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Where what the search refuses was asked.
_FIELDS = {
    "from": "first",
    "to": "last",
    "variation": "targets",
    "prefer_clinicians": "prefer",
    "not_clinicians": "without",
}


class _Person(forms.TypedChoiceField):
    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, coerce=int, empty_value=None)


class FindForm(Form):
    visit_type = forms.ChoiceField(label="Visit")
    clinician = _Person("With")
    prefer = _Person("Rather with")
    without = _Person("Not with")
    first = DayField(label="From")
    last = DayField(label="Until")
    part = forms.ChoiceField(
        label="Time of day",
        required=False,
        choices=[(code, label) for code, (label, _, _) in PARTS.items()],
    )
    order = forms.ChoiceField(label="Order", required=False, choices=ORDERS)
    weekdays = InlineChoices(
        label="Only on",
        required=False,
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
    )
    targets = forms.TypedChoiceField(
        label="Targets",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(str(n), str(n)) for n in range(1, MOST_TARGETS + 1)],
    )
    sedation = forms.ChoiceField(label="Sedation", required=False, choices=SEDATIONS)
    image_guided_harvest = forms.BooleanField(
        label="Image-guided harvest", required=False
    )
    subject = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, clinic_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = selectors.visit_types(clinic_id)
        people = [(c.pk, c.name) for c in selectors.resources(clinic_id, "clinician")]
        self._offer("visit_type", [(one.slug, one.name) for one in types])
        self._offer("clinician", [("", "Any clinician"), *people])
        self._offer("prefer", [("", "No preference"), *people])
        self._offer("without", [("", "Nobody excluded"), *people])

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def take(self, problem: Invalid) -> None:
        for error in problem.errors:
            name = error.pointer.strip("/")
            name = _FIELDS.get(name, name)
            self.add_error(name if name in self.fields else None, error.detail)


def question(
    asked: Mapping[str, Any],
    *,
    clinic_id: int,
    patient_id: UUID | None,
    now: datetime,
    limit: int,
) -> selectors.Question:
    """The cleaned answers as the search takes them."""
    _, earliest, latest = PARTS[asked["part"]]
    return selectors.Question(
        clinic_id=clinic_id,
        visit_type=asked["visit_type"],
        from_on=asked["first"],
        to_on=asked["last"],
        now=now,
        patient_id=patient_id,
        clinician=asked["clinician"],
        wishes=selectors.Wishes(
            earliest=earliest,
            latest=latest,
            weekdays=frozenset(int(number) for number in asked["weekdays"]),
            step_minutes=STEP_MINUTES,
            prefer_clinicians=_one(asked["prefer"]),
            not_clinicians=_one(asked["without"]),
        ),
        variation=variation(asked),
        order="tightest" if asked["order"] == "tightest" else "earliest",
        limit=limit,
    )


def variation(asked: Mapping[str, Any]) -> Variation:
    return Variation(
        targets=asked["targets"] or 1,
        sedation=asked["sedation"],
        image_guided_harvest=asked["image_guided_harvest"],
    )


def _one(person: int | None) -> frozenset[int]:
    return frozenset() if person is None else frozenset({person})


# A parameter of the search as this form asks for it.
_NAMES = {
    "clinician": "clinician",
    "not_clinicians": "without",
    "earliest": "part",
    "latest": "part",
    "weekdays": "weekdays",
    "from": "first",
    "to": "last",
    "order": "order",
}


def answers(change: Mapping[str, str | None]) -> dict[str, str]:
    """What a relaxation changes, as answers of this form; "" takes one back."""
    return {_NAMES[name]: value or "" for name, value in change.items()}
