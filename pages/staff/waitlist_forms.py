"""Forms about the waiting list: who waits for what, and how long an offer lasts."""

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms

from pages.forms import DateInput, Form, InlineChoices, TimeInput
from pages.words import moment
from scheduling import selectors
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
    notice_hours = forms.IntegerField(
        label="Hours of notice needed",
        min_value=0,
        max_value=90 * 24,
        help_text="For example 168 for a week, to stop medicines or find a driver.",
    )
    valid_from = forms.DateField(label="From", widget=DateInput())
    valid_to = forms.DateField(label="Until", widget=DateInput())

    def __init__(
        self, *args: Any, patient: "Patient", zone: "tzinfo", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        waits_for, clinician = self.fields["waits_for"], self.fields["clinician"]
        assert isinstance(waits_for, forms.ChoiceField)
        assert isinstance(clinician, forms.ChoiceField)
        waits_for.choices = [*_visits(patient, zone), *_types(patient.clinic_id)]
        people = selectors.resources(patient.clinic_id, "clinician")
        clinician.choices = [("", "Any clinician"), *((c.pk, c.name) for c in people)]

    def asked(self) -> dict[str, Any]:
        """What `waitlist.add` takes, of a valid form."""
        given = self.cleaned_data
        clinician = given["clinician"]
        return {
            **_waited_for(given["waits_for"]),
            "wishes": Wishes(
                weekdays=frozenset(int(number) for number in given["weekdays"]),
                earliest=given["earliest"],
                latest=given["latest"],
                clinicians=frozenset({clinician} if clinician else ()),
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
