"""What went wrong, as JSON for programs and as a page for people."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from core.problems import Problem

PROBLEM_JSON = "application/problem+json"

Renderer = Callable[[HttpRequest, dict[str, Any], int], HttpResponse]


class BusyNow(Problem):
    code = "busy"
    status = 503
    title = "Others are changing this right now"

    def __init__(self) -> None:
        super().__init__("Nothing was changed. Try again in a moment.")


def plain_page(
    request: HttpRequest, document: dict[str, Any], status: int
) -> HttpResponse:
    """The page when no app has registered a better one."""
    text = f"{document['title']}\n\n{document['detail']}\n"
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


_render_page: Renderer = plain_page


def render_pages_with(renderer: Renderer) -> None:
    """Let `pages` show problems in its own shell: (request, document, status)."""
    global _render_page
    _render_page = renderer


def problem(request: HttpRequest, error: Problem) -> HttpResponse:
    answer = document(request, error.body(), error.status)
    for name, value in error.headers.items():
        answer[name] = value
    return answer


def document(request: HttpRequest, body: dict[str, Any], status: int) -> HttpResponse:
    """A problem document as the caller can read it: JSON under /api/, else a page."""
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(
            body, status=status, content_type=PROBLEM_JSON
        )
    else:
        response = _render_page(request, body, status)
    return _headed(response)


def _headed(response: HttpResponse) -> HttpResponse:
    if response.status_code == 503:
        response["Retry-After"] = "1"
    if response.status_code == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response
