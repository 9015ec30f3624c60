"""Whether an act fits the state a visit is in, in words."""

from datetime import datetime

from core.refusal import Reason
from scheduling.domain.status import Act, Status, why_not
from scheduling.models import Appointment


def reason_against(appointment: Appointment, act: Act, now: datetime) -> Reason | None:
    """None if it can be done now."""
    if text := why_not(Status(appointment.status), act):
        return Reason("status", text)
    if act is Act.NO_SHOW and now < appointment.start:
        return Reason(
            "not-yet",
            "The visit has not begun yet, so the patient can still come.",
            "Wait until the visit was due, or cancel it.",
        )
    return None
