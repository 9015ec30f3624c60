"""The address at the foot of a mail: end such mail, or take that back.

Mail programs press it by themselves (RFC 8058), without cookies and without a page
before it; so the post is exempt from the check of forms, and only a post acts.
"""

from django.views.decorators.csrf import csrf_exempt

from clinics.web.views import PublicRequest, ViewResponse, public_page
from notifications.services import mail_stops
from pages.patient.visitor import is_switch, notice, show, unknown


@csrf_exempt
@public_page
def stop(request: PublicRequest, token: str) -> ViewResponse:
    contact = mail_stops.contact_of(token)
    if contact is None:
        return unknown(request)
    clinic, patient = contact.patient.clinic, contact.patient
    if request.method != "POST" or is_switch(request):
        context = {"switch_form": "form"}
        return show(request, "mail_stop", context, clinic=clinic, patient=patient)
    if request.POST.get("again"):
        mail_stops.start(contact, now=request.now)
        return notice(request, "mail_again", clinic=clinic, patient=patient)
    mail_stops.stop(contact, now=request.now)
    return show(request, "mail_stopped", {}, clinic=clinic, patient=patient)
