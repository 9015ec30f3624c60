"""Questions about absences, the conflicts they open, and the plans that repair them."""

QUESTIONS = {
    # A visit that could still move takes an absence's time only under a conflict.
    "absences": """
SELECT format('Absence %%s leaves %%s of resource %%s free or taken by others.',
              s.id, open.left_over, s.resource_id)
  FROM scheduling_absence s
 CROSS JOIN LATERAL (
       SELECT tstzmultirange(s.period) - coalesce(range_agg(r.period), '{}')
         FROM scheduling_reservation r
         LEFT JOIN scheduling_appointment a ON a.id = r.appointment_id
        WHERE r.resource_id = s.resource_id AND r.released_at IS NULL
          AND r.period && s.period
          AND (r.absence_id IS NOT NULL OR a.status IN ('checked-in', 'fulfilled')
               OR EXISTS (SELECT FROM scheduling_conflict c
                           WHERE c.appointment_id = a.id AND c.absence_id = s.id
                             AND c.resolution IN ('', 'kept')))) open(left_over)
 WHERE s.ended_at IS NULL AND NOT isempty(open.left_over)
   AND (%(now)s::timestamptz IS NULL OR upper(s.period) > %(now)s)""",
    "reserved outside the absence": """
SELECT format('Reservation %%s is not within its absence %%s.', r.id, s.id)
  FROM scheduling_absence s JOIN scheduling_reservation r ON r.absence_id = s.id
 WHERE r.released_at IS NULL
   AND (r.resource_id <> s.resource_id OR NOT s.period @> r.period)
 UNION ALL
SELECT format('Reservation %%s is live, but its absence %%s is over.', r.id, s.id)
  FROM scheduling_absence s JOIN scheduling_reservation r ON r.absence_id = s.id
 WHERE r.released_at IS NULL AND upper(r.period) > s.ended_at""",
    "conflicts": """
SELECT format('Conflict %%s is open, but its visit %%s is %%s.', c.id, a.id, a.status)
  FROM scheduling_conflict c JOIN scheduling_appointment a ON a.id = c.appointment_id
 WHERE c.resolved_at IS NULL AND a.status NOT IN ('booked', 'arrived', 'checked-in')
 UNION ALL
SELECT format('Conflict %%s is open, but its absence %%s is over.', c.id, s.id)
  FROM scheduling_conflict c JOIN scheduling_absence s ON s.id = c.absence_id
 WHERE c.resolved_at IS NULL AND s.ended_at IS NOT NULL
 UNION ALL
SELECT format('Conflict %%s is open, but visit %%s takes no time of the absence.',
              c.id, c.appointment_id)
  FROM scheduling_conflict c JOIN scheduling_absence s ON s.id = c.absence_id
 WHERE c.resolved_at IS NULL AND s.ended_at IS NULL
   AND NOT EXISTS (SELECT FROM scheduling_reservation r
                    WHERE r.appointment_id = c.appointment_id
                      AND r.released_at IS NULL AND r.resource_id = s.resource_id
                      AND r.period && s.period)
 UNION ALL
SELECT format('Conflict %%s says %%s, but belongs to %%s.', c.id, c.cause,
              coalesce('absence ' || c.absence_id, 'no absence'))
  FROM scheduling_conflict c
 WHERE (c.cause = 'absence') <> (c.absence_id IS NOT NULL)""",
    "plans": """
SELECT format('Line %%s of plan %%s is for another visit or absence than its conflict.',
              l.position, p.id)
  FROM scheduling_repairline l
  JOIN scheduling_repairplan p ON p.id = l.plan_id
  JOIN scheduling_conflict c ON c.id = l.conflict_id
 WHERE c.appointment_id <> l.appointment_id
    OR c.absence_id IS DISTINCT FROM p.absence_id
 UNION ALL
SELECT format('Line %%s of plan %%s is done, but nothing says when or what.',
              l.position, l.plan_id)
  FROM scheduling_repairline l
 WHERE l.state = 'done' AND (l.done_at IS NULL OR l.way <> 'call' AND l.move_id IS NULL)
 UNION ALL
SELECT format('Line %%s of plan %%s points at a move of another visit.',
              l.position, l.plan_id)
  FROM scheduling_repairline l JOIN scheduling_appointmentmove m ON m.id = l.move_id
 WHERE m.appointment_id <> l.appointment_id
 UNION ALL
SELECT format('Plan %%s is %%s, but its line %%s is only %%s.',
              p.id, p.state, l.position, l.state)
  FROM scheduling_repairline l JOIN scheduling_repairplan p ON p.id = l.plan_id
 WHERE p.state = 'applied' AND l.state = 'proposed'
 UNION ALL
SELECT format('Plan %%s is %%s, but its absence %%s was called off.',
              p.id, p.state, s.id)
  FROM scheduling_repairplan p JOIN scheduling_absence s ON s.id = p.absence_id
 WHERE p.state IN ('proposed', 'applying') AND s.ended_at IS NOT NULL""",
}
