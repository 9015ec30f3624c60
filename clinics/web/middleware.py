"""Middleware: a request's id, limits of its session, no place in any cache."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from clinics.web import devices, error_views
from core.clock import real_now
from core.db import is_unreachable
from core.postgres import patient_for

GetResponse = Callable[[HttpRequest], HttpResponse]

STARTED_AT = "started_at"
# For one answer of the database. A request asks for the time once more at most, to
# connect anew, and has to be answered within ten.
PATIENCE_SECONDS = 5.0
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


def known_devices(get_response: GetResponse) -> GetResponse:
    """After a sign-in, remember the browser as one of this person's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        devices.remember(request, response)
        return response

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


def lost_database(get_response: GetResponse) -> GetResponse:
    """Tell 503 where a view outside of every unit of work lost the database.

    Nobody in front of a browser waits for a server that does not answer.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        with patient_for(PATIENCE_SECONDS):
            return get_response(request)

    def process_exception(
        request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        if not is_unreachable(error):
            return None
        return error_views.told(request, error_views.lost(request))

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def same_method_on(get_response: GetResponse) -> GetResponse:
    """Send a write on with 308: after a 301 it would come back as a GET."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 301 and request.method not in ("GET", "HEAD"):
            response.status_code = 308
        return response

    return middleware


def private_by_default(get_response: GetResponse) -> GetResponse:
    """No browser, proxy or search engine keeps anything but static files."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store, private")
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response

    return middleware
