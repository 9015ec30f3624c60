"""Places that attempts at an account come from, read from requests."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from clinics.domain.attempt_limits import Place
from clinics.web import devices, senders

# In a session's data: the place of its attempts, once its key has changed.
SESSION_PLACE = "place_of_attempts"
# Set on a request that stands for a place of its own, such as a colleague's session.
PLACE = "place_of_attempt"


def place_of(request: HttpRequest, account: str) -> Place:
    """Return the place an attempt at `account` (an e-mail address) comes from.

    It is the account's own live session, a browser it signed in with before, or else
    the network.
    """
    given = getattr(request, PLACE, None)
    if isinstance(given, Place):
        return given
    user = getattr(request, "user", None)
    if isinstance(user, AbstractBaseUser) and user.get_username() == account:
        return session_place(request)
    return outside_place(request, account)


def outside_place(request: HttpRequest, account: str) -> Place:
    """Return the place of a stranger: a browser known to `account`, or a network."""
    device = devices.known_to(request, account)
    if device:
        return Place("device", device)
    return Place("network", senders.network(request))


def session_place(request: HttpRequest) -> Place:
    """Return the live session a request belongs to as a place."""
    kept = request.session.get(SESSION_PLACE)
    return Place("session", kept or request.session.session_key or "")


def keep_session_place(request: HttpRequest) -> None:
    """Let a session be one place of attempts although its key is about to change.

    Otherwise whoever sits at an unattended screen could switch clinics to have more
    tries.
    """
    request.session.setdefault(SESSION_PLACE, request.session.session_key)
