"""Short ways to act on visits in these tests."""

from core.models import JournalEntry
from scheduling.services import holds
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE


def live(owner):
    return owner.reservations.filter(released_at=None)


def act(verb, appointment, **rest):
    known = {"version": appointment.version, "by": BY, "now": NOW}
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
