"""The demo's mailbox: what each person's phone or inbox received."""

from django.conf import settings
from django.template.response import TemplateResponse

from clinics.services.doors import Answer, StaffRequest, page
from core.problems import NotFound
from notifications import selectors
from pages import numbers, states

ROWS = 30


@page(action="message.read")
def mailbox(request: StaffRequest) -> Answer:
    """Only in a demo: it shows links that belong to the patient alone."""
    if not settings.DEMO:
        raise NotFound("There is a mailbox only in a demo.")
    number = max(1, numbers.read(request.GET.get("page", ""), 1))
    first = (number - 1) * ROWS
    rows = list(selectors.mailbox(request.clinic.pk)[first : first + ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    ids = {row.patient_id for row in rows if row.patient_id}
    request.saw(*ids, count=len(ids), deliberate=False)
    context = {
        "items": [
            {
                "who": row.patient.full_name if row.patient else str(row.user or ""),
                "address": row.address,
                "channel": states.CHANNELS.get(row.channel, row.channel),
                "is_text": row.channel == "sms",
                "title": row.title,
                "body": row.body,
                "at": row.received_at,
            }
            for row in rows
        ],
        "next_address": f"?page={number + 1}" if more else "",
    }
    return TemplateResponse(request, "pages/staff/mailbox.html", context)
