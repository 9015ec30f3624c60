"""Short ways to act on visits in these tests."""

from core.models import JournalEntry
from scheduling.absences import conflicts
from scheduling.absences import services as absences
from scheduling.booking import book, holds
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes

DAY_END = NINE + minutes(8 * 60)
WHO = {"by": BY, "now": NOW}


def live(owner):
    return owner.reservations.filter(released_at=None)


def act(verb, appointment, **rest):
    """An act on a visit; one that has to say why at short notice does."""
    known = {"version": appointment.version, "by": BY, "now": NOW}
    if verb in {book.cancel, book.move, book.reassign}:
        known["reason"] = "patient asked"
    return verb(appointment_id=appointment.pk, **{**known, **rest})


def at_hold(at, **fields):
    fields = {
        "visit_type": "consultation",
        "start": NINE,
        "by": BY,
        "now": NOW,
        **fields,
    }
    return holds.hold(clinic_id=at.clinic.pk, **fields)


def last_entry(stream):
    return JournalEntry.objects.filter(stream=stream).order_by("seq").last()


def away(at, **fields):
    fields = {"start": NINE, "end": DAY_END, "kind": "ill", **fields}
    resource = fields.pop("resource_id", None) or at.one("clinician").pk
    return absences.open_absence(
        clinic_id=at.clinic.pk, resource_id=resource, **WHO, **fields
    )


def keep(conflict, reason="the patient is on the way", **fields):
    return conflicts.keep(
        conflict_id=conflict.pk,
        clinic_id=conflict.appointment.clinic_id,
        reason=reason,
        **{**WHO, **fields},
    )
