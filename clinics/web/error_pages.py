"""Problems as responses: JSON for programs, a page for people."""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from clinics.models import Clinic
from core.problems import Problem

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"

Renderer = Callable[[HttpRequest, dict[str, Any], int], HttpResponse]


class BusyNow(Problem):
    code = "busy"
    status = 503
    title = "Others are changing this right now"

    def __init__(self) -> None:
        super().__init__("Nothing was changed. Try again in a moment.")


class NoDatabase(Problem):
    """Lost before anything was saved."""

    code = "database-unavailable"
    status = 503
    title = "The database cannot be reached"
    headers: Mapping[str, str] = MappingProxyType({"Retry-After": "5"})

    def __init__(self) -> None:
        super().__init__("Nothing was changed. Try again in a moment.")


class MaybeSaved(Problem):
    """The connection broke while the work was being saved."""

    code = "maybe-saved"
    status = 503
    title = "This may have been saved, or not"
    headers: Mapping[str, str] = MappingProxyType({"Retry-After": "5"})

    def __init__(self, *, keyed: bool) -> None:
        remedy = (
            "Send it again with the same key: it is carried out once, and the answer"
            " is the first one's."
            if keyed
            else "Look whether it is there before you send it again."
        )
        super().__init__(f"The database was lost while saving. {remedy}")


class OtherClinic(Problem):
    """Sent from a page of one clinic by a browser that works at another by now."""

    code = "other-clinic"
    status = 409
    title = "This page is of another clinic"

    def __init__(self, here: Clinic) -> None:
        super().__init__(
            f"You work at {here.name} since this page was loaded, so nothing was"
            " changed. Switch back to go on with it, or load it again."
        )


def plain_page(
    request: HttpRequest, document: dict[str, Any], status: int
) -> HttpResponse:
    """Return a page of plain text, for when no app has registered a better one."""
    text = f"{document['title']}\n\n{document['detail']}\n"
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


_render_page: Renderer = plain_page


def render_pages_with(renderer: Renderer) -> None:
    """Let `pages` show problems in its own shell: (request, document, status)."""
    global _render_page
    _render_page = renderer


def problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return headed(document(request, error.body(), error.status), error)


def headed(answer: HttpResponse, error: Problem) -> HttpResponse:
    """Add the headers that a problem wants to its response."""
    for name, value in error.headers.items():
        answer[name] = value
    return answer


def document(request: HttpRequest, body: dict[str, Any], status: int) -> HttpResponse:
    """Return a problem document as JSON under /api/, else as a page."""
    if is_api(request):
        response: HttpResponse = JsonResponse(
            body, status=status, content_type=PROBLEM_JSON
        )
    else:
        response = _page(request, body, status)
    return _headed(response)


def is_api(request: HttpRequest) -> bool:
    """Return True for a path of the API, however many slashes it begins with."""
    return request.path.lstrip("/").startswith("api/") or request.path == "/api"


def _page(request: HttpRequest, body: dict[str, Any], status: int) -> HttpResponse:
    try:
        return _render_page(request, body, status)
    except DatabaseError as error:
        if status != 503:
            raise
        # The page's frame asks the database, too.
        log.warning(
            "the page of a problem could not be shown",
            extra={"fault": type(error).__name__},
        )
        return plain_page(request, body, status)


def _headed(response: HttpResponse) -> HttpResponse:
    if response.status_code == 503:
        response["Retry-After"] = "1"
    if response.status_code == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response
