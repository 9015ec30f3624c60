"""What every request gets: an id, limits of its session, and no place in any cache."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from core.clock import real_now

GetResponse = Callable[[HttpRequest], HttpResponse]

STARTED_AT = "started_at"
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,36}")


def request_id(get_response: GetResponse) -> GetResponse:
    """Give each request an id, or take the proxy's; the answer repeats it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.id = given if REQUEST_ID.fullmatch(given) else str(uuid.uuid4())  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response

    return middleware


def session_limits(get_response: GetResponse) -> GetResponse:
    """End a session 12 hours after sign-in; renew its 15 minutes at each act.

    A page that refreshes itself (`seen=` in a GET) is nobody's act: an unattended
    screen goes idle although it polls.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _limit(request)
        return get_response(request)

    return middleware


def _limit(request: HttpRequest) -> None:
    started = request.session.get(STARTED_AT)
    now = real_now().timestamp()
    if started is None:
        request.session[STARTED_AT] = now
    elif now - started > settings.SESSION_ABSOLUTE_AGE:
        logout(request)
        return
    if not (request.method == "GET" and "seen" in request.GET):
        request.session.modified = True


def private_by_default(get_response: GetResponse) -> GetResponse:
    """No browser, proxy or search engine keeps anything but static files."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store, private")
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response

    return middleware
