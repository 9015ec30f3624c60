"""Tell the patients who wait today that the clinic runs late."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clinics.web.views import StaffRequest, ViewResponse, page
from core.refusal import Refused
from notifications.services import delays


@page(action="delay.tell")
@require_POST
def tell(request: StaffRequest) -> ViewResponse:
    waiting = delays.to_tell(request.clinic.pk, request.now)
    request.record_access(*(one.patient_id for one in waiting), deliberate=False)
    told = delays.tell(clinic_id=request.clinic.pk, by=request.actor, now=request.now)
    if isinstance(told, Refused):
        return told
    who = "1 patient" if told == 1 else f"{told} patients"
    messages.success(request, f"{who} will be told of the delay.")
    return redirect("staff:board")
