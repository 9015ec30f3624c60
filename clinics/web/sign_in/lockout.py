"""Lock-out: its counts, and the words for a locked person.

axes asks us before each password is tried and tells us of each that was wrong; the
counting itself is in `wrong_attempts`.
"""

from typing import Any

from axes.handlers.base import AxesHandler
from django.http import HttpRequest, HttpResponse

from clinics.models import User
from clinics.services import wrong_attempts
from clinics.web import attempt_places, devices, error_pages, senders
from clinics.web.presence import LockedOut

LOCKED = "axes_locked_out"  # what the middleware of axes answers for
# Set on a request of sign-in whose page asks for password and code together.
ASKS_BOTH = "asks_for_both"


def username(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Return the account an attempt is counted against: the e-mail in lower case.

    Sign-in and re-authentication pass `email`, the rest of Django `username`; mapped
    to one name, all ways in share one count.
    """
    given = credentials or {}
    name = given.get("email") or given.get("username")
    return str(name).strip().lower()[:255] if name else None


def address(request: HttpRequest) -> str | None:
    return senders.address(request) or None


def answer(
    request: HttpRequest, original: HttpResponse | None, credentials: object
) -> HttpResponse:
    """Return the response for anybody locked, known or not.

    Sign-in asks again: for password and code together.
    """
    if original is not None and getattr(request, ASKS_BOTH, False):
        original.status_code = 403
        return original
    return error_pages.problem(request, LockedOut())


class Handler(AxesHandler):  # type: ignore[misc]
    """Counts by account and place, instead of by one of the two alone."""

    def is_allowed(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> bool:
        account = username(request, credentials)
        if account is None:
            return True
        return not wrong_attempts.is_locked(
            account, attempt_places.place_of(request, account)
        )

    def user_login_failed(
        self,
        sender: object,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **_: Any,
    ) -> None:
        account = username(request, credentials) if request else None
        # Refused unread: nothing was tried, so nothing is counted.
        if request is None or account is None or getattr(request, LOCKED, False):
            return
        place = attempt_places.place_of(request, account)
        wrong_attempts.count(account, place)
        if wrong_attempts.is_locked(account, place):
            setattr(request, LOCKED, True)

    def user_logged_in(
        self, sender: object, request: HttpRequest | None, user: User, **_: Any
    ) -> None:
        if request is None:
            return
        place = attempt_places.outside_place(request, user.email)
        wrong_attempts.forgive(user.email, place)
        devices.note_sign_in(request, user.pk)

    def reset_attempts(
        self,
        *,
        ip_address: str | None = None,
        username: str | None = None,
        ip_or_username: bool = False,
    ) -> int:
        return wrong_attempts.forgive_everywhere(username) if username else 0
