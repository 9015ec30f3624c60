"""What the lock-out counts, and what a locked person is told."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from clinics.services import answers
from clinics.services.presence import LockedOut


def username(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """The account an attempt is counted against: always the e-mail, in lower case.

    Sign-in and re-authentication pass `email`, the rest of Django `username`; mapped
    to one name, all ways in share one count.
    """
    given = credentials or {}
    name = given.get("email") or given.get("username")
    return str(name).strip().lower()[:255] if name else None


def address(request: HttpRequest) -> str | None:
    """The peer's address. What a client writes into X-Forwarded-For counts nothing."""
    return request.META.get("REMOTE_ADDR") or None


def answer(
    request: HttpRequest, original: HttpResponse | None, credentials: object
) -> HttpResponse:
    """Instead of the sign-in page's own answer, for anybody locked, known or not."""
    return answers.problem(request, LockedOut())
