"""Every interleaving of two acts comes out as if one had come after the other.

Each pair arranges a day of its own for every interleaving, and names two acts on it.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial

import pytest

from core.db import unit_of_work
from core.refusal import Refused
from scheduling.models import Appointment, Conflict, Hold, Reservation
from scheduling.selectors import booking_checks
from scheduling.services import booking, holds, setup
from tests.concurrency.interleaving import Harness, orders
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes

ALWAYS = {weekday: [(time(0), time(0))] for weekday in range(7)}


@dataclass(frozen=True)
class Day:
    """One interleaving's own day: nobody else has anything then."""

    at: make.Practice
    number: int

    @property
    def nine(self):
        return NINE + timedelta(days=self.number)

    @property
    def ten(self):
        return self.nine + minutes(60)

    def book(self, patient=None, **fields):
        return self.at.book(
            patient, **{"visit_type": "visit", "start": self.nine, **fields}
        )

    def hold(self, **fields):
        return holds.hold(
            clinic_id=self.at.clinic.pk,
            visit_type="visit",
            by=BY,
            now=NOW - minutes(10),
            lasts=minutes(10),
            **{"start": self.nine, **fields},
        )

    def facts(self):
        """What the tables say of this day, in a form two days can be compared by."""
        of_day = {"local_on": self.nine.date()}
        visits = Appointment.objects.filter(**of_day)
        live = Reservation.objects.filter(
            released_at=None, starts_at__date=self.nine.date()
        )
        return (
            sorted((v.status, str(v.local_time), v.revision) for v in visits),
            sorted(Hold.objects.filter(**of_day).values_list("ended_as", flat=True)),
            sorted(self._claim(reservation) for reservation in live),
            sorted(
                Conflict.objects.filter(appointment__in=visits).values_list(
                    "cause", "resolution"
                )
            ),
        )

    def _claim(self, reservation):
        owner = next(
            kind
            for kind in ("appointment", "hold", "absence")
            if getattr(reservation, f"{kind}_id")
        )
        period = reservation.period
        since_nine = (period.lower - self.nine, period.upper - self.nine)
        return owner, reservation.resource_id, since_nine


def move(visit, start, now=NOW):
    return partial(
        booking.move,
        appointment_id=visit.pk,
        start=start,
        version=visit.version,
        by=BY,
        now=now,
    )


# --- pairs ------------------------------------------------------------------------


def two_bookings(day):
    one, other = day.at.patient(), day.at.patient()
    return partial(day.book, one), partial(day.book, other)


def two_bookings_of_one_patient(day):
    patient = day.at.patient()
    return partial(day.book, patient), partial(day.book, patient, start=day.ten)


def a_booking_and_a_move_to_its_time(day):
    visit, patient = day.book(start=day.ten), day.at.patient()
    return partial(day.book, patient), move(visit, day.nine)


def a_booking_and_a_move_from_its_time(day):
    visit, patient = day.book(), day.at.patient()
    return partial(day.book, patient), move(visit, day.ten)


def two_moves_to_one_time(day):
    eleven = day.ten + minutes(60)
    one, other = day.book(start=day.ten), day.book(start=eleven)
    return move(one, day.nine), move(other, day.nine)


def two_moves_that_swap(day):
    one, other = day.book(), day.book(start=day.ten)
    return move(one, day.ten), move(other, day.nine)


def two_moves_of_one_visit(day):
    visit = day.book()
    return move(visit, day.ten), move(visit, day.ten + minutes(60))


def confirm(day, held):
    """A minute before the hold runs out."""
    return partial(
        day.book,
        day.at.patient(),
        hold_id=held.pk,
        start=None,
        now=NOW - minutes(1),
    )


def a_hold_confirmed_and_expired(day):
    held = day.hold()
    return (
        confirm(day, held),
        partial(holds._expire, held.pk, BY, NOW),
    )


def a_hold_confirmed_and_its_time_booked_when_it_ran_out(day):
    held, other = day.hold(), day.at.patient()
    return confirm(day, held), partial(day.book, other)


def two_confirmations_of_one_hold(day):
    held = day.hold()
    return confirm(day, held), confirm(day, held)


def a_closed_day_and_a_booking(day):
    close = partial(
        setup.add_exception,
        clinic_id=day.at.clinic.pk,
        kind="closed",
        applies_on=day.nine.date(),
        by=BY,
        now=NOW,
    )
    return close, partial(day.book, day.at.patient())


PAIRS = [
    two_bookings,
    two_bookings_of_one_patient,
    a_booking_and_a_move_to_its_time,
    a_booking_and_a_move_from_its_time,
    two_moves_to_one_time,
    two_moves_that_swap,
    two_moves_of_one_visit,
    a_hold_confirmed_and_expired,
    a_hold_confirmed_and_its_time_booked_when_it_ran_out,
    two_confirmations_of_one_hold,
    a_closed_day_and_a_booking,
]


def told(result):
    """An outcome, as it can be compared with another day's."""
    if isinstance(result, Refused):
        return "Refused", tuple(reason.code for reason in result.reasons)
    return type(result).__name__


def one_after_the_other(day, acts, order):
    results = {}
    for which in order:
        try:
            results[which] = unit_of_work(acts[which])
        except Exception as error:  # noqa: BLE001  (compared, not hidden)
            results[which] = error
    return told(results[0]), told(results[1]), day.facts()


@pytest.mark.parametrize("arrange", PAIRS, ids=lambda arrange: arrange.__name__)
def test_every_interleaving_is_as_one_after_the_other(arrange, watch):
    at = make.practice({"clinician": 1, "consult_room": 1}, hours=ALWAYS, ship=False)
    make.visit_type(at.clinic)
    serial = [
        one_after_the_other(day, arrange(day), order)
        for number, order in enumerate([(0, 1), (1, 0)])
        for day in [Day(at, number)]
    ]

    seen = []
    with Harness() as harness:
        for number, order in enumerate(orders(), start=len(serial)):
            day = Day(at, number)
            one, other = harness.run(arrange(day), order)
            seen.append((told(one), told(other), day.facts()))
            assert seen[-1] in serial, (order, harness.passed, one, other)
            # All of the checker's questions are asked of all days at the end.
            assert booking_checks.findings(NOW, ["overlaps", "patients"]) == [], order

    assert len(seen) == 70
    assert [outcome for outcome in serial if outcome not in seen] == []
