"""What tests of repair plans do: plan, carry out, take back, and look."""

from functools import partial

from core.db import unit_of_work
from patients.models import Task
from patients.services import consents
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, RepairPlan, Reservation
from scheduling.repair import execution
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, away

EIGHT = NINE - minutes(60)
SOON = NOW + minutes(1)
TWO = {**make.ONE_OF_EACH, "clinician": 2, "consult_room": 2}


def a_plan(at, ill, *offsets):
    """Visits of the clinician who is ill at these minutes after nine, and a plan."""
    for offset in offsets:
        at.book(clinician=ill.pk, start=NINE + minutes(offset))
    absence = away(at, resource_id=ill.pk, start=EIGHT)
    return repair.propose(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)


def start(plan, **fields):
    fields = {"version": plan.version, **WHO, **fields}
    return unit_of_work(
        partial(execution.start, plan_id=plan.pk, clinic_id=plan.clinic_id, **fields)
    )


def carry_on(plan, now=NOW):
    execution.carry_on(plan_id=plan.pk, now=now)
    plan.refresh_from_db()


def apply(plan):
    start(plan)
    carry_on(plan)


def undo(plan, now=SOON):
    start_undo(plan, now)
    carry_on(plan, now)


def states(plan):
    return list(plan.lines.order_by("position").values_list("state", flat=True))


def who_serves(kind="clinician"):
    rows = Reservation.objects.filter(
        released_at=None, appointment__isnull=False, resource__kind=kind
    )
    return set(rows.values_list("resource", flat=True))


def check_clean():
    assert booking_checks.findings(NOW) == []


def start_undo(plan, now):
    return unit_of_work(
        partial(
            execution.undo,
            plan_id=plan.pk,
            clinic_id=plan.clinic_id,
            version=RepairPlan.objects.get(pk=plan.pk).version,
            by=WHO["by"],
            now=now,
        )
    )


def reach(at):
    """Everybody agreed to texts."""
    for patient in {visit.patient for visit in Appointment.objects.all()}:
        consents.grant(patient_id=patient.pk, channel="sms", **WHO)


def as_booked():
    visits = Appointment.objects.order_by("pk").values_list("pk", "during", "status")
    taken = Reservation.objects.filter(released_at=None, appointment__isnull=False)
    return list(visits), sorted(
        taken.values_list("appointment", "resource", "period", "need")
    )


def moved_plan(at, ill, other):
    """One visit moves to the next day, as nobody else is free."""
    away(at, resource_id=other.pk, start=EIGHT)
    return a_plan(at, ill, 0, 60)


class Killed(BaseException):
    """The process ends here."""


def call_of(line):
    return Task.objects.get(
        kind="call_patient", subject=f"conflict:{line.conflict_id}", done_at=None
    )
