"""A question about visits to come: the clinic is open, or somebody decides.

Public holidays are in no table, so a visit on one is not found here. Nor is one that
somebody kept in spite of the hours.
"""

QUESTIONS = {
    # Every five minutes, on the wall clock: so days that are not 24 hours long are no
    # exception. Materialized: an unknown zone would be an error, wherever looked at.
    "hours": """
WITH ahead AS MATERIALIZED (
    SELECT a.id, a.clinic_id, c.time_zone,
           date_bin('5 minutes', lower(a.during)
                    + make_interval(mins => p.offset_minutes), 'epoch') AS begins,
           lower(a.during) + make_interval(
               mins => p.offset_minutes + p.duration_minutes) AS ends
      FROM scheduling_appointment a
      JOIN clinics_clinic c ON c.id = a.clinic_id
      JOIN scheduling_appointmentphase p ON p.appointment_id = a.id
     WHERE a.status = 'booked' AND lower(a.during) > %(now)s::timestamptz
       AND c.time_zone IN (SELECT name FROM pg_timezone_names)
       AND EXISTS (SELECT FROM scheduling_need n
                    WHERE n.phase_id = p.phase_id AND n.only_if = '')
       AND NOT EXISTS (SELECT FROM scheduling_conflict k
                        WHERE k.appointment_id = a.id
                          AND k.cause IN ('hours', 'closure')
                          AND k.resolution IN ('', 'kept'))
), moments AS (
    SELECT DISTINCT clinic_id, time_zone, at
      FROM (SELECT DISTINCT clinic_id, time_zone, begins, ends FROM ahead) stretch,
           generate_series(begins, ends - interval '1 second', '5 minutes') at
), local AS (
    SELECT clinic_id, at, wall::date AS on_day,
           (extract(isodow FROM wall) - 1)::int AS weekday,
           (extract(hour FROM wall) * 60 + extract(minute FROM wall))::int AS minute
      FROM (SELECT *, at AT TIME ZONE time_zone AS wall FROM moments) here
), open_by_hours AS (
    SELECT clinic_id, weekday, valid_from_on, valid_to_on,
           (extract(epoch FROM local_start) / 60)::int AS begins,
           CASE WHEN local_end = '00:00' THEN 1440
                ELSE (extract(epoch FROM local_end) / 60)::int END AS ends
      FROM scheduling_openinghours WHERE resource_id IS NULL
), exceptions AS (
    SELECT clinic_id, applies_on, kind,
           coalesce((extract(epoch FROM local_start) / 60)::int, 0) AS begins,
           CASE WHEN coalesce(local_end, '00:00') = '00:00' THEN 1440
                ELSE (extract(epoch FROM local_end) / 60)::int END AS ends
      FROM scheduling_scheduleexception WHERE resource_id IS NULL
), closed AS (
    SELECT l.clinic_id, l.at
      FROM local l
     WHERE NOT EXISTS (SELECT FROM open_by_hours h
                        WHERE h.clinic_id = l.clinic_id AND h.weekday = l.weekday
                          AND h.begins <= l.minute AND l.minute + 5 <= h.ends
                          AND (h.valid_from_on <= l.on_day) IS NOT false
                          AND (l.on_day <= h.valid_to_on) IS NOT false)
       AND NOT EXISTS (SELECT FROM exceptions e
                        WHERE e.clinic_id = l.clinic_id AND e.applies_on = l.on_day
                          AND e.kind = 'extra'
                          AND e.begins <= l.minute AND l.minute + 5 <= e.ends)
        OR EXISTS (SELECT FROM exceptions e
                    WHERE e.clinic_id = l.clinic_id AND e.applies_on = l.on_day
                      AND e.kind = 'closed'
                      AND e.begins < l.minute + 5 AND l.minute < e.ends)
)
SELECT format('Visit %%s is booked at %%s, when its clinic is closed, and no conflict'
              ' says so.', a.id, min(c.at))
  FROM ahead a JOIN closed c
    ON c.clinic_id = a.clinic_id AND a.begins <= c.at AND c.at < a.ends
 GROUP BY a.id""",
}
