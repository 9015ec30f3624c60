"""The address at the foot of a mail: end such mail, all mail, or take that back.

Mail programs press it by themselves (RFC 8058), without cookies and without a page
before it; so the post is exempt from the check of forms, and only a post acts.
"""

from typing import TYPE_CHECKING

from django.views.decorators.csrf import csrf_exempt

from clinics.web.views import PublicRequest, ViewResponse, public_page
from notifications.domain import replies
from notifications.services import mail_stops
from pages.patient.texts import TEXTS
from pages.patient.visitor import is_switch, language_of, notice, show, unknown

if TYPE_CHECKING:
    from patients.models import Patient


@csrf_exempt
@public_page
def stop(request: PublicRequest, token: str) -> ViewResponse:
    found = mail_stops.read(token)
    if found is None:
        return unknown(request)
    contact, scope = found
    clinic, patient = contact.patient.clinic, contact.patient
    if request.method != "POST" or is_switch(request):
        context = {"switch_form": "form", **_words(request, patient, scope)}
        return show(request, "mail_stop", context, clinic=clinic, patient=patient)
    # Only the page's second button ends more than the mail was about.
    if replies.ALL in (request.POST.get("stop"), request.POST.get("again")):
        scope = replies.ALL
    if request.POST.get("again"):
        mail_stops.start(contact, scope, now=request.now)
        return notice(request, "mail_again", clinic=clinic, patient=patient)
    mail_stops.stop(contact, scope, now=request.now)
    context = _words(request, patient, scope)
    return show(request, "mail_stopped", context, clinic=clinic, patient=patient)


def _words(
    request: PublicRequest, patient: "Patient", scope: str
) -> dict[str, str | bool]:
    """The title, the text and the buttons, which name what such mail is."""
    words = TEXTS[language_of(request, patient)]
    of_all = scope == replies.ALL
    what = "" if of_all else words[f"mail_{scope}"]
    names = ("stop_title", "stop_text", "stop_button", "stopped_title", "stopped_text")
    return {
        **{
            name: words[f"mail_{name}" if of_all else f"mail_{name}_of"].format(
                what=what
            )
            for name in names
        },
        "scope": scope,
        "offers_all": not of_all,
    }
