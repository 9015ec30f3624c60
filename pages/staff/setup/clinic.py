"""For administrators: how the clinic is reached, offers openings, and its holidays."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect

from clinics.services import clinics as service
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid
from notifications.selectors import going_live
from pages.kit.forms import Form, area, show
from pages.staff.setup.words import after
from scheduling.absences.effects import counted

FIELDS = (
    "phone",
    "address",
    "email",
    "text_number",
    "tells_delays",
    "offers_by_itself",
    "offer_batch_size",
    "offer_valid_minutes",
    "holiday_calendar",
    "yearly_rounds",
)


class PoliciesForm(Form):
    phone = forms.CharField(
        label="Telephone", max_length=16, help_text="As +17135550100."
    )
    address = forms.CharField(label="Address", max_length=500, widget=area())
    email = forms.EmailField(
        label="E-mail for answers",
        required=False,
        help_text="Patients who answer our mail write there.",
    )
    text_number = forms.CharField(
        label="Number for texts",
        max_length=16,
        required=False,
        help_text="The number patients text to, as +17135550100.",
    )
    tells_delays = forms.BooleanField(
        label="Waiting patients can be told that the clinic runs late",
        required=False,
        help_text="A coordinator presses the button on the board, from 15 minutes on.",
    )
    offers_by_itself = forms.BooleanField(
        label="Offer freed openings by itself",
        required=False,
        help_text="Without it, a coordinator presses the button for each opening.",
    )
    offer_batch_size = forms.IntegerField(
        label="People offered one opening at once", min_value=1
    )
    offer_valid_minutes = forms.IntegerField(label="An offer stands for", min_value=1)
    holiday_calendar = forms.CharField(
        label="Closed on the public holidays of",
        required=False,
        max_length=10,
        help_text="A country, maybe with its state, such as US or US-TX.",
    )
    yearly_rounds = forms.BooleanField(
        label="Ask patients how they are every year",
        required=False,
        help_text="By link, in the years 2 to 5 after the treatment.",
    )


@page(action="clinic.write")
def policies(request: StaffRequest) -> ViewResponse:
    sent = request.POST if request.method == "POST" else None
    now_set = {name: getattr(request.clinic, name) for name in FIELDS}
    form = PoliciesForm(sent, initial=now_set)
    if sent is not None and form.is_valid():
        try:
            _, effect = counted(
                request.clinic.pk,
                lambda: service.set_policies(
                    clinic_id=request.clinic.pk,
                    **form.cleaned_data,
                    by=request.actor,
                    now=request.now,
                ),
            )
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, after("Saved.", effect))
            return redirect("staff:clinic")
    context = {"form": form, "missing": going_live.missing(request.clinic)}
    return show(request, "pages/staff/setup/clinic.html", context, form)
