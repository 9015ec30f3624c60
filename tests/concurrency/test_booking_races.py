"""Rivals for the same time: real connections, real commits, one winner each."""

from collections import Counter
from datetime import time, timedelta
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from core import clock, locks
from core.db import unit_of_work
from patients.services.patients import lock as lock_patient
from scheduling.booking import book as booking
from scheduling.booking import holds
from scheduling.booking.errors import PatientBusy, SlotTaken
from scheduling.booking.reserve import lock_resources
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, Resource
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests import lock_order
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.rivals import race

RIVALS = 8
CLIENTS = 24
ALWAYS = {weekday: [(time(0), time(0))] for weekday in range(7)}
DROP = """
ALTER TABLE scheduling_reservation DROP CONSTRAINT reservation_no_double_booking
"""
FOUR = ("clinician", "nurse", "technician", "consult_room")


def practice(counts):
    return make.practice(counts, hours=ALWAYS, ship=False)


def visit_of_four(at):
    """One phase of 20 minutes that needs four resources, named in no order of ids."""
    needs = tuple(NeedSpec((kind,)) for kind in reversed(FOUR))
    make.visit_type(at.clinic, PhaseSpec("Visit", 0, 20, needs))


def rival(at, patient, **fields):
    return partial(
        unit_of_work, partial(at.book, patient, visit_type="visit", **fields)
    )


def outcomes(results):
    return Counter(type(result).__name__ for result in results)


def test_rivals_for_more_resources_than_one_each_are_served_until_none_is_left(watch):
    at = practice(dict.fromkeys(FOUR, 3))
    visit_of_four(at)
    patients = [at.patient() for _ in range(RIVALS)]

    results = outcomes(race([rival(at, who, start=NINE) for who in patients]))

    assert results == {"Appointment": 3, "SlotTaken": RIVALS - 3}


def test_twenty_four_clients_book_one_patient_on_disjoint_resources(watch):
    at = practice({"clinician": CLIENTS})
    make.visit_type(at.clinic)
    patient = at.patient()
    key = people.api_key(people.membership("coordinator", at.clinic))
    clinicians = [resource.pk for resource in at.by_kind["clinician"]]
    start = next_morning()

    answers = race([partial(post, key, patient, start, pk) for pk in clinicians])

    codes = Counter((a.status_code, a.json().get("code")) for a in answers)
    assert codes == {(201, None): 1, (409, "patient-busy"): CLIENTS - 1}
    assert Appointment.objects.count() == 1


def next_morning():
    """Over REST the clock is real: the day after tomorrow, at nine."""
    return clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(2)


def post(key, patient, start, clinician):
    body = {
        "patient": str(patient.pk),
        "visit_type": "visit",
        "start": start.isoformat(),
        "clinician": clinician,
    }
    return Client().post(
        "/api/v1/appointments/",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )


@pytest.mark.usefixtures("without_locks")
def test_the_constraint_alone_keeps_overlaps_out():
    at = practice(dict.fromkeys(FOUR, 1))
    visit_of_four(at)
    patients = [at.patient() for _ in range(RIVALS)]
    total = Counter()

    for number in range(10):
        start = NINE + number * minutes(30)
        total += outcomes(race([rival(at, who, start=start) for who in patients]))

    assert total["Appointment"] == 10
    assert set(total) == {"Appointment", "SlotTaken"}


@pytest.mark.usefixtures("without_locks")
def test_the_patients_constraint_alone_keeps_double_visits_out():
    at = practice({"clinician": RIVALS})
    make.visit_type(at.clinic)
    patient = at.patient()
    clinicians = at.by_kind["clinician"]

    results = outcomes(
        race([rival(at, patient, start=NINE, clinician=c.pk) for c in clinicians])
    )

    assert results == {"Appointment": 1, "PatientBusy": RIVALS - 1}


def test_moves_that_cross_each_other_do_not_deadlock(watch):
    at = practice(dict.fromkeys(FOUR, 2))
    visit_of_four(at)
    visits = [
        at.book(visit_type="visit", start=NINE + number * minutes(30))
        for number in range(RIVALS)
    ]
    crossing = [
        partial(
            unit_of_work,
            partial(
                booking.move,
                appointment_id=visit.pk,
                start=visits[-number - 1].start,
                version=1,
                reason="patient asked",
                by=BY,
                now=NOW,
            ),
        )
        for number, visit in enumerate(visits)
    ]

    results = outcomes(race(crossing))

    assert set(results) <= {"Appointment", "SlotTaken"}
    assert results["Appointment"] >= 1


def test_booking_cancelling_and_expiring_at_once_leaves_nothing_behind(watch):
    at = practice(dict.fromkeys(FOUR, 1))
    visit_of_four(at)
    patients = [at.patient() for _ in range(RIVALS)]

    def busy(patient):
        for number in range(6):
            with_hold(patient, NINE + number * minutes(30))

    def with_hold(patient, start):
        try:
            held = unit_of_work(partial(hold, patient, start))
            book = partial(at.book, patient, hold_id=held.pk, start=start)
            booked = unit_of_work(book)
            cancel = partial(
                booking.cancel,
                appointment_id=booked.pk,
                version=1,
                reason="patient asked",
                by=BY,
                now=NOW,
            )
            unit_of_work(cancel)
        except (SlotTaken, PatientBusy):
            holds.release_expired_holds(by=BY, now=NOW + minutes(5))

    def hold(patient, start):
        return holds.hold(
            clinic_id=at.clinic.pk,
            patient_id=patient.pk,
            visit_type="visit",
            start=start,
            lasts=minutes(10),
            by=BY,
            now=NOW,
        )

    results = race([partial(busy, patient) for patient in patients])

    assert outcomes(results) == {"NoneType": RIVALS}
    assert Appointment.objects.filter(status="cancelled").exists()


# --- the hook itself -------------------------------------------------------------


def test_the_hook_catches_a_patient_locked_after_a_resource():
    at = practice({"clinician": 1})
    patient = at.patient()

    with lock_order.watched() as watching, transaction.atomic():
        lock_resources({at.one("clinician").pk})
        lock_patient(patient.pk)

    assert watching.faults == [f"patient [{patient.pk!r}] locked after resources"]


def test_the_hook_catches_resources_out_of_order():
    at = practice({"clinician": 2})
    first, second = sorted(resource.pk for resource in at.by_kind["clinician"])

    with lock_order.watched() as watching, transaction.atomic():
        locks.lock(Resource.objects.filter(pk=second))
        locks.lock(Resource.objects.filter(pk=first))

    assert len(watching.faults) == 1
    assert "out of order" in watching.faults[0]


def test_the_hook_forgets_what_a_rolled_back_savepoint_had_locked():
    at = practice({"clinician": 2})
    first, second = sorted(resource.pk for resource in at.by_kind["clinician"])

    with lock_order.watched() as watching, transaction.atomic():
        lost = transaction.savepoint()
        lock_resources({second})
        transaction.savepoint_rollback(lost)
        lock_resources({first})

    assert watching.faults == []


def test_the_hook_starts_afresh_with_each_transaction():
    at = practice({"clinician": 1})
    patient = at.patient()

    with lock_order.watched() as watching:
        with transaction.atomic():
            lock_resources({at.one("clinician").pk})
        with transaction.atomic():
            lock_patient(patient.pk)

    assert watching.faults == []


# --- that these tests can fail ---------------------------------------------------


def test_a_missing_constraint_is_found(owner_connection):
    owner_connection.execute(DROP)

    assert [finding.check for finding in booking_checks.findings(NOW)] == [
        "constraints"
    ]


@pytest.mark.parametrize(
    ("dropped", "spoil", "check"),
    [
        ("reservation_one_owner", "appointment_id = NULL", "owners"),
        ("reservation_period_bounded", "period = 'empty'", "bounds"),
    ],
)
def test_what_a_dropped_check_let_in_is_found(owner_connection, dropped, spoil, check):
    at = practice({"clinician": 1})
    make.visit_type(at.clinic)
    at.book(visit_type="visit")
    owner_connection.execute(
        f"ALTER TABLE scheduling_reservation DROP CONSTRAINT {dropped}"
    )
    owner_connection.execute(f"UPDATE scheduling_reservation SET {spoil}")

    assert {"constraints", check} <= {f.check for f in booking_checks.findings(NOW)}


@pytest.mark.usefixtures("without_locks")
def test_without_locks_and_constraint_rivals_do_overlap(owner_connection):
    at = practice(dict.fromkeys(FOUR, 1))
    visit_of_four(at)
    patients = [at.patient() for _ in range(RIVALS)]
    owner_connection.execute(DROP)

    for number in range(20):
        start = NINE + number * minutes(30)
        race([rival(at, who, start=start) for who in patients])
        found = {finding.check for finding in booking_checks.findings(NOW)}
        if "overlaps" in found:
            break

    assert found == {"constraints", "overlaps"}
