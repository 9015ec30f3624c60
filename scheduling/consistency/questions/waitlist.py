"""Questions about offers, entries and freed openings: one winner a batch, and nobody
left hanging."""

QUESTIONS = {
    "offers": """
SELECT format('Hold %%s was accepted %%s times.', hold_id, count(*))
  FROM scheduling_offer WHERE state = 'accepted'
 GROUP BY hold_id HAVING count(*) > 1
 UNION ALL
SELECT format('Offer %%s is %%s and has %%s.', id, state,
              coalesce('visit ' || appointment_id, 'no visit'))
  FROM scheduling_offer WHERE (state = 'accepted') <> (appointment_id IS NOT NULL)
 UNION ALL
SELECT format('Offer %%s was accepted by one patient and booked for another.', o.id)
  FROM scheduling_offer o
  JOIN scheduling_waitlistentry e ON e.id = o.entry_id
  JOIN scheduling_appointment a ON a.id = o.appointment_id
 WHERE e.patient_id <> a.patient_id
 UNION ALL
SELECT format('Offer %%s is accepted, but its hold %%s is %%s.', o.id, h.id,
              coalesce(nullif(h.ended_as, ''), 'standing'))
  FROM scheduling_offer o JOIN scheduling_hold h ON h.id = o.hold_id
 WHERE o.state = 'accepted' AND h.ended_as <> 'booked'
 UNION ALL
SELECT format('Offer %%s waits for an answer, but its hold %%s is over.', o.id, h.id)
  FROM scheduling_offer o JOIN scheduling_hold h ON h.id = o.hold_id
 WHERE o.state = 'offered'
   AND (h.ended_at < %(now)s::timestamptz - interval '1 hour'
        OR o.expires_at < %(now)s::timestamptz - interval '1 hour')
 UNION ALL
SELECT format('Offer %%s is of a hold of another clinic.', o.id)
  FROM scheduling_offer o
  JOIN scheduling_hold h ON h.id = o.hold_id
  JOIN scheduling_waitlistentry e ON e.id = o.entry_id
 WHERE h.clinic_id <> e.clinic_id
 UNION ALL
SELECT format('Offer %%s was accepted for %%s, but visit %%s is booked with %%s.',
              o.id, e.variation, a.id, a.variation)
  FROM scheduling_offer o
  JOIN scheduling_waitlistentry e ON e.id = o.entry_id
  JOIN scheduling_appointment a ON a.id = o.appointment_id
 WHERE o.state = 'accepted' AND a.id IS DISTINCT FROM e.appointment_id
   AND (coalesce(e.variation->'targets', '1'),
        coalesce(e.variation->'sedation', '""'),
        coalesce(e.variation->'image_guided_harvest', 'false'))
    <> (coalesce(a.variation->'targets', '1'),
        coalesce(a.variation->'sedation', '""'),
        coalesce(a.variation->'image_guided_harvest', 'false'))""",
    "waiting list": """
SELECT format('Entry %%s still waits, although its offer %%s was accepted.',
              e.id, o.id)
  FROM scheduling_waitlistentry e JOIN scheduling_offer o ON o.entry_id = e.id
 WHERE e.closed_at IS NULL AND o.state = 'accepted'
 UNION ALL
SELECT format('Entry %%s was closed as booked, but no offer to it was accepted.', e.id)
  FROM scheduling_waitlistentry e
 WHERE e.closed_as = 'booked'
   AND NOT EXISTS (SELECT FROM scheduling_offer o
                    WHERE o.entry_id = e.id
                      AND (o.state = 'accepted'
                           -- Accepted, and then taken back.
                           OR o.state = 'withdrawn' AND o.answered_at >= e.closed_at))
 UNION ALL
SELECT format('Entry %%s would move visit %%s, which is another %%s''s.', e.id, a.id,
              CASE WHEN a.patient_id <> e.patient_id THEN 'patient' ELSE 'clinic' END)
  FROM scheduling_waitlistentry e
  JOIN scheduling_appointment a ON a.id = e.appointment_id
 WHERE a.patient_id <> e.patient_id OR a.clinic_id <> e.clinic_id
 UNION ALL
SELECT format('Patient %%s waits %%s times for %%s.', e.patient_id, count(*), t.slug)
  FROM scheduling_waitlistentry e
  JOIN scheduling_visittype t ON t.id = e.visit_type_id
 WHERE e.closed_at IS NULL
 GROUP BY e.patient_id, t.slug HAVING count(*) > 1""",
    "freed openings": """
SELECT format('Freed opening %%s was handled as offered, but never offered.', f.id)
  FROM scheduling_freedopening f
 WHERE f.handled_as = 'offered'
   AND NOT EXISTS (SELECT FROM scheduling_offer o WHERE o.freed_id = f.id)
 UNION ALL
SELECT format('Freed opening %%s is of a visit of another clinic.', f.id)
  FROM scheduling_freedopening f
  JOIN scheduling_appointment a ON a.id = f.appointment_id
 WHERE f.clinic_id <> a.clinic_id""",
}
