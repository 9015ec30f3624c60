"""Both sides of what stands, visits and holds: what it needs, and what it has.

`wanted` is what each phase asks for and when, buffers included; `asked` the same by
leader; `given` what is reserved. Needs that follow one another by `same_as` have the
same `leader`.
"""

_SIDES = """
WITH RECURSIVE led AS (
    SELECT id, id AS leader FROM scheduling_need WHERE same_as_id IS NULL
     UNION ALL
    SELECT n.id, led.leader FROM scheduling_need n JOIN led ON led.id = n.same_as_id
), standing AS ({standing}
), planned AS ({planned}
), wanted AS (
    SELECT a.id AS visit, n.id AS need, led.leader, p.name AS phase,
           n.kinds, n.capabilities, n.count,
           tstzrange(
               lower(a.during) + make_interval(
                   mins => p.offset_minutes - n.buffer_before_minutes),
               lower(a.during) + make_interval(
                   mins => p.offset_minutes + p.duration_minutes
                           + n.buffer_after_minutes)) AS period
      FROM standing a
      JOIN planned p ON p.owner_id = a.id
      JOIN scheduling_need n ON n.phase_id = p.phase_id
      JOIN led ON led.id = n.id
     WHERE n.only_if <> 'image-guided-harvest'
        OR a.variation @> '{{"image_guided_harvest": true}}'
), asked AS (
    SELECT visit, leader, max(count) AS count, range_agg(period) AS periods
      FROM wanted GROUP BY visit, leader
), given AS (
    SELECT a.id AS visit, s.id AS resource, s.name, s.kind, s.capabilities,
           range_agg(r.period) AS periods
      FROM standing a
      JOIN scheduling_reservation r
        ON r.{owner} = a.id AND r.released_at IS NULL
      JOIN scheduling_resource s ON s.id = r.resource_id
     GROUP BY a.id, s.id
)"""

_OF_VISITS = _SIDES.format(
    owner="appointment_id",
    standing="""
    SELECT * FROM scheduling_appointment
     WHERE status IN ('booked', 'arrived', 'checked-in')""",
    planned="""
    SELECT appointment_id AS owner_id, phase_id, name, offset_minutes, duration_minutes
      FROM scheduling_appointmentphase""",
)
_OF_HOLDS = _SIDES.format(
    owner="hold_id",
    standing="""
    SELECT * FROM scheduling_hold
     WHERE ended_at IS NULL AND expires_at > %(now)s::timestamptz""",
    planned="""
    SELECT h.id AS owner_id, p.phase AS phase_id, p.name,
           p.offset_minutes, p.duration_minutes
      FROM standing h, jsonb_to_recordset(h.plan)
           AS p(phase bigint, name text, offset_minutes int, duration_minutes int)""",
)


def of_visits(question: str) -> str:
    return f"{_OF_VISITS}{question}"


def of_holds(question: str) -> str:
    return f"{_OF_HOLDS}{question}"
