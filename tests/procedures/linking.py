"""What tests of contacts and their visits do: book, move, cancel, and look."""

from core.refusal import Refused
from procedures.follow_up import contacts
from scheduling.booking import book
from scheduling.models import Appointment, Conflict
from tests.factories.clinics import NOW
from tests.factories.procedures import at

# A Tuesday: week 6 is from 20 October to 10 November, with a target on 27 October.
DAY = at("2026-09-15")
FIRST_OF_WEEK_6 = at("2026-10-20", "10:00")
IN_WEEK_6 = at("2026-10-27", "10:00")


def booked(outcome):
    assert isinstance(outcome, Appointment), outcome
    return outcome


def codes(outcome):
    assert isinstance(outcome, Refused), outcome
    return [reason.code for reason in outcome.reasons]


def book_contact(place, path, code="W6", start=IN_WEEK_6, visit_type="follow-up"):
    return book.book(
        clinic_id=place.clinic.pk,
        patient_id=path.patient_id,
        visit_type=visit_type,
        start=start,
        subject=f"episode:{path.pk}#{code}",
        by=place.actor("coordinator"),
        now=NOW,
    )


def move(place, appointment, start):
    appointment.refresh_from_db()
    return book.move(
        appointment_id=appointment.pk,
        start=start,
        version=appointment.version,
        by=place.actor("coordinator"),
        now=NOW,
    )


def cancel(place, appointment):
    return booked(
        book.cancel(
            appointment_id=appointment.pk, by=place.actor("coordinator"), now=NOW
        )
    )


def line(path, code="W6"):
    return next(one for one in contacts.lines(path) if one.code == code)


def conflicts(appointment):
    rows = Conflict.objects.filter(appointment=appointment).order_by("pk")
    return [(row.cause, row.resolution) for row in rows]


def open_detail(appointment):
    return Conflict.objects.get(appointment=appointment, resolved_at=None).detail
