"""Switch of a signed-in browser between the clinics where its person works."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clinics.models import Membership
from clinics.services import sessions
from clinics.web import attempt_places
from clinics.web.views import LEFT_CLINIC, StaffRequest, ViewResponse, page

ACTION = "own.account"
# Set on the request once the switch is on record.
SWITCHED = "switched_membership"


@require_POST
def switch_clinic(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Go on at another of one's clinics: POST, then the start page of that clinic."""
    response = _record_switch(request, clinic_id=clinic_id)
    membership = getattr(request, SWITCHED, None)
    # After the unit of work, which may run twice: a key changed inside and rolled back
    # would leave the old session's row alive.
    if membership is not None and response.status_code == 302:
        _work_at(request, membership)
        messages.success(request, f"You now work at {membership.clinic.name}.")
    return response


switch_clinic.action = ACTION  # type: ignore[attr-defined]


@page(action=ACTION)
def _record_switch(request: StaffRequest, clinic_id: int) -> ViewResponse:
    if clinic_id != request.clinic.pk:
        membership = sessions.record_switch(
            user=request.membership.user,
            clinic_id=clinic_id,
            by=request.actor,
            now=request.now,
        )
        setattr(request, SWITCHED, membership)
    return redirect(settings.LOGIN_REDIRECT_URL)


def _work_at(request: HttpRequest, membership: Membership) -> None:
    session = request.session
    # Wrong passwords of this session go on counting where they began.
    attempt_places.keep_session_place(request)
    session[LEFT_CLINIC] = request.clinic.pk  # type: ignore[attr-defined]
    session[sessions.CLINIC] = membership.clinic_id
    # The role may change with the clinic: a new key, as at sign-in.
    session.cycle_key()
    # Pages that other tabs have loaded hold the old token: no form of the clinic that
    # was left is taken any more.
    rotate_token(request)
