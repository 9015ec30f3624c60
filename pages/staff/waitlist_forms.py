"""Forms about the waiting list: who waits for what, and how long an offer lasts."""

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms

from pages.find_form import SEDATIONS, variation
from pages.forms import DayField, Form, InlineChoices, TimeInput
from pages.words import moment
from scheduling import selectors
from scheduling.domain.variation import MOST_TARGETS
from scheduling.domain.waiting import Wishes

if TYPE_CHECKING:
    from datetime import tzinfo

    from patients.models import Patient

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
VISIT, TYPE = "visit:", "type:"
MOST_VISITS = 10
LONGEST_MINUTES = 7 * 24 * 60


class OfferForm(Form):
    minutes = forms.IntegerField(
        label="Minutes to answer",
        min_value=5,
        max_value=LONGEST_MINUTES,
        help_text="The time is kept for them until then.",
    )


class EntryForm(Form):
    waits_for = forms.ChoiceField(label="Waits for")
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
    weekdays = InlineChoices(
        label="Only on",
        required=False,
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
    )
    earliest = forms.TimeField(
        label="Can arrive from", required=False, widget=TimeInput()
    )
    latest = forms.TimeField(
        label="Can arrive until", required=False, widget=TimeInput()
    )
    clinician = forms.TypedChoiceField(
        label="With", required=False, coerce=int, empty_value=None
    )
    without = forms.TypedChoiceField(
        label="Not with", required=False, coerce=int, empty_value=None
    )
    notice_hours = forms.IntegerField(
        label="Hours of notice needed",
        min_value=0,
        max_value=90 * 24,
        help_text="For example 168 for a week, to stop medicines or find a driver.",
    )
    valid_from = DayField(label="From")
    valid_to = DayField(label="Until")

    def __init__(
        self, *args: Any, patient: "Patient", zone: "tzinfo", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        types = _types(patient.clinic_id)
        self._offer("waits_for", [*_visits(patient, zone), *types])
        clinicians = selectors.resources(patient.clinic_id, "clinician")
        people = [(one.pk, one.name) for one in clinicians]
        self._offer("clinician", [("", "Any clinician"), *people])
        self._offer("without", [("", "Nobody excluded"), *people])

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def asked(self) -> dict[str, Any]:
        """What `waitlist.add` takes, of a valid form."""
        given = self.cleaned_data
        clinician, without = given["clinician"], given["without"]
        return {
            **_waited_for(given["waits_for"]),
            "subject": given["subject"],
            "variation": variation(given),
            "wishes": Wishes(
                weekdays=frozenset(int(number) for number in given["weekdays"]),
                earliest=given["earliest"],
                latest=given["latest"],
                clinicians=frozenset({clinician} if clinician else ()),
                not_clinicians=frozenset({without} if without else ()),
            ),
            "minimum_notice": timedelta(hours=given["notice_hours"]),
            "valid_from_on": given["valid_from"],
            "valid_to_on": given["valid_to"],
        }


def _visits(patient: "Patient", zone: "tzinfo") -> list[tuple[str, str]]:
    booked = selectors.appointments_of(patient.pk).filter(status="booked")
    return [
        (
            f"{VISIT}{visit.pk}",
            f"Coming sooner than {moment(visit.start, zone)} ({visit.visit_type.name})",
        )
        for visit in islice(booked.order_by("during"), MOST_VISITS)
    ]


def _types(clinic_id: int) -> list[tuple[str, str]]:
    types = selectors.visit_types(clinic_id)
    return [(f"{TYPE}{one.slug}", f"A new visit: {one.name}") for one in types]


def _waited_for(code: str) -> dict[str, Any]:
    if code.startswith(VISIT):
        return {"appointment_id": UUID(code.removeprefix(VISIT))}
    return {"visit_type": code.removeprefix(TYPE)}
