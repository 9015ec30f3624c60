"""For administrators: who works here, who did, and who is locked out."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics import selectors as clinics
from clinics.domain.roles import LABELS
from clinics.services import users as service
from clinics.services import wrong_attempts
from clinics.web.views import StaffRequest, ViewResponse, page

if TYPE_CHECKING:
    from clinics.models import Membership


@page(action="user.write")
def users(request: StaffRequest) -> ViewResponse:
    members = clinics.staff(request.clinic)
    on_call = {u.pk: i for i, u in enumerate(clinics.on_call(request.clinic), 1)}
    locked = wrong_attempts.locked_accounts(member.user.email for member in members)
    rows = [
        _row(member)
        | {
            "on_call": f"No. {on_call[member.user_id]}"
            if member.user_id in on_call
            else "",
            "is_self": member.user_id == request.user.pk,
            "is_locked": member.user.email in locked,
        }
        for member in members
    ]
    former = [_row(member) for member in clinics.former_staff(request.clinic)]
    context = {"rows": rows, "former": former}
    return TemplateResponse(request, "pages/staff/setup/users.html", context)


def _row(member: "Membership") -> dict[str, Any]:
    acts = ("end", "reactivate", "unlock")
    return {
        "name": member.user.display_name,
        "email": member.user.email,
        "role": LABELS[member.role],
        "ended_at": member.ended_at or member.user.deactivated_at,
        **{
            f"{act}_address": reverse(f"staff:user_{act}", args=[member.user_id])
            for act in acts
        },
    }


@page(action="user.write")
@require_POST
def end(request: StaffRequest, user_id: int) -> HttpResponse:
    user = service.end_membership(
        user_id=user_id,
        clinic_id=request.clinic.pk,
        by=request.actor,
        now=request.now,
    )
    messages.success(request, f"{user.display_name} no longer works here.")
    return redirect("staff:users")


@page(action="user.write")
@require_POST
def reactivate(request: StaffRequest, user_id: int) -> HttpResponse:
    member = service.reactivate_membership(
        user_id=user_id,
        clinic_id=request.clinic.pk,
        by=request.actor,
        now=request.now,
    )
    name, role = member.user.display_name, LABELS[member.role]
    messages.success(request, f"{name} works here again: {role}.")
    return redirect("staff:users")


@page(action="user.write")
@require_POST
def unlock(request: StaffRequest, user_id: int) -> HttpResponse:
    service.unlock(
        user_id=user_id,
        clinic_id=request.clinic.pk,
        by=request.actor,
        now=request.now,
    )
    name = clinics.user(user_id).display_name
    messages.success(request, f"{name} can try again from everywhere.")
    return redirect("staff:users")
