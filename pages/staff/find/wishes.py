"""Fields of a visit's variation, and of when and with whom it suits, in the forms
of the finder and of the waiting list."""

from typing import Any

from django import forms

from pages.kit.forms import Form, InlineChoices
from scheduling import selectors
from scheduling.visit_types.variation import MOST_TARGETS, Variation

SEDATIONS = (("", "As usual"), ("none", "None"), ("oral", "Oral"), ("iv", "IV"))
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class ClinicianField(forms.TypedChoiceField):
    """One of the clinic's clinicians, or none of them."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, coerce=int, empty_value=None)


class WishesForm(Form):
    """A form with these fields; `clinic_id` says whose clinicians can be chosen."""

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
    clinician = ClinicianField("With")
    without = ClinicianField("Not with")

    def __init__(self, *args: Any, clinic_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clinicians = [
            (one.pk, one.name) for one in selectors.resources(clinic_id, "clinician")
        ]
        self.offer_clinicians("clinician", "Any clinician")
        self.offer_clinicians("without", "Nobody excluded")

    def offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        """Set the choices of a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def offer_clinicians(self, name: str, nobody: str) -> None:
        """`nobody` is what the field says without a choice."""
        self.offer(name, [("", nobody), *self._clinicians])

    @property
    def variation(self) -> Variation:
        """The variation of a valid form."""
        given = self.cleaned_data
        return Variation(
            targets=given["targets"] or 1,
            sedation=given["sedation"],
            image_guided_harvest=given["image_guided_harvest"],
        )

    @property
    def days(self) -> frozenset[int]:
        """The weekdays of a valid form."""
        return frozenset(int(number) for number in self.cleaned_data["weekdays"])

    def chosen(self, name: str) -> frozenset[int]:
        """The clinician chosen there, of a valid form, as the only one."""
        person = self.cleaned_data[name]
        return frozenset() if person is None else frozenset({person})
