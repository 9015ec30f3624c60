"""The doors of pages: `@page` for staff, `@public_page` for patients and strangers.

A view behind a door runs inside one unit of work, knows who asks (`request.actor`),
what time it is (`request.now`) and where (`request.clinic`), and says whom it shows
(`request.saw`). It returns a response, or a Refused. Returned 2xx, 3xx, 403 and 409
answers commit; any other status (a form with errors is 422) rolls back.
"""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from clinics import selectors
from clinics.models import Clinic, Membership, User
from clinics.services import sessions
from clinics.web import error_pages, presence
from clinics.web.pipeline import Forbidden, Visit, admit, approach, digest_of
from clinics.web.presence import NO_PROOFS, Proofs
from core.actor import Actor
from core.problems import Problem, refusal
from core.refusal import Refused

SESSION_CLINIC = sessions.CLINIC
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
    """What a view behind `@page` gets."""

    id: str
    actor: Actor
    now: datetime
    clinic: Clinic
    membership: Membership
    proofs: Proofs

    def record_access(
        self,
        *patient_ids: UUID | str,
        count: int | None = None,
        deliberate: bool = True,
    ) -> None:
        """Say whose data the answer shows; a list passes `deliberate=False`."""
        raise NotImplementedError("the door replaces this for each request")


class PublicRequest(HttpRequest):
    """What a view behind `@public_page` gets; it sets `actor` once it knows one."""

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
        raise NotImplementedError("the door replaces this for each request")


ViewResponse = HttpResponse | Refused


class StaffView(Protocol):
    def __call__(
        self, request: StaffRequest, /, *args: Any, **kwargs: Any
    ) -> ViewResponse: ...


class PublicView(Protocol):
    def __call__(
        self, request: PublicRequest, /, *args: Any, **kwargs: Any
    ) -> ViewResponse: ...


Door = Callable[..., HttpResponse]


def page(*, action: str) -> Callable[[Callable[..., ViewResponse]], Door]:
    """A staff page: signed in, allowed `action` by the policy, one unit of work."""

    def behind(view: Callable[..., ViewResponse]) -> Door:
        @functools.wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return _staff(view, action, request, *args, **kwargs)

        door.action = action  # type: ignore[attr-defined]
        return door

    return behind


def public_page(view: Callable[..., ViewResponse]) -> Door:
    """A page anybody may open: a patient's link, the enquiry form. One unit of work."""

    @functools.wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        approach(request)
        visit = Visit(request=request, view=name_of(request), action=None)
        request.actor = None  # type: ignore[attr-defined]
        return admit(visit, lambda: _run(visit, view, args, kwargs))

    door.public = True  # type: ignore[attr-defined]
    return door


def _staff(
    view: Callable[..., ViewResponse],
    action: str,
    request: HttpRequest,
    *args: Any,
    **kwargs: Any,
) -> HttpResponse:
    approach(request)
    if not isinstance(request.user, User):
        return _to_sign_in(request)
    membership = current_membership(request, request.user)
    if membership is None:
        return error_pages.problem(
            request, Forbidden("You have no role at any clinic yet.")
        )
    try:
        proofs = _proofs(request, membership)
    except Problem as error:
        return error_pages.problem(request, error)
    visit = _visit(request, action, membership, kwargs)
    _introduce(request, visit, proofs)
    return admit(visit, lambda: _run(visit, view, args, kwargs))


def _proofs(request: HttpRequest, membership: Membership) -> Proofs:
    # Before the unit of work: a wrong password must be counted whatever happens next.
    if request.method != "POST":
        return NO_PROOFS
    return presence.from_form(request, membership=membership)


def _visit(
    request: HttpRequest, action: str, membership: Membership, kwargs: dict[str, Any]
) -> Visit:
    visit = Visit(
        request=request,
        view=name_of(request),
        action=action,
        actor=selectors.actor_for(membership),
        membership=membership,
        identifiers=kwargs,
    )
    if request.method == "POST":
        visit.key = request.POST.get("idempotency_key", "")
        visit.body = _body(request)
    return visit


def _introduce(request: Any, visit: Visit, proofs: Proofs) -> None:
    # Before the policy is asked, so that a refusal too is shown in the page's frame.
    request.actor, request.membership = visit.actor, visit.membership
    request.clinic, request.proofs = visit.clinic, proofs


def _body(request: HttpRequest) -> bytes:
    pairs = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in SECRET_FIELDS
        for value in values
    ]
    return digest_of(pairs)


def _run(
    visit: Visit,
    view: Callable[..., ViewResponse],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> HttpResponse:
    request: Any = visit.request
    request.record_access = _saw(visit)
    answer = view(request, *args, **kwargs)
    visit.actor = request.actor  # a patient page learns who it serves on the way
    if isinstance(answer, Refused):
        return error_pages.document(request, refusal(answer), answer.status)
    return answer


def _saw(visit: Visit) -> Callable[..., None]:
    def saw(
        *patient_ids: UUID | str, count: int | None = None, deliberate: bool = True
    ) -> None:
        visit.seen.add(*patient_ids, count=count, deliberate=deliberate)

    return saw


def current_membership(request: HttpRequest, user: User) -> Membership | None:
    """The clinic this browser works in: the chosen one, else the first."""
    found: Membership | None = sessions.chosen(
        selectors.memberships(user), request.session
    )
    return found


def choose_clinic(request: HttpRequest, clinic_id: int) -> bool:
    """Work at another of one's clinics from here on; False if it is not theirs."""
    user = request.user
    if not isinstance(user, User) or not selectors.membership_for(user, clinic_id):
        return False
    request.session[SESSION_CLINIC] = clinic_id
    return True


def name_of(request: HttpRequest) -> str:
    """The URL's name, which the access log keeps (never the path, which holds ids)."""
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


render_problems_with = error_pages.render_pages_with
