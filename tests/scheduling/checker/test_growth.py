"""The checker keeps its pace when the book is full: no question grows by the square."""

import pytest
from django.db import connection

from scheduling.selectors import booking_checks
from tests.factories import scheduling as make
from tests.factories.clinics import NOW

VISITS = 10_000
LONGEST_SECONDS = 20

# The same visit again every three hours, not in person: one patient has them all.
COPIES = """
CREATE TEMPORARY TABLE copies AS
SELECT gen_random_uuid() AS id, lower(during) + g * interval '3 hours' AS start
  FROM scheduling_appointment, generate_series(1, %s) g;
INSERT INTO scheduling_appointment
SELECT (jsonb_populate_record(a, jsonb_build_object(
           'id', c.id, 'in_person', false,
           'during', tstzrange(c.start, c.start + (upper(a.during) - lower(a.during))),
           'local_on', (c.start AT TIME ZONE a.time_zone)::date,
           'local_time', (c.start AT TIME ZONE a.time_zone)::time))).*
  FROM scheduling_appointment a, copies c;
INSERT INTO scheduling_appointmentphase
       (appointment_id, phase_id, position, name, offset_minutes, duration_minutes)
SELECT c.id, phase_id, position, name, offset_minutes, duration_minutes
  FROM scheduling_appointmentphase, copies c;
INSERT INTO scheduling_reservation (resource_id, appointment_id, period)
SELECT r.resource_id, c.id,
       tstzrange(lower(period) + (c.start - lower(a.during)),
                 upper(period) + (c.start - lower(a.during)))
  FROM scheduling_reservation r
  JOIN scheduling_appointment a ON a.id = r.appointment_id, copies c;
ANALYZE scheduling_appointment, scheduling_appointmentphase, scheduling_reservation
"""


@pytest.mark.django_db
@pytest.mark.usefixtures("allowed")
def test_ten_thousand_live_procedures_are_asked_about_in_seconds():
    make.practice().book(visit_type="bmc-ultrasound")
    with connection.cursor() as cursor:
        for statement in COPIES.split(";"):
            cursor.execute(statement, [VISITS] if "%s" in statement else None)
        # One question may not take longer than this.
        cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_SECONDS}s'")

    assert booking_checks.findings(NOW) == []
    assert booking_checks.counted()["visits"] == VISITS + 1
