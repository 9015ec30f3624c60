"""Forms about the waiting list: who waits for what, and how long an offer lasts."""

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms

from pages.kit.forms import DayField, Form, TimeInput
from pages.kit.words import moment
from pages.staff.find.wishes import WishesForm
from scheduling import selectors
from scheduling.waitlist.fit import Wishes

if TYPE_CHECKING:
    from datetime import tzinfo

    from patients.models import Patient

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


class EntryForm(WishesForm):
    field_order = ("waits_for", "targets", "sedation", "weekdays", "earliest", "latest")
    waits_for = forms.ChoiceField(label="Waits for")
    earliest = forms.TimeField(
        label="Can arrive from", required=False, widget=TimeInput()
    )
    latest = forms.TimeField(
        label="Can arrive until", required=False, widget=TimeInput()
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
        super().__init__(*args, clinic_id=patient.clinic_id, **kwargs)
        types = _types(patient.clinic_id)
        self.offer("waits_for", [*_visits(patient, zone), *types])

    def asked(self) -> dict[str, Any]:
        """Arguments of `waitlist.add`, of a valid form."""
        given = self.cleaned_data
        return {
            **_waited_for(given["waits_for"]),
            "subject": given["subject"],
            "variation": self.variation,
            "wishes": Wishes(
                weekdays=self.days,
                earliest=given["earliest"],
                latest=given["latest"],
                clinicians=self.chosen("clinician"),
                not_clinicians=self.chosen("without"),
            ),
            "minimum_notice": timedelta(hours=given["notice_hours"]),
            "valid_from_on": given["valid_from"],
            "valid_to_on": given["valid_to"],
        }


def _visits(patient: "Patient", zone: "tzinfo") -> list[tuple[str, str]]:
    return [
        (
            f"{VISIT}{visit.pk}",
            f"Coming sooner than {moment(visit.start, zone)} ({visit.visit_type.name})",
        )
        for visit in islice(selectors.booked_of(patient.pk), MOST_VISITS)
    ]


def _types(clinic_id: int) -> list[tuple[str, str]]:
    types = selectors.visit_types(clinic_id)
    return [(f"{TYPE}{one.slug}", f"A new visit: {one.name}") for one in types]


def _waited_for(code: str) -> dict[str, Any]:
    if code.startswith(VISIT):
        return {"appointment_id": UUID(code.removeprefix(VISIT))}
    return {"visit_type": code.removeprefix(TYPE)}
