"""Questions about visits that stand: they have what they need, to the minute."""

from scheduling.consistency.questions.sides import of_visits

QUESTIONS = {
    "needs": of_visits(
        """
SELECT format('Visit %%s: phase %%s needs %%s × %%s and has %%s.', w.visit, w.phase,
              w.count, array_to_string(w.kinds, ' or '), count(g.resource))
  FROM wanted w LEFT JOIN given g
    ON g.visit = w.visit AND g.kind = ANY (w.kinds)
   AND w.capabilities <@ g.capabilities AND g.periods @> w.period
 GROUP BY w.visit, w.need, w.phase, w.kinds, w.count
HAVING count(g.resource) < w.count"""
    ),
    "same resources": of_visits(
        """, led_by AS (
    SELECT visit, leader, count(*) AS needs, max(count) AS count
      FROM wanted GROUP BY visit, leader
), faithful AS (
    SELECT w.visit, w.leader, g.resource, count(*) AS needs
      FROM wanted w JOIN given g
        ON g.visit = w.visit AND g.kind = ANY (w.kinds)
       AND w.capabilities <@ g.capabilities AND g.periods @> w.period
     GROUP BY w.visit, w.leader, g.resource
)
SELECT format('Visit %%s: needs that ask for the same resources have %%s of %%s.',
              w.visit, count(f.resource), w.count)
  FROM led_by w LEFT JOIN faithful f
    ON f.visit = w.visit AND f.leader = w.leader AND f.needs = w.needs
 WHERE w.needs > 1
 GROUP BY w.visit, w.leader, w.count HAVING count(f.resource) < w.count"""
    ),
    # At the moment a need begins, all needs of such resources are counted together.
    "double duty": of_visits(
        """, at_once AS (
    SELECT visit, need, phase, kinds, begins, sum(count) AS count
      FROM (SELECT DISTINCT w.visit, w.need, w.phase, w.kinds,
                   lower(w.period) AS begins, o.leader, o.count
              FROM wanted w JOIN wanted o
                ON o.visit = w.visit AND o.kinds <@ w.kinds
               AND o.period @> lower(w.period)) together
     GROUP BY visit, need, phase, kinds, begins
)
SELECT format('Visit %%s: %%s × %%s at once in phase %%s, and only %%s there.',
              n.visit, n.count, array_to_string(n.kinds, ' or '), n.phase,
              count(g.resource))
  FROM at_once n LEFT JOIN given g
    ON g.visit = n.visit AND g.kind = ANY (n.kinds) AND g.periods @> n.begins
 GROUP BY n.visit, n.need, n.phase, n.kinds, n.count
HAVING count(g.resource) < n.count"""
    ),
    "surplus": of_visits(
        """
SELECT format('Visit %%s has %%s longer than it needs it.', g.visit, g.name)
  FROM given g LEFT JOIN wanted w
    ON w.visit = g.visit AND g.kind = ANY (w.kinds)
   AND w.capabilities <@ g.capabilities
 GROUP BY g.visit, g.resource, g.name, g.periods
HAVING NOT coalesce(range_agg(w.period), '{}') @> g.periods"""
    ),
    # What is reserved at a moment, less what the needs of that moment ask for; those
    # with one leader ask once, together.
    "too many": of_visits(
        """, changes AS (
    SELECT g.visit, lower(period) AS at, 1 AS more
      FROM given g, unnest(g.periods) period
     UNION ALL
    SELECT g.visit, upper(period), -1 FROM given g, unnest(g.periods) period
     UNION ALL
    SELECT w.visit, lower(period), -w.count FROM asked w, unnest(w.periods) period
     UNION ALL
    SELECT w.visit, upper(period), w.count FROM asked w, unnest(w.periods) period
), balance AS (
    SELECT visit, at, sum(sum(more)) OVER (PARTITION BY visit ORDER BY at) AS too_many
      FROM changes GROUP BY visit, at
)
SELECT format('Visit %%s has %%s reserved at %%s that it does not ask for.',
              visit, max(too_many), min(at))
  FROM balance WHERE too_many > 0 GROUP BY visit"""
    ),
    "phases": """
SELECT format('Visit %%s lasts until %%s, but its phases until %%s.',
              a.id, upper(a.during), lower(a.during) + max(p.ends))
  FROM scheduling_appointment a
  LEFT JOIN (SELECT appointment_id,
                    make_interval(mins => offset_minutes + duration_minutes) AS ends
               FROM scheduling_appointmentphase) p ON p.appointment_id = a.id
 WHERE a.status IN ('booked', 'arrived', 'checked-in')
 GROUP BY a.id
HAVING lower(a.during) + max(p.ends) IS DISTINCT FROM upper(a.during)
 UNION ALL
SELECT format('Visit %%s does not have each phase of its type once.', a.id)
  FROM scheduling_appointment a
 WHERE a.status IN ('booked', 'arrived', 'checked-in')
   AND ARRAY(SELECT phase_id FROM scheduling_appointmentphase
              WHERE appointment_id = a.id ORDER BY phase_id)
       <> ARRAY(SELECT id FROM scheduling_phase
                 WHERE visit_type_id = a.visit_type_id ORDER BY id)
 UNION ALL
SELECT format('Visit %%s: phase %%s lasts %%s minutes; its type allows %%s to %%s.',
              a.id, p.name, p.duration_minutes,
              t.min_duration_minutes, t.max_duration_minutes)
  FROM scheduling_appointment a
  JOIN scheduling_appointmentphase p ON p.appointment_id = a.id
  JOIN scheduling_phase t ON t.id = p.phase_id
 WHERE a.status IN ('booked', 'arrived', 'checked-in')
   AND p.duration_minutes NOT BETWEEN t.min_duration_minutes
                                  AND t.max_duration_minutes""",
    "patients": """
SELECT format('One patient has two visits in person at a time: %%s and %%s.',
              a.id, b.id)
  FROM scheduling_appointment a JOIN scheduling_appointment b
    ON b.patient_id = a.patient_id AND b.id > a.id
   AND lower(a.during) < upper(b.during) AND lower(b.during) < upper(a.during)
 WHERE a.in_person AND b.in_person
   AND a.status IN ('booked', 'arrived', 'checked-in')
   AND b.status IN ('booked', 'arrived', 'checked-in')""",
    "time zones": """
SELECT format('%%s %%s is in a time zone nobody knows: %%s.', what, id, time_zone)
  FROM (SELECT 'Clinic' AS what, id::text, time_zone FROM clinics_clinic
         UNION ALL
        SELECT 'Visit', id::text, time_zone FROM scheduling_appointment
         WHERE status IN ('booked', 'arrived', 'checked-in')
         UNION ALL
        SELECT 'Hold', id::text, time_zone FROM scheduling_hold
         WHERE ended_at IS NULL) used
 WHERE time_zone NOT IN (SELECT name FROM pg_timezone_names)""",
    # Materialized: an unknown zone would be an error, wherever it was looked at.
    "local time": """
WITH agreed AS MATERIALIZED (
    SELECT * FROM (
        SELECT 'Visit' AS what, id, local_on, local_time, time_zone, fold, during
          FROM scheduling_appointment
         WHERE status IN ('booked', 'arrived', 'checked-in')
         UNION ALL
        SELECT 'Hold', id, local_on, local_time, time_zone, fold, during
          FROM scheduling_hold WHERE ended_at IS NULL) used
     WHERE time_zone IN (SELECT name FROM pg_timezone_names)
)
SELECT format('%%s %%s was agreed for %%s %%s in %%s, but is stored at %%s.',
              what, id, local_on, local_time, time_zone, lower(during))
  FROM agreed
 WHERE lower(during) AT TIME ZONE time_zone <> local_on + local_time
    OR (fold = 1) <> EXISTS (
       SELECT FROM unnest(ARRAY['30 minutes', '1 hour', '2 hours']::interval[]) d
        WHERE (lower(during) - d) AT TIME ZONE time_zone = local_on + local_time)""",
    "moves": """
WITH moves AS (
    SELECT m.*, a.during, a.version AS now_version, a.revision,
           lag(to_during) OVER (PARTITION BY a.id ORDER BY m.version) AS before,
           lead(m.version) OVER (PARTITION BY a.id ORDER BY m.version) AS next
      FROM scheduling_appointmentmove m
      JOIN scheduling_appointment a ON a.id = m.appointment_id
     WHERE a.status IN ('booked', 'arrived', 'checked-in')
)
SELECT format('Move %%s of visit %%s begins at %%s, where no move ended.',
              version, appointment_id, lower(from_during))
  FROM moves WHERE before <> from_during
 UNION ALL
SELECT format('Visit %%s is not where its last move, %%s, put it.',
              appointment_id, version)
  FROM moves WHERE next IS NULL AND to_during <> during
 UNION ALL
SELECT format('Move %%s of visit %%s made a version the visit never had.',
              version, appointment_id)
  FROM moves WHERE version > now_version OR version < 2
 UNION ALL
SELECT format('Visit %%s was moved %%s times and is at revision %%s.',
              appointment_id, count(*), revision)
  FROM moves WHERE from_during <> to_during
 GROUP BY appointment_id, revision HAVING count(*) > revision""",
    "phase records": """
SELECT format('Phase record %%s of visit %%s is for no phase of it.', r.id, a.id)
  FROM scheduling_phaserecord r JOIN scheduling_appointment a
    ON a.id = r.appointment_id
 WHERE NOT EXISTS (SELECT FROM scheduling_appointmentphase p
                    WHERE p.appointment_id = a.id AND p.phase_id = r.phase_id
                      AND p.position = r.position)
 UNION ALL
SELECT format('Phase record %%s of visit %%s was planned outside it.', r.id, a.id)
  FROM scheduling_phaserecord r JOIN scheduling_appointment a
    ON a.id = r.appointment_id
 WHERE r.planned_start > r.planned_end
    OR r.planned_start < lower(a.during) OR r.planned_end > upper(a.during)
 UNION ALL
SELECT format('Phase record %%s is of visit %%s, which is %%s.', r.id, a.id, a.status)
  FROM scheduling_phaserecord r JOIN scheduling_appointment a
    ON a.id = r.appointment_id
 WHERE a.status IN ('booked', 'cancelled', 'noshow')""",
}
