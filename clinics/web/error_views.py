"""Django's error views: no such address, a bad request, our own mistake.

Programs get problem+json under /api/, people a page in words. `config.urls` and the
settings name these views.
"""

import logging
import sys
from typing import Any

from django.http import HttpRequest, HttpResponse

from clinics.models import User
from clinics.web import error_pages
from clinics.web.pipeline import SAFE, is_pending
from clinics.web.views import LEFT_CLINIC, current_membership
from core.db import is_unreachable
from core.problems import NotFound, Problem

log = logging.getLogger(__name__)


class BadRequest(Problem):
    code = "bad-request"
    title = "This request cannot be understood"

    def __init__(self) -> None:
        super().__init__("Go back, load the page again, and repeat.")


class Forbidden(Problem):
    code = "forbidden"
    status = 403
    title = "You may not do this"

    def __init__(self) -> None:
        super().__init__("Ask an administrator of your clinic if you need to.")


class Expired(Problem):
    """The form's protection against other sites does not match this browser."""

    code = "form-expired"
    status = 403
    title = "This form is too old to be sent"

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed. Go back, load the page again, and repeat."
        )


class OwnMistake(Problem):
    code = "internal-error"
    status = 500
    title = "Something went wrong here"

    def __init__(self) -> None:
        super().__init__("It is not your fault, and nothing was changed. Try again.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return told(request, BadRequest())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return told(request, Forbidden())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return told(request, NotFound("Check the address, or go back to the start."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own mistake, or a database that was lost outside of a unit of work."""
    # Django calls this while it handles the exception.
    error = sys.exc_info()[1]
    if error is not None and is_unreachable(error):
        return told(request, lost(request))
    return told(request, OwnMistake())


def lost(request: HttpRequest) -> Problem:
    """The database was lost; once a view has begun, nobody knows how far it got."""
    begun = request.resolver_match is not None and not is_pending(request)
    if request.method in SAFE or not begun:
        return error_pages.NoDatabase()
    key = request.headers.get("Idempotency-Key") or request.POST.get("idempotency_key")
    return error_pages.MaybeSaved(keyed=bool(key))


def csrf_failure(request: Any, reason: str = "") -> HttpResponse:
    """Refuse a form whose token does not fit, in words for what has most likely been.

    In a session that has switched clinics that is a page loaded before the switch.
    """
    if isinstance(request.user, User) and LEFT_CLINIC in request.session:
        membership = current_membership(request)
        if membership is not None:
            # For the page's frame, which names the clinic worked at now.
            request.membership, request.clinic = membership, membership.clinic
            return told(request, error_pages.OtherClinic(membership.clinic))
    return told(request, Expired())


def told(request: HttpRequest, problem: Problem) -> HttpResponse:
    try:
        return error_pages.problem(request, problem)
    except Exception as error:  # noqa: BLE001
        # What broke the request may break the page's frame as well. No message: it
        # could quote what was sent.
        log.error(  # noqa: TRY400
            "the page of a problem could not be shown",
            extra={"fault": type(error).__name__},
        )
        return error_pages.headed(
            error_pages.plain_page(request, problem.body(), problem.status), problem
        )
