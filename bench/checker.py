"""The checker over a full book: no question may grow by the square."""

from collections.abc import Iterator
from datetime import time

from django.db import connection

from bench import world
from bench.booking import KINDS, VISIT, _book, _patient, _start
from bench.figures import Figure, median_ms
from bench.world import BY, NOW
from scheduling.consistency import checks as booking_checks
from scheduling.setup import services as setup

FEW, MANY = 1_000, 10_000
ROUNDS = 3
ALWAYS = {weekday: [(time(0), time(0))] for weekday in range(7)}

# The same visit again every three hours, not in person: one patient has them all.
COPIES = """
CREATE TEMPORARY TABLE copies AS
SELECT gen_random_uuid() AS id, a.id AS of,
       lower(during) + g * interval '3 hours' AS start
  FROM scheduling_appointment a, generate_series(%s, %s) g WHERE a.id = %s;
INSERT INTO scheduling_appointment
SELECT (jsonb_populate_record(a, jsonb_build_object(
           'id', c.id, 'in_person', false,
           'during', tstzrange(c.start, c.start + (upper(a.during) - lower(a.during))),
           'local_on', (c.start AT TIME ZONE a.time_zone)::date,
           'local_time', (c.start AT TIME ZONE a.time_zone)::time))).*
  FROM copies c JOIN scheduling_appointment a ON a.id = c.of;
INSERT INTO scheduling_appointmentphase
       (appointment_id, phase_id, position, name, offset_minutes, duration_minutes)
SELECT c.id, phase_id, position, name, offset_minutes, duration_minutes
  FROM copies c JOIN scheduling_appointmentphase p ON p.appointment_id = c.of;
INSERT INTO scheduling_reservation (resource_id, appointment_id, period)
SELECT r.resource_id, c.id,
       tstzrange(lower(period) + (c.start - lower(a.during)),
                 upper(period) + (c.start - lower(a.during)))
  FROM copies c JOIN scheduling_appointment a ON a.id = c.of
  JOIN scheduling_reservation r ON r.appointment_id = a.id;
DROP TABLE copies;
ANALYZE scheduling_appointment, scheduling_appointmentphase, scheduling_reservation
"""


def figures() -> Iterator[Figure]:
    """All questions over ten times as many live visits, against the fewer."""
    made = world.clinic(KINDS)
    setup.set_hours(clinic_id=made.clinic_id, hours=ALWAYS, by=BY, now=NOW)
    setup.define_visit_type(clinic_id=made.clinic_id, spec=VISIT, by=BY, now=NOW)
    booked = str(_book(made, _start(0), _patient(made)))
    _copy(booked, 1, FEW)
    (few,) = median_ms(_ask, rounds=ROUNDS)
    _copy(booked, FEW + 1, MANY)
    (many,) = median_ms(_ask, rounds=ROUNDS)
    times = MANY / FEW
    yield Figure("checker.growth", many, "ms", 1.5 * times, "at most", few)


def _copy(booked: str, first: int, last: int) -> None:
    with connection.cursor() as cursor:
        for statement in COPIES.split(";"):
            asked = (first, last, booked) if "%s" in statement else None
            cursor.execute(statement, asked)


def _ask() -> None:
    assert booking_checks.findings(NOW) == []
