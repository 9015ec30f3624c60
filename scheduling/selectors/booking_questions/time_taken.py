"""Questions about reservations: taken once, in proper periods, by one live owner."""

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
    "standing holds": """
SELECT format('Hold %%s stands until %%s, but not all of its time is kept.',
              h.id, h.expires_at)
  FROM scheduling_hold h LEFT JOIN scheduling_reservation r ON r.hold_id = h.id
 WHERE h.ended_at IS NULL AND h.expires_at > %(now)s::timestamptz
 GROUP BY h.id HAVING count(r.id) = 0 OR count(r.released_at) > 0""",
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
 WHERE r.released_at IS NULL AND s.clinic_id <> h.clinic_id""",
}
