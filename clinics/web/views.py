"""Decorators of pages: `@page` for staff, `@public_page` for patients and strangers.

A decorated view runs inside one unit of work. Its request knows who asks (`actor`),
what time it is (`now`) and where (`clinic`), and takes down whose data the response
shows (`record_access`). The view returns a response, or a Refused. Responses with 2xx,
3xx, 403 and 409 commit; any other status (a form with errors is 422) rolls back.
"""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from clinics import selectors
from clinics.models import Clinic, Membership, User
from clinics.services import sessions
from clinics.web import error_pages, presence
from clinics.web.pipeline import (
    Forbidden,
    RequestContext,
    digest_of,
    handle,
    mark_pending,
)
from clinics.web.presence import NO_PROOFS, Proofs
from core.actor import Actor
from core.problems import Problem, refusal
from core.refusal import Refused

# In a session's data: the clinic worked at before the last switch.
LEFT_CLINIC = "left_clinic_id"
# The clinic of the page that a part of it is loaded for (htmx), by id.
PAGE_CLINIC = "X-Clinic"
# Never part of what an idempotency key remembers: proofs, tokens, the key itself.
SECRET_FIELDS = frozenset(
    {
        "csrfmiddlewaretoken",
        "idempotency_key",
        "signature_password",
        "signature_totp",
        "second_password",
        "second_totp",
    }
)


class StaffRequest(HttpRequest):
    """Request of a view decorated with `@page`."""

    id: str
    actor: Actor
    now: datetime
    clinic: Clinic
    membership: Membership
    memberships: list[Membership]
    proofs: Proofs

    def record_access(
        self,
        *patient_ids: UUID | str,
        count: int | None = None,
        deliberate: bool = True,
    ) -> None:
        """Say whose data the answer shows; a list passes `deliberate=False`."""
        raise NotImplementedError("set for each request")


class PublicRequest(HttpRequest):
    """Request of a `@public_page` view, which sets `actor` once it knows one."""

    id: str
    actor: Actor | None
    now: datetime

    def record_access(
        self,
        *patient_ids: UUID | str,
        count: int | None = None,
        deliberate: bool = True,
    ) -> None:
        """Say whose data the answer shows."""
        raise NotImplementedError("set for each request")


ViewResponse = HttpResponse | Refused


View = Callable[..., HttpResponse]


def page(*, action: str) -> Callable[[Callable[..., ViewResponse]], View]:
    """Make a page for signed-in staff whom the policy allows `action`."""

    def decorate(view: Callable[..., ViewResponse]) -> View:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return _staff_response(view, action, request, *args, **kwargs)

        wrapped.action = action  # type: ignore[attr-defined]
        return wrapped

    return decorate


def public_page(view: Callable[..., ViewResponse]) -> View:
    """Make a page anybody may open: a patient's link, the enquiry form."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mark_pending(request)
        context = RequestContext(request=request, view=view_name(request), action=None)
        request.actor = None  # type: ignore[attr-defined]
        return handle(context, lambda: _run(context, view, args, kwargs))

    wrapped.public = True  # type: ignore[attr-defined]
    return wrapped


def _staff_response(
    view: Callable[..., ViewResponse],
    action: str,
    request: Any,
    *args: Any,
    **kwargs: Any,
) -> HttpResponse:
    mark_pending(request)
    if not isinstance(request.user, User):
        return _to_sign_in(request)
    membership = current_membership(request)
    if membership is None:
        fault = Forbidden("You have no role at any clinic yet.")
        return error_pages.problem(request, fault)
    # Before the policy is asked, so that a refusal too is shown in the page's frame.
    request.actor = selectors.actor_for(membership)
    request.membership, request.clinic = membership, membership.clinic
    page_clinic = request.headers.get(PAGE_CLINIC, "")
    if page_clinic and page_clinic != str(membership.clinic_id):
        # A part for a page of the clinic that another tab has left.
        return error_pages.problem(request, error_pages.OtherClinic(membership.clinic))
    proofs = NO_PROOFS
    if request.method == "POST":
        try:
            # Before the unit of work: a wrong password must be counted whatever
            # happens next.
            proofs = presence.from_form(request, membership=membership)
        except Problem as error:
            return error_pages.problem(request, error)
    context = RequestContext(
        request=request,
        view=view_name(request),
        action=action,
        actor=request.actor,
        membership=membership,
        identifiers=kwargs,
    )
    if request.method == "POST":
        context.key = request.POST.get("idempotency_key", "")
        context.body = _digest_of_form(request)
    request.proofs = proofs
    return handle(context, lambda: _run(context, view, args, kwargs))


def _digest_of_form(request: HttpRequest) -> bytes:
    return digest_of(
        (name, value)
        for name, values in request.POST.lists()
        if name not in SECRET_FIELDS
        for value in values
    )


def _run(
    context: RequestContext,
    view: Callable[..., ViewResponse],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> HttpResponse:
    request: Any = context.request

    def record_access(
        *patient_ids: UUID | str, count: int | None = None, deliberate: bool = True
    ) -> None:
        # Looked up anew: every try of the unit of work begins with an empty record.
        context.shown.add(*patient_ids, count=count, deliberate=deliberate)

    request.record_access = record_access
    response = view(request, *args, **kwargs)
    context.actor = request.actor  # a patient page learns who it serves on the way
    if isinstance(response, Refused):
        body = refusal(response)
        return error_pages.document(request, body, response.status)
    return response


def current_membership(request: Any) -> Membership | None:
    """Return what the user is at the clinic this browser works at; None without one.

    Sets `request.memberships`, all live ones of the user. The clinic is kept in the
    session, so that none they join or rejoin later takes its place under an open page.
    """
    request.memberships = list(selectors.memberships(request.user))
    membership = sessions.chosen(request.memberships, request.session)
    if membership and request.session.get(sessions.CLINIC) != membership.clinic_id:
        request.session[sessions.CLINIC] = membership.clinic_id
    return membership


def view_name(request: HttpRequest) -> str:
    """Return the URL's name, for the access log; the path would hold ids."""
    match = request.resolver_match
    return match.view_name if match else ""


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    target = resolve_url(settings.LOGIN_URL)
    if request.headers.get("HX-Request"):
        # A fragment would swap the sign-in page into a corner of the old one.
        response = HttpResponse(status=401)
        response["HX-Redirect"] = target
        return response
    if request.method in ("GET", "HEAD"):
        target = f"{target}?next={quote(request.get_full_path())}"
    return redirect(target)
