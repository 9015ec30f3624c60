"""Preferences of a patient: language, channel, and what is to stop."""

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from clinics.web.views import PublicRequest, ViewResponse, public_page
from notifications.domain import catalogue, replies
from notifications.selectors.opt_outs import among
from notifications.services import opt_outs
from pages.patient.entry import STOP_LASTS
from pages.patient.texts import LANGUAGES, TEXTS
from pages.patient.visitor import LANGUAGE_COOKIE, Visitor, language_of, show, shut
from pages.patient.visitor import visitor as who
from patients import selectors as patients
from patients.domain import masks
from patients.domain.consent_texts import CURRENT, WORDINGS
from patients.services import consents
from patients.services import patients as people

if TYPE_CHECKING:
    from patients.models import ContactPoint

PURPOSES = (replies.REMINDERS, replies.CHECK_INS)
MASKS = {"sms": masks.phone, "email": masks.email}


@public_page
def preferences(request: PublicRequest) -> ViewResponse:
    """One form; whatever is pressed counts at once."""
    visitor = who(request, "", STOP_LASTS)
    if visitor is None:
        return shut(request)
    if request.method != "POST":
        return _page(request, visitor, saved="saved" in request.GET)
    act = request.POST.get("act", "")
    if act in {"stop", "start"}:
        _stop_or_start_all(request, visitor, act)
    elif not _save(request, visitor):
        return _page(request, visitor, status=422)
    response = HttpResponseRedirect(f"{reverse('v:preferences')}?saved", status=303)
    if (chosen := request.POST.get("language", "")) in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, samesite="Lax", httponly=True)
    return response


def _page(
    request: PublicRequest, visitor: Visitor, *, saved: bool = False, status: int = 200
) -> ViewResponse:
    patient = visitor.patient
    language = language_of(request, patient)
    words = TEXTS[language]
    points = patients.contacts(patient)
    stopped = among((channel, point.value) for channel, point in points.items())
    scopes = {scope for found in stopped.values() for scope in found}
    silent = {
        channel
        for channel, point in points.items()
        if replies.ALL in stopped.get((channel, point.value), ())
    }
    context = {
        "saved": saved,
        "error": words["prefs_missing"] if status != 200 else "",
        "error_page": status != 200,
        "languages": [
            (code, name, code == language) for code, name in LANGUAGES.items()
        ],
        "channels": _channels(visitor, points, silent, language),
        "purposes": [
            (scope, words[f"prefs_{scope}"], scope not in scopes) for scope in PURPOSES
        ],
        "all_stopped": bool(points) and silent == points.keys(),
        "some_stopped": bool(silent),
    }
    return show(
        request,
        "preferences",
        context,
        clinic=visitor.clinic,
        patient=patient,
        status=status,
    )


def _channels(
    visitor: Visitor, points: "dict[str, ContactPoint]", silent: set[str], language: str
) -> list[dict[str, Any]]:
    """The ways there are, with the words agreed to; the one in use is chosen."""
    words = TEXTS[language]
    agreed = patients.consents(visitor.patient) - silent
    usable = [c for c in catalogue.CHANNELS if c in points and c in agreed]
    wish = visitor.patient.preferred_channel
    chosen = wish if wish in {*usable, "call"} else (usable or ["call"])[0]
    found = [
        {
            "value": channel,
            "label": words[f"prefs_{channel}"].format(
                to=MASKS[channel](points[channel].value).replace(
                    " ", "\N{NO-BREAK SPACE}"
                )
            ),
            "wording": ""
            if channel in agreed
            else WORDINGS[CURRENT[channel]][language],
            "on": channel == chosen,
        }
        for channel in catalogue.CHANNELS
        if channel in points
    ]
    call = {"value": "call", "label": words["prefs_call"], "on": chosen == "call"}
    return [*found, call]


def _save(request: PublicRequest, visitor: Visitor) -> bool:
    """Keep what was chosen; False if something is missing."""
    assert request.actor is not None
    patient = visitor.patient
    points = patients.contacts(patient)
    channel = request.POST.get("channel", "")
    language = request.POST.get("language", "")
    if channel not in {*points, "call"} or language not in LANGUAGES:
        return False
    stamp: dict[str, Any] = {"by": request.actor, "now": request.now}
    people.amend(
        patient_id=patient.pk,
        version=patient.version,
        changes=people.Changes(language=language, preferred_channel=channel),
        **stamp,
    )
    if channel != "call":
        _agree(patient.pk, channel, points[channel].value, stamp)
    wanted = set(request.POST.getlist("purpose"))
    for way, point in points.items():
        ended = among([(way, point.value)]).get((way, point.value), frozenset())
        for scope in PURPOSES:
            if (scope in wanted) == (scope not in ended):
                continue
            act = opt_outs.start_for if scope in wanted else opt_outs.stop_for
            act(patient_id=patient.pk, channel=way, scope=scope, source="page", **stamp)
    return True


def _agree(patient_id: Any, channel: str, address: str, stamp: dict[str, Any]) -> None:
    """Whoever chooses a way has read its words and agrees to it."""
    patient = patients.patient(patient_id)
    if channel not in patients.consents(patient):
        consents.grant(patient_id=patient_id, channel=channel, **stamp)
    ended = among([(channel, address)]).get((channel, address), frozenset())
    if replies.ALL in ended:
        # What it was stopped for besides is chosen anew, beside it.
        opt_outs.start_for(
            patient_id=patient_id, channel=channel, source="page", **stamp
        )


def _stop_or_start_all(request: PublicRequest, visitor: Visitor, act: str) -> None:
    assert request.actor is not None
    do = opt_outs.stop_for if act == "stop" else opt_outs.start_for
    for channel in patients.contacts(visitor.patient):
        do(
            patient_id=visitor.patient.pk,
            channel=channel,
            source="page",
            by=request.actor,
            now=request.now,
        )
