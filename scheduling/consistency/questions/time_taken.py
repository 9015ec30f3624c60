"""Questions about reservations: taken once, in proper periods, by one live owner."""

from scheduling.consistency.questions.sides import of_holds

QUESTIONS = {
    # In order of start, whatever begins before all earlier ones ended overlaps one.
    "overlaps": """
SELECT format('Resource %%s is taken twice: reservations %%s and %%s overlap.',
              late.resource_id, early.id, late.id)
  FROM (SELECT id, resource_id, period,
               max(upper(period)) OVER (
                   PARTITION BY resource_id ORDER BY lower(period), id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
          FROM scheduling_reservation WHERE released_at IS NULL) late
  JOIN scheduling_reservation early
    ON early.resource_id = late.resource_id AND early.released_at IS NULL
   AND (lower(early.period), early.id) < (lower(late.period), late.id)
   AND upper(early.period) > lower(late.period)
 WHERE late.taken_until > lower(late.period)""",
    "bounds": """
SELECT format('Reservation %%s has no proper period: %%s.', id, period)
  FROM scheduling_reservation
 WHERE released_at IS NULL
   AND (isempty(period) OR lower(period) IS NULL OR upper(period) IS NULL
        OR NOT lower_inc(period) OR upper_inc(period)
        OR upper(period) - lower(period) > interval '24 hours'
        OR starts_at IS DISTINCT FROM lower(period)
        OR ends_at IS DISTINCT FROM upper(period))""",
    "owners": """
SELECT format('Reservation %%s has %%s owners instead of one.', id,
              (appointment_id IS NOT NULL)::int + (hold_id IS NOT NULL)::int
              + (absence_id IS NOT NULL)::int)
  FROM scheduling_reservation
 WHERE (appointment_id IS NOT NULL)::int + (hold_id IS NOT NULL)::int
       + (absence_id IS NOT NULL)::int <> 1""",
    # Where a foreign key is gone, nothing else may notice what it let in.
    "orphans": """
SELECT format('Reservation %%s is live, but its %%s does not exist.', r.id,
              CASE WHEN a.id IS NULL AND r.appointment_id IS NOT NULL
                   THEN 'visit ' || r.appointment_id
                   WHEN h.id IS NULL AND r.hold_id IS NOT NULL
                   THEN 'hold ' || r.hold_id
                   WHEN b.id IS NULL AND r.absence_id IS NOT NULL
                   THEN 'absence ' || r.absence_id
                   ELSE 'resource ' || r.resource_id END)
  FROM scheduling_reservation r
  LEFT JOIN scheduling_appointment a ON a.id = r.appointment_id
  LEFT JOIN scheduling_hold h ON h.id = r.hold_id
  LEFT JOIN scheduling_absence b ON b.id = r.absence_id
  LEFT JOIN scheduling_resource s ON s.id = r.resource_id
 WHERE r.released_at IS NULL
   AND (a.id IS NULL AND r.appointment_id IS NOT NULL
        OR h.id IS NULL AND r.hold_id IS NOT NULL
        OR b.id IS NULL AND r.absence_id IS NOT NULL OR s.id IS NULL)""",
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
    "standing holds": of_holds(
        """
SELECT format('Hold %%s stands until %%s, but not all of its time is kept.',
              s.id, s.expires_at)
  FROM standing s LEFT JOIN scheduling_reservation r ON r.hold_id = s.id
 GROUP BY s.id, s.expires_at HAVING count(r.id) = 0 OR count(r.released_at) > 0
 UNION
SELECT format('Hold %%s stands until %%s, but not all of its time is kept.',
              lacking.id, expires_at)
  FROM (SELECT s.id, s.expires_at
          FROM wanted w JOIN standing s ON s.id = w.visit LEFT JOIN given g
            ON g.visit = w.visit AND g.kind = ANY (w.kinds)
           AND w.capabilities <@ g.capabilities AND g.periods @> w.period
         GROUP BY s.id, s.expires_at, w.need, w.count
        HAVING count(g.resource) < w.count) lacking"""
    ),
    "clinics": """
SELECT format('Reservation %%s of visit %%s is on a resource of another clinic.',
              r.id, a.id)
  FROM scheduling_reservation r
  JOIN scheduling_appointment a ON a.id = r.appointment_id
  JOIN scheduling_resource s ON s.id = r.resource_id
 WHERE r.released_at IS NULL AND s.clinic_id <> a.clinic_id
 UNION ALL
SELECT format('Reservation %%s of hold %%s is on a resource of another clinic.',
              r.id, h.id)
  FROM scheduling_reservation r
  JOIN scheduling_hold h ON h.id = r.hold_id
  JOIN scheduling_resource s ON s.id = r.resource_id
 WHERE r.released_at IS NULL AND s.clinic_id <> h.clinic_id
 UNION ALL
SELECT format('Visit %%s is of a patient of another clinic.', a.id)
  FROM scheduling_appointment a JOIN patients_patient p ON p.id = a.patient_id
 WHERE a.status IN ('booked', 'arrived', 'checked-in') AND p.clinic_id <> a.clinic_id
 UNION ALL
SELECT format('Hold %%s is for a patient of another clinic.', h.id)
  FROM scheduling_hold h JOIN patients_patient p ON p.id = h.patient_id
 WHERE h.ended_at IS NULL AND p.clinic_id <> h.clinic_id""",
}
