"""A link's first page: opening it changes nothing and shows nobody's data."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect, QueryDict
from django.urls import reverse

from clinics import selectors as clinics
from clinics.web.views import PublicRequest, ViewResponse, public_page
from core.actor import Actor
from notifications.services import asking
from pages.patient.texts import TEXTS
from pages.patient.visitor import (
    THANKS_LAST,
    ended,
    find_open,
    is_switch,
    language_of,
    notice,
    page_of,
    remember,
    show,
    unknown,
)
from patients.services import links

if TYPE_CHECKING:
    from patients.models import PatientLink


# The way to stop messages outlives what they were about.
STOP_LASTS = timedelta(days=60)


@public_page
def entry(request: PublicRequest, token: str) -> ViewResponse:
    return _open(request, token)


@public_page
def preferences(request: PublicRequest, token: str) -> ViewResponse:
    """The same door to what is sent, by the link of any message."""
    return _open(request, token, "settings", STOP_LASTS)


def _open(
    request: PublicRequest,
    token: str,
    purpose: str = "",
    overdue: timedelta = timedelta(0),
) -> ViewResponse:
    link = find_open(token, request.now, overdue)
    if link is None:
        return _ended(request, token)
    clinic = clinics.clinic(link.patient.clinic_id)
    if link.locked_at:
        return notice(request, "locked", clinic=clinic, status=403)
    if request.method == "POST" and not is_switch(request):
        return _prove(request, token, link, purpose, overdue)
    context = {"typed": _typed(request), "switch_form": "form"}
    return show(request, "entry", context, clinic=clinic)


@public_page
def new_link(request: PublicRequest, token: str) -> ViewResponse:
    """Ask for a new link in place of one that has ended.

    The answer is the same whatever follows: the link itself goes only to the number
    or address we know.
    """
    link = links.find_ended(token, request.now)
    if link is None:
        return (
            unknown(request)
            if links.find(token, request.now) is None
            else HttpResponseRedirect(reverse("v:entry", args=[token]), status=303)
        )
    if request.method == "POST" and not is_switch(request):
        asking.ask_new_link(link, now=request.now)
        # Shown by a page of its own: loading it again asks for nothing.
        return HttpResponseRedirect(request.path, status=303)
    return notice(request, "new_link", clinic=link.patient.clinic)


def _ended(request: PublicRequest, token: str) -> ViewResponse:
    """An ended link names its clinic; one that is none of ours names them all."""
    link = links.find_ended(token, request.now)
    if link is None:
        return unknown(request)
    return ended(request, link, token)


def _prove(
    request: PublicRequest,
    token: str,
    link: "PatientLink",
    purpose: str,
    overdue: timedelta,
) -> ViewResponse:
    born = _birth_date(request.POST)
    if born is None:
        return _again(request, link, "birth_missing")
    # The link opens what it opens: that was looked at before.
    proof = links.prove_birth_date(
        token=token,
        birth_date=born,
        overdue=max(overdue, THANKS_LAST),
        now=request.now,
    )
    match proof:
        case links.Proved(patient=patient):
            request.actor = Actor("patient", str(patient.pk), role="patient")
            response = HttpResponseRedirect(
                page_of(purpose or link.purpose), status=303
            )
            remember(response, token)
            return response
        case links.Wrong(left=left):
            return _again(request, link, "birth_wrong", left=left)
        case links.Locked():
            clinic = clinics.clinic(link.patient.clinic_id)
            return notice(request, "locked", clinic=clinic, status=403)
        case _:
            return _ended(request, token)


def _again(
    request: PublicRequest, link: "PatientLink", error: str, **said: object
) -> ViewResponse:
    language = language_of(request)
    other = "es" if language == "en" else "en"
    # A wrong date is answered 403, which commits: the try counts.
    status = 403 if error == "birth_wrong" else 422
    context = {
        "error": TEXTS[language][error].format(**said),
        "also_error": TEXTS[other][error].format(**said),
        "error_page": True,
        "typed": _typed(request),
        "switch_form": "form",
    }
    clinic = clinics.clinic(link.patient.clinic_id)
    return show(request, "entry", context, clinic=clinic, status=status)


PARTS = ("month", "day", "year")


def _typed(request: PublicRequest) -> dict[str, str]:
    return {name: request.POST.get(f"birth_{name}", "") for name in PARTS}


def _birth_date(post: QueryDict) -> date | None:
    try:
        month, day, year = (int(post.get(f"birth_{part}", "")) for part in PARTS)
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None
