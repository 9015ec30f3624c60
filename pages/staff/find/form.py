"""The finder's form: what is asked, and how its answers become a question."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms

from core.problems import Invalid
from pages.kit.forms import DayField
from pages.staff.find.wishes import ClinicianField, WishesForm
from scheduling import selectors

STEP_MINUTES = 30
PARTS = {
    "": ("Any time", None, None),
    "morning": ("Morning", None, time(11, 55)),
    "afternoon": ("Afternoon", time(12), None),
}
ORDERS = (("earliest", "The earliest first"), ("tightest", "Least idle gaps first"))
# Where what the search refuses was asked.
_FIELDS = {
    "from": "first",
    "to": "last",
    "prefer_clinicians": "prefer",
    "not_clinicians": "without",
}


class FindForm(WishesForm):
    field_order = ("visit_type", "clinician", "prefer", "without", "first", "last")
    visit_type = forms.ChoiceField(label="Visit")
    prefer = ClinicianField("Rather with")
    first = DayField(label="From")
    last = DayField(label="Until")
    part = forms.ChoiceField(
        label="Time of day",
        required=False,
        choices=[(code, label) for code, (label, _, _) in PARTS.items()],
    )
    order = forms.ChoiceField(label="Order", required=False, choices=ORDERS)

    def __init__(self, *args: Any, clinic_id: int, **kwargs: Any) -> None:
        super().__init__(*args, clinic_id=clinic_id, **kwargs)
        types = selectors.visit_types(clinic_id)
        self.offer("visit_type", [(one.slug, one.name) for one in types])
        self.offer_clinicians("prefer", "No preference")

    def take(self, problem: Invalid) -> None:
        for error in problem.errors:
            name = error.pointer.strip("/")
            name = _FIELDS.get(name, name)
            self.add_error(name if name in self.fields else None, error.detail)


def question(
    form: FindForm,
    *,
    clinic_id: int,
    patient_id: UUID | None,
    now: datetime,
    limit: int,
) -> selectors.Question:
    """The answers of a valid form as the search takes them."""
    asked = form.cleaned_data
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
            weekdays=form.days,
            step_minutes=STEP_MINUTES,
            prefer_clinicians=form.chosen("prefer"),
            not_clinicians=form.chosen("without"),
        ),
        variation=form.variation,
        order="tightest" if asked["order"] == "tightest" else "earliest",
        limit=limit,
    )


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
    """Answers of this form that a relaxation changes; "" takes one back."""
    return {_NAMES[name]: value or "" for name, value in change.items()}
