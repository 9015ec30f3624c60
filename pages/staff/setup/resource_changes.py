"""For administrators: a new person, room or device, and one that is used no more."""

import re

from django import forms
from django.contrib import messages
from django.shortcuts import redirect

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid, NotFound
from pages.kit.forms import Form, show
from pages.staff.setup.words import after
from scheduling import selectors
from scheduling.absences.effects import counted
from scheduling.resources.kinds import KINDS, title
from scheduling.setup import services as setup


class ResourceForm(Form):
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose"), *((kind.code, title(kind.code)) for kind in KINDS)],
    )
    name = forms.CharField(label="Name", max_length=120)
    capabilities = forms.CharField(
        label="Capabilities",
        required=False,
        max_length=400,
        help_text="What visits may ask for, between commas, such as: iv, sedation",
    )

    def clean_capabilities(self) -> list[str]:
        """Codes: "Deep sedation, iv" is deep_sedation and iv."""
        typed = self.cleaned_data["capabilities"].split(",")
        codes = [re.sub(r"\s+", "_", one.strip().lower()) for one in typed]
        return list(dict.fromkeys(code for code in codes if code))


@page(action="resource.write")
def resource_new(request: StaffRequest) -> ViewResponse:
    form = ResourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = setup.add_resource(
                clinic_id=request.clinic.pk,
                **form.cleaned_data,
                by=request.actor,
                now=request.now,
            )
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, f"{made.name} can be booked from now on.")
            return redirect("staff:resources")
    return show(request, "pages/staff/setup/resource_new.html", {"form": form}, form)


@page(action="resource.write")
def retire(request: StaffRequest, resource_id: int) -> ViewResponse:
    """Asks first (GET), then retires (POST)."""
    resource = selectors.resource(resource_id, request.clinic.pk)
    if resource is None or not resource.active:
        raise NotFound("There is no such resource in use at this clinic.")
    if request.method != "POST":
        context = {"resource": resource}
        return show(request, "pages/staff/setup/resource_retire.html", context)
    _, effect = counted(
        request.clinic.pk,
        lambda: setup.retire_resource(
            clinic_id=request.clinic.pk,
            resource_id=resource_id,
            by=request.actor,
            now=request.now,
        ),
    )
    messages.success(request, after(f"{resource.name} is retired.", effect))
    return redirect("staff:resources")
