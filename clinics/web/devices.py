"""Browsers that staff have signed in with before: a signed cookie says whose.

It opens nothing. A wrong password from such a browser is counted by itself, so that
what strangers try elsewhere never stops the person who uses it.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from clinics.models import User

SALT = "clinics.known-device"
KEPT_SECONDS = 180 * 24 * 60 * 60
# A computer on a ward knows all who work there; a cookie has room for so many.
MOST_PEOPLE = 60
# Set on the request of a sign-in that succeeded: the answer remembers the browser.
SIGNED_IN = "signed_in_user_id"


def cookie_name() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def known_to(request: HttpRequest, account: str) -> str:
    """The id of the browser if `account` (an e-mail) signed in with it; else ""."""
    device, people = _read(request)
    if not people:
        return ""
    user_id = User.objects.filter(email=account).values_list("pk", flat=True).first()
    return device if user_id in people else ""


def note_sign_in(request: HttpRequest, user_id: int) -> None:
    """Have the answer to this request remember the browser as this person's."""
    setattr(request, SIGNED_IN, user_id)


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie after a sign-in that succeeded; the latest people are kept."""
    user_id = getattr(request, SIGNED_IN, None)
    if user_id is None:
        return
    device, people = _read(request)
    others = [one for one in people if one != user_id]
    latest = [*others, user_id][-MOST_PEOPLE:]
    response.set_cookie(
        cookie_name(),
        signing.dumps([device or secrets.token_urlsafe(16), latest], salt=SALT),
        max_age=KEPT_SECONDS,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[int]]:
    signed = request.COOKIES.get(cookie_name(), "")
    try:
        content: Any = signing.loads(signed, salt=SALT, max_age=KEPT_SECONDS)
        device, people = content
        return str(device), [int(one) for one in people]
    except (signing.BadSignature, TypeError, ValueError):
        return "", []
