"""Questions about offers: one winner a batch, and nobody left hanging."""

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
 WHERE h.clinic_id <> e.clinic_id""",
    "waiting list": """
SELECT format('Entry %%s still waits, although its offer %%s was accepted.',
              e.id, o.id)
  FROM scheduling_waitlistentry e JOIN scheduling_offer o ON o.entry_id = e.id
 WHERE e.closed_at IS NULL AND o.state = 'accepted'""",
}
