"""Looking back from a kit to the patients that it may have reached."""

from django import forms
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.web.views import StaffRequest, ViewResponse, page
from pages.kit.forms import Form
from pages.kit.words import full_day, sentence
from procedures.products import selectors as products


class KitForm(Form):
    lot = forms.CharField(label="Lot or serial number", max_length=20)


@page(action="kit.look_back")
def kits(request: StaffRequest) -> ViewResponse:
    form = KitForm(request.GET if "lot" in request.GET else None)
    lot = form.cleaned_data["lot"] if form.is_bound and form.is_valid() else ""
    uses = list(products.look_back(request.clinic.pk, lot))
    ids = {use.episode.patient_id for use in uses}
    request.record_access(*ids, count=len(ids))
    context = {
        "form": form,
        "lot": lot,
        "rows": [
            {
                "patient": use.episode.patient,
                "address": reverse("staff:episode", args=[use.episode_id]),
                "kit": f"{use.gtin}, lot {use.lot or '–'}, serial {use.serial or '–'}",
                "used_on": full_day(use.used_on),
                "state": sentence(products.state_of(use).replace("-", " ")),
            }
            for use in uses
        ],
    }
    return TemplateResponse(request, "pages/staff/kits/kits.html", context)
