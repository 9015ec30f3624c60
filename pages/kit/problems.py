"""A refusal, a missing thing, a busy moment: the page that says so and what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from clinics.web.views import SECRET_FIELDS

# A fuller page for one code of problem, registered by the screen that knows it.
Special = Callable[[HttpRequest, Mapping[str, Any], int], HttpResponse]
_special: dict[str, Special] = {}

STAFF, PATIENT, ENTRANCE = (
    "pages/staff/base.html",
    "pages/patient/base.html",
    "pages/entrance.html",
)


def page_for(code: str) -> Callable[[Special], Special]:
    """Register the page of a problem's code: (request, document, status)."""

    def register(view: Special) -> Special:
        _special[code] = view
        return view

    return register


def render_problem(
    request: HttpRequest, document: dict[str, Any], status: int
) -> HttpResponse:
    """Return the page shown instead of a view's own response."""
    special = _special.get(str(document.get("code")))
    if special is not None:
        return special(request, document, status)
    return render(
        request, "pages/problem.html", context(request, document), status=status
    )


def context(request: HttpRequest, document: Mapping[str, Any]) -> dict[str, Any]:
    """The problem in words, and the ways on from it."""
    return {
        "shell": _shell(request),
        "status": document["status"],
        "title": document["title"],
        "detail": document["detail"] if not document.get("reasons") else "",
        "reasons": document.get("reasons", ()),
        "errors": document.get("errors", ()),
        "request_id": getattr(request, "id", ""),
        **_ways_on(request, int(document["status"])),
    }


@page_for("database-unavailable")
@page_for("maybe-saved")
def _without_database(
    request: HttpRequest, document: Mapping[str, Any], status: int
) -> HttpResponse:
    """A page whose frame asks the database nothing: neither who is there nor where."""
    said = {**context(request, _for_people(request, document)), "shell": ENTRANCE}
    page = render_to_string("pages/problem.html", said)
    return HttpResponse(page, status=status)


@page_for("in-progress")
def _in_progress(
    request: HttpRequest, document: Mapping[str, Any], status: int
) -> HttpResponse:
    """The second press of a button while the first is still at work."""
    said = context(request, _for_people(request, document))
    return render(request, "pages/problem.html", said, status=status)


@page_for("other-clinic")
def _other_clinic(
    request: HttpRequest, document: Mapping[str, Any], status: int
) -> HttpResponse:
    """Return a page with what was entered and the way back; its core alone for htmx."""
    said = context(request, document) | {"entered": _entered(request)}
    if "HX-Request" in request.headers:
        part = "pages/components/other_clinic.html"
        said |= {"alert_title": document["title"]}
        return render(request, part, said, status=status)
    return render(request, "pages/other_clinic.html", said, status=status)


def _entered(request: HttpRequest) -> list[tuple[str, str]]:
    """Label and value of each filled field of a form that is not taken; no secrets."""
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, values in request.POST.lists()
        if name not in SECRET_FIELDS and "password" not in name
        for value in values
        if value.strip()
    ]


# What a program does with its key, a person does with the form that holds it.
IN_PROGRESS = {
    "title": "This is still being done",
    "detail": "Wait a moment, then look whether it is there. If not, go back and press"
    " the button again: it is done once.",
}
SENT_WITH_A_KEY = {
    "detail": "The database was lost while saving. Go back in a moment and press the"
    " button again: it is done once."
}


def _for_people(request: HttpRequest, document: Mapping[str, Any]) -> Mapping[str, Any]:
    if document["code"] == "in-progress":
        return {**document, **IN_PROGRESS}
    if document["code"] == "maybe-saved" and "idempotency_key" in request.POST:
        return {**document, **SENT_WITH_A_KEY}
    return document


def _shell(request: HttpRequest) -> str:
    if getattr(request, "clinic", None) is not None:
        return STAFF
    return PATIENT if request.path.startswith(("/v/", "/enquire/")) else ENTRANCE


def _ways_on(request: HttpRequest, status: int) -> dict[str, str]:
    ways: dict[str, str] = {}
    if status == 503 and request.method == "GET":
        ways |= {"again": request.get_full_path(), "again_label": "Try again"}
    if getattr(request, "clinic", None) is not None:
        ways |= {"home": reverse("staff:home"), "home_label": "Back to the start"}
    elif request.path.startswith("/account/"):
        ways |= {"home": reverse("account_login"), "home_label": "Back to sign in"}
    elif not request.path.startswith(("/v/", "/enquire/")):
        ways |= {"home": reverse("root"), "home_label": "Back to the start"}
    return ways
