"""The demo's mailbox: what each person's phone or inbox received."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.template.response import TemplateResponse

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import NotFound
from notifications import selectors
from pages.kit import numbers, states

ROWS = 30


@page(action="message.read")
def mailbox(request: StaffRequest) -> ViewResponse:
    """Only in a demo: it shows links that belong to the patient alone."""
    if not settings.DEMO:
        raise NotFound("There is a mailbox only in a demo.")
    number = max(1, numbers.read(request.GET.get("page", ""), 1))
    first = (number - 1) * ROWS
    patient_id = _patient(request)
    found = selectors.mailbox(request.clinic.pk, patient_id=patient_id)
    rows = list(found[first : first + ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    ids = {row.patient_id for row in rows if row.patient_id}
    request.record_access(*ids, count=len(ids), deliberate=False)
    context = {
        "items": [
            {
                "who": row.patient.full_name if row.patient else str(row.user or ""),
                "of_one": f"?patient={row.patient_id}" if row.patient_id else "",
                "address": row.address,
                "channel": states.CHANNELS.get(row.channel, row.channel),
                "is_text": row.channel == "sms",
                "title": row.title,
                "body": row.body,
                "at": row.received_at,
            }
            for row in rows
        ],
        "of_one": patient_id is not None,
        "next_address": _next(number + 1, patient_id) if more else "",
    }
    return TemplateResponse(request, "pages/staff/messages/mailbox.html", context)


def _patient(request: StaffRequest) -> UUID | None:
    """The one whose whole year is to be read, if any."""
    try:
        return UUID(request.GET.get("patient", ""))
    except ValueError:
        return None


def _next(number: int, patient_id: UUID | None) -> str:
    of_one = {"patient": patient_id} if patient_id else {}
    return f"?{urlencode({**of_one, 'page': number})}"
