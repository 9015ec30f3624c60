"""What must be true of the tables, asked in plain SQL.

Nothing here is shared with the services or the engine: a fault there must not be
able to hide here. Used by `check_booking` and at the end of every race in the tests.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` names what was asked, `text` says in words what is wrong."""

    check: str
    text: str


# Each query yields one row per fault: the text that says what is wrong.
CHECKS: dict[str, str] = {
    "overlaps": """
SELECT format('Resource %%s is taken twice: reservations %%s and %%s overlap.',
              a.resource_id, a.id, b.id)
  FROM scheduling_reservation a JOIN scheduling_reservation b
    ON b.resource_id = a.resource_id AND b.id > a.id
   AND lower(a.period) < upper(b.period) AND lower(b.period) < upper(a.period)
 WHERE a.released_at IS NULL AND b.released_at IS NULL""",
    "bounds": """
SELECT format('Reservation %%s has no proper period: %%s.', id, period)
  FROM scheduling_reservation
 WHERE isempty(period) OR lower(period) IS NULL OR upper(period) IS NULL
    OR NOT lower_inc(period) OR upper_inc(period)
    OR upper(period) - lower(period) > interval '24 hours'
    OR starts_at IS DISTINCT FROM lower(period)
    OR ends_at IS DISTINCT FROM upper(period)""",
    "owners": """
SELECT format('Reservation %%s has %%s owners instead of one.', id,
              (appointment_id IS NOT NULL)::int + (hold_id IS NOT NULL)::int
              + (absence_id IS NOT NULL)::int)
  FROM scheduling_reservation
 WHERE (appointment_id IS NOT NULL)::int + (hold_id IS NOT NULL)::int
       + (absence_id IS NOT NULL)::int <> 1""",
    "ended visits": """
SELECT format('Reservation %%s is live, but its visit %%s is %%s.',
              r.id, a.id, a.status)
  FROM scheduling_reservation r JOIN scheduling_appointment a
    ON a.id = r.appointment_id
 WHERE r.released_at IS NULL
   AND a.status IN ('cancelled', 'noshow', 'entered-in-error')""",
    "ended holds": """
SELECT format('Reservation %%s is live, but its hold %%s is over.', r.id, h.id)
  FROM scheduling_reservation r JOIN scheduling_hold h ON h.id = r.hold_id
 WHERE r.released_at IS NULL
   AND (h.ended_at IS NOT NULL
        OR h.expires_at < %(now)s::timestamptz - interval '1 hour')""",
    "visits without resources": """
SELECT format('Visit %%s is %%s and has no live reservation.', a.id, a.status)
  FROM scheduling_appointment a
 WHERE a.status IN ('booked', 'arrived', 'checked-in')
   AND EXISTS (SELECT FROM scheduling_need n JOIN scheduling_phase p
                   ON p.id = n.phase_id WHERE p.visit_type_id = a.visit_type_id)
   AND NOT EXISTS (SELECT FROM scheduling_reservation r
                    WHERE r.appointment_id = a.id AND r.released_at IS NULL)""",
    "reserved outside the visit": """
SELECT format('Reservation %%s of visit %%s lies wholly outside it.', r.id, a.id)
  FROM scheduling_reservation r JOIN scheduling_appointment a
    ON a.id = r.appointment_id
 WHERE r.released_at IS NULL AND NOT r.period && a.during""",
    "clinics": """
SELECT format('Reservation %%s of visit %%s is on a resource of another clinic.',
              r.id, a.id)
  FROM scheduling_reservation r
  JOIN scheduling_appointment a ON a.id = r.appointment_id
  JOIN scheduling_resource s ON s.id = r.resource_id
 WHERE s.clinic_id <> a.clinic_id""",
    "patients": """
SELECT format('One patient has two visits in person at a time: %%s and %%s.',
              a.id, b.id)
  FROM scheduling_appointment a JOIN scheduling_appointment b
    ON b.patient_id = a.patient_id AND b.id > a.id
   AND lower(a.during) < upper(b.during) AND lower(b.during) < upper(a.during)
 WHERE a.in_person AND b.in_person
   AND a.status IN ('booked', 'arrived', 'checked-in')
   AND b.status IN ('booked', 'arrived', 'checked-in')""",
    "local time": """
SELECT format('Visit %%s was agreed for %%s %%s in %%s, but is stored at %%s.',
              id, local_on, local_time, time_zone, lower(during))
  FROM scheduling_appointment
 WHERE lower(during) AT TIME ZONE time_zone <> local_on + local_time
    OR (fold = 1) <> EXISTS (
       SELECT FROM unnest(ARRAY['30 minutes', '1 hour', '2 hours']::interval[]) d
        WHERE (lower(during) - d) AT TIME ZONE time_zone = local_on + local_time)""",
    "phases": """
SELECT format('Visit %%s lasts until %%s, but its phases until %%s.',
              a.id, upper(a.during), lower(a.during) + max(p.ends))
  FROM scheduling_appointment a
  JOIN (SELECT appointment_id,
               make_interval(mins => offset_minutes + duration_minutes) AS ends
          FROM scheduling_appointmentphase) p ON p.appointment_id = a.id
 GROUP BY a.id HAVING lower(a.during) + max(p.ends) <> upper(a.during)""",
    "offers": """
SELECT format('Opening %%s of a batch was won by %%s offers.', hold_id, count(*))
  FROM scheduling_offer WHERE state = 'accepted' GROUP BY hold_id HAVING count(*) > 1
UNION ALL
SELECT format('Offer %%s is accepted, but its hold or entry is not booked.', o.id)
  FROM scheduling_offer o JOIN scheduling_hold h ON h.id = o.hold_id
  JOIN scheduling_waitlistentry e ON e.id = o.entry_id
 WHERE o.state = 'accepted' AND (h.ended_as <> 'booked' OR o.appointment_id IS NULL
       OR e.closed_as <> 'booked')
UNION ALL
SELECT format('Entry %%s is closed as booked without an accepted offer.', e.id)
  FROM scheduling_waitlistentry e
 WHERE e.closed_as = 'booked' AND NOT EXISTS (SELECT FROM scheduling_offer o
       WHERE o.entry_id = e.id AND o.state = 'accepted')
UNION ALL
SELECT format('Patient %%s waits twice for one kind of visit.', e.patient_id)
  FROM scheduling_waitlistentry e JOIN scheduling_visittype t
    ON t.id = e.visit_type_id
 WHERE e.closed_at IS NULL GROUP BY e.patient_id, t.slug HAVING count(*) > 1""",
    "constraints": """
SELECT format('The constraint %%s is missing, deferrable or not validated.', wanted)
  FROM unnest(ARRAY['reservation_no_double_booking', 'reservation_one_owner',
       'reservation_period_bounded', 'appointment_patient_in_one_place',
       'appointment_during_bounded', 'hold_during_bounded',
       'absence_period_bounded']) wanted
 WHERE NOT EXISTS (
       SELECT FROM pg_constraint c
        WHERE c.conname = wanted AND c.convalidated AND NOT c.condeferrable
          AND c.conrelid IN ('scheduling_reservation'::regclass,
              'scheduling_appointment'::regclass, 'scheduling_hold'::regclass,
              'scheduling_absence'::regclass))""",
}


def findings(now: datetime | None) -> list[Finding]:
    """Everything that is wrong; empty if nothing is.

    Holds that expired over an hour before `now` should have been ended; None asks
    nothing about that.
    """
    found = []
    with connection.cursor() as cursor:
        for name, query in CHECKS.items():
            cursor.execute(query, {"now": now})
            found += [Finding(name, text) for (text,) in cursor.fetchall()]
    return found


def counted() -> dict[str, int]:
    """How much there was to look at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM scheduling_appointment),"
            " (SELECT count(*) FROM scheduling_hold),"
            " (SELECT count(*) FROM scheduling_reservation WHERE released_at IS NULL)"
        )
        visits, holds, live = cursor.fetchone()
    return {"visits": visits, "holds": holds, "live_reservations": live}
