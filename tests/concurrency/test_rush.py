"""Everybody wants the same opening: 24 clients, 60 rounds, four resources each."""

import random
from collections import Counter
from datetime import time
from functools import partial

import pytest

from core.db import unit_of_work
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests import lock_order
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.rivals import deadlocks, race_in_rounds

CLIENTS, ROUNDS = 24, 60
KINDS = ("clinician", "nurse", "technician", "consult_room")
ORDERS = 6
ALWAYS = {weekday: [(time(0), time(0))] for weekday in range(7)}
DROP = """
ALTER TABLE scheduling_reservation DROP CONSTRAINT reservation_no_double_booking
"""


@pytest.fixture
def at():
    """One resource of each kind, and visit types that name them in different orders."""
    place = make.practice(dict.fromkeys(KINDS, 1), hours=ALWAYS, ship=False)
    shuffled = random.Random(1)
    for number in range(ORDERS):
        kinds = shuffled.sample(KINDS, len(KINDS))
        needs = tuple(NeedSpec((kind,)) for kind in kinds)
        phase = PhaseSpec("Visit", 0, 20, needs)
        make.visit_type(place.clinic, phase, slug=f"visit-{number}")
    return place


def rush(at, rounds):
    """How often each outcome was seen."""
    shuffled = random.Random(2)

    def client(patient, number):
        visit_type = f"visit-{shuffled.randrange(ORDERS)}"
        start = NINE + number * minutes(30)
        return unit_of_work(
            partial(at.book, patient, visit_type=visit_type, start=start)
        )

    clients = [partial(client, at.patient()) for _ in range(CLIENTS)]
    return Counter(type(one).__name__ for one in race_in_rounds(clients, rounds))


def test_of_twenty_four_clients_one_is_booked_in_each_of_sixty_rounds(watch, at):
    total = rush(at, ROUNDS)

    assert total == {"Appointment": ROUNDS, "SlotTaken": ROUNDS * (CLIENTS - 1)}
    assert Appointment.objects.count() == ROUNDS
    assert watch.seen[lock_order.RESOURCE] >= ROUNDS


@pytest.mark.usefixtures("without_locks")
def test_without_locks_the_constraint_still_lets_no_two_overlap(at):
    total = rush(at, ROUNDS)

    assert set(total) <= {"Appointment", "SlotTaken", "Busy"}
    assert 1 <= total["Appointment"] <= ROUNDS
    assert booking_checks.findings(NOW, ["overlaps"]) == []


def test_without_the_constraint_the_locks_do_not_save_the_rush(at, owner_connection):
    """Whoever queued reserves without looking again: the constraint has that word.
    So locks spare everybody deadlocks, and nothing but the constraint is the guard."""
    owner_connection.execute(DROP)

    total = rush(at, 3)

    assert total["Appointment"] > 3
    assert deadlocks() == 0
    found = {finding.check for finding in booking_checks.findings(NOW)}
    assert found == {"constraints", "overlaps"}


@pytest.mark.usefixtures("without_locks")
def test_without_locks_and_constraint_the_rush_is_caught(at, owner_connection):
    owner_connection.execute(DROP)

    total = rush(at, 3)

    assert total["Appointment"] > 3
    found = {finding.check for finding in booking_checks.findings(NOW)}
    assert found == {"constraints", "overlaps"}
