"""Check-in, time-outs, harvest, discharge and after: see refusals_0012_sql."""

from procedures.migrations.sql.refusals_0012 import Guard, judge, refuse

_CARE = "'clinician', 'nurse', 'technician', 'medical_director'"

# What stands against treating on the day: a scan incident that is open, a HARD rule
# by the current evaluation.
DAY_FAULT = Guard(
    """
CREATE FUNCTION procedures_day_fault(path uuid, at timestamptz, entered timestamptz)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
      WHEN EXISTS (SELECT FROM procedures_scanincident x
                    WHERE x.episode_id = path AND NOT EXISTS (
                      SELECT FROM procedures_incidentresolution y
                       WHERE y.incident_id = x.id)) THEN 'a scan incident is open'
      ELSE (SELECT procedures_hard_finding(
                     v.id, procedures_local_day(path, at),
                     procedures_local_day(path, entered)) || ' stands against it'
              FROM procedures_evaluation v
             WHERE v.episode_id = path AND v.superseded_at IS NULL)
    END
$$;
""",
    "DROP FUNCTION procedures_day_fault(uuid, timestamptz, timestamptz);",
)

CHECK_IN = judge(
    "checkin",
    "check_in_is_of_its_day",
    """
  SELECT CASE
      WHEN NOT NEW.identifiers <@ ARRAY['name', 'birth_date', 'mrn']::varchar[]
        OR (SELECT count(DISTINCT i) FROM unnest(NEW.identifiers) AS i) < 2
        THEN 'two different identifiers are confirmed'
      WHEN NEW.pregnancy_test = 'not_applicable' AND t.biological_sex <> 'male'
        AND date_part('year', age(today.day, t.birth_date)) BETWEEN 18 AND 55
        THEN 'a pregnancy test of the day is needed'
      WHEN NEW.pregnancy_test_at > NEW.recorded_at
        OR procedures_local_day(e.id, NEW.pregnancy_test_at) <> today.day
        THEN 'the pregnancy test is not of the day'
      WHEN NEW.arrived_at > NEW.recorded_at THEN 'nobody arrives ahead'
      WHEN NEW.corrects_id IS NOT NULL THEN NULL
      WHEN NOT EXISTS (SELECT FROM procedures_episodevisit v
                        WHERE v.episode_id = e.id AND v.purpose = 'procedure'
                          AND v.released_at IS NULL
                          AND procedures_local_day(e.id, v.starts_at) = today.day)
        THEN 'no procedure is booked for that day'
      ELSE coalesce(
        procedures_consent_fault(e.id, NEW.occurred_at, NULL, NULL, false),
        procedures_day_fault(e.id, NEW.occurred_at, NEW.recorded_at))
    END INTO fault
    FROM procedures_episode e
    JOIN patients_patient t ON t.id = e.patient_id,
    LATERAL (SELECT procedures_local_day(e.id, NEW.occurred_at) AS day) AS today
   WHERE e.id = NEW.episode_id;
""",
)
# A correction may tell of a fever; whoever makes it is asked what follows.
FEVER = refuse(
    "vitalsset",
    "fever_ends_the_day",
    "NEW.purpose = 'check_in' AND NEW.temperature_c >= 38 AND NEW.corrects_id IS NULL",
    "INF-01: nobody is received with a fever",
)
VITALS_PURPOSE = refuse(
    "vitalsset",
    "vitals_have_a_purpose",
    "NEW.purpose NOT IN ('check_in', 'recovery')",
    "vital signs are of the check-in or of the recovery",
)

MARK = judge(
    "sitemark",
    "marked_by_the_proceduralist",
    """
  IF NEW.corrects_id IS NULL THEN
    fault := procedures_consent_fault(
      NEW.episode_id, NEW.occurred_at, NEW.marked_by_id, NEW.target_id, false);
  END IF;
""",
)

TIME_OUT = judge(
    "timeout",
    "time_out_holds",
    f"""
  SELECT CASE
      WHEN NEW.valid_until > NEW.occurred_at
                             + make_interval(mins => c.time_out_valid_minutes)
        THEN format('a time-out is good for %s minutes', c.time_out_valid_minutes)
      WHEN s.signer_id <> NEW.lead_id THEN 'whoever leads the time-out signs it'
      WHEN NOT procedures_is_staff(e.id, NEW.second_id, {_CARE})
        THEN 'the second person is of the treating team'
      WHEN NEW.corrects_id IS NOT NULL THEN NULL
      WHEN (NEW.number = 1) <> (e.stage = 'checked_in')
        THEN 'time-out 1 is before the harvest, 2 before the injection'
      WHEN NOT EXISTS (SELECT FROM procedures_consent k
                        WHERE k.episode_id = e.id AND k.consent_type = 'procedure'
                          AND k.superseded_at IS NULL
                          AND k.proceduralist_id IN (NEW.lead_id, NEW.second_id))
        THEN 'the proceduralist is at the time-out'
      WHEN procedures_expires_at(NEW.product_id) < NEW.occurred_at
        THEN 'the product has expired'
      ELSE coalesce(
        procedures_consent_fault(e.id, NEW.occurred_at, NULL, NULL, false),
        procedures_day_fault(e.id, NEW.occurred_at, NEW.recorded_at),
        procedures_discarded(NEW.product_id, NULL))
    END INTO fault
    FROM procedures_episode e
    JOIN clinics_clinic c ON c.id = e.clinic_id
    JOIN procedures_signature s ON s.id = NEW.signature_id
   WHERE e.id = NEW.episode_id;
""",
)

HARVEST = judge(
    "harvest",
    "harvest_is_consented",
    """
  SELECT CASE
      WHEN NEW.end_at - NEW.start_at > interval '90 minutes'
        THEN 'a harvest takes at most 90 minutes'
      WHEN NEW.needle_expires_on < today.day THEN 'the needle has expired'
      WHEN NEW.anticoagulant_expires_on < today.day
        THEN 'the anticoagulant has expired'
      WHEN NEW.anticoagulant = 'heparin_sodium' AND EXISTS (
          SELECT FROM procedures_evaluation v
           WHERE v.episode_id = NEW.episode_id AND v.superseded_at IS NULL
             AND 'heparin' = ANY (v.allergies))
        THEN 'no heparin with an allergy to it'
      WHEN EXISTS (
          SELECT FROM procedures_consent k
           WHERE k.episode_id = NEW.episode_id AND k.consent_type = 'procedure'
             AND k.superseded_at IS NULL
             AND (cardinality(k.harvest_sites) > 0
                    AND NEW.site <> ALL (k.harvest_sites)
                  OR array_position(levels.names, NEW.sedation::text)
                     > array_position(levels.names, k.sedation::text)))
        THEN 'the consent does not cover the harvest site or the sedation'
      WHEN NEW.corrects_id IS NULL AND s.signer_id <> NEW.proceduralist_id
        THEN 'the proceduralist signs the harvest'
      ELSE coalesce(
        procedures_consent_fault(NEW.episode_id, NEW.start_at, NEW.proceduralist_id,
                                 NULL, NEW.corrects_id IS NOT NULL),
        CASE WHEN NEW.corrects_id IS NULL THEN
          procedures_day_fault(NEW.episode_id, NEW.start_at, NEW.recorded_at) END)
    END INTO fault
    FROM procedures_signature s,
    (SELECT procedures_local_day(NEW.episode_id, NEW.start_at) AS day) AS today,
    (SELECT ARRAY['none', 'level_1', 'level_2', 'level_3', 'level_4'] AS names)
      AS levels
   WHERE s.id = NEW.signature_id;
""",
)
# Draws are summed up whenever one is added, not only with the harvest's own row.
ALIQUOTS = Guard(
    """
CREATE FUNCTION procedures_draws_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(volume_ml) FROM procedures_aliquot
       WHERE harvest_id = NEW.harvest_id)
     > (SELECT total_aspirate_ml FROM procedures_harvest WHERE id = NEW.harvest_id) THEN
    RAISE EXCEPTION 'the draws are more than the harvest' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER draws_add_up AFTER INSERT ON procedures_aliquot
  FOR EACH ROW EXECUTE FUNCTION procedures_draws_add_up();
""",
    "DROP TRIGGER draws_add_up ON procedures_aliquot;\n"
    "DROP FUNCTION procedures_draws_add_up();",
)

DISCHARGE = judge(
    "discharge",
    "discharge_follows_recovery",
    """
  SELECT CASE
      WHEN NEW.corrects_id IS NOT NULL THEN NULL
      WHEN NEW.occurred_at < day.injected_until + make_interval(mins =>
        CASE day.sedation WHEN 'none' THEN 15 WHEN 'level_1' THEN 30 ELSE 60 END)
        THEN 'the patient stays longer after the last injection'
      WHEN NOT EXISTS (SELECT FROM procedures_vitalsset v
                        WHERE v.episode_id = NEW.episode_id AND v.purpose = 'recovery'
                          AND v.superseded_at IS NULL
                          AND v.occurred_at BETWEEN day.injected_until
                                                AND NEW.occurred_at)
        THEN 'vital signs of the recovery are missing'
      WHEN day.sedation <> 'none' AND (coalesce(NEW.recovery_score, 0) < 9
        OR NEW.escort_name = '')
        THEN 'after sedation a score of 9 and an escort are needed'
    END INTO fault
    FROM (SELECT max(i.end_at) AS injected_until,
                 coalesce((SELECT k.sedation FROM procedures_consent k
                            WHERE k.episode_id = NEW.episode_id
                              AND k.consent_type = 'procedure'
                              AND k.superseded_at IS NULL), 'none') AS sedation
            FROM procedures_injection i
           WHERE i.episode_id = NEW.episode_id AND i.superseded_at IS NULL) AS day;
""",
)

# The grades CTCAE knows for each term; a test compares them with the vocabulary.
GRADES = {
    "1": "",
    "2": "presyncope",
    "3": "syncope",
    "1, 2": "bruising",
    "1, 2, 3": "pain_harvest_site pain_target joint_effusion paresthesia",
    "3, 4, 5": "anaphylaxis",
    "2, 3, 4, 5": "joint_infection",
    "1, 2, 3, 4, 5": "wound_infection hematoma allergic_reaction thromboembolic_event"
    " fever fracture bleeding contrast_reaction medication_error"
    " wrong_site_or_product device_malfunction other",
}
_GRADES = "\n".join(
    f"    WHEN '{term}' THEN ARRAY[{grades}]"
    for grades, terms in GRADES.items()
    for term in terms.split()
)
GRADES_OF = Guard(
    f"""
CREATE FUNCTION procedures_grades_of(term text) RETURNS integer[]
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE term
{_GRADES}
    ELSE ARRAY[]::integer[] END
$$;
""",
    "DROP FUNCTION procedures_grades_of(text);",
)
GRADE = refuse(
    "adverseevent",
    "grade_is_one_of_its_term",
    "NOT (NEW.grade = ANY (procedures_grades_of(NEW.term)))",
    "that grade does not exist for this event",
)

# Either every item is answered and the score is the table's, or there is none.
SCORE = judge(
    "instrumentresponse",
    "score_is_of_its_answers",
    """
  SELECT CASE
      WHEN EXISTS (SELECT FROM jsonb_each(NEW.answers) AS a
                    WHERE NOT (d.items @> jsonb_build_array(
                                 jsonb_build_object('key', a.key)))
                       OR a.value::text !~ '^[0-9]{1,3}$'
                       OR a.value::text::integer NOT BETWEEN d.low AND d.high)
        THEN 'an answer does not fit its questionnaire'
      WHEN d.answered < jsonb_array_length(d.items) AND NEW.score IS NOT NULL
        THEN 'a questionnaire with an answer missing has no score'
      WHEN d.answered = jsonb_array_length(d.items) AND (
          NEW.raw_score IS DISTINCT FROM d.total OR NEW.score IS DISTINCT FROM
            CASE WHEN d.method = 'table' THEN (d.marks ->> d.total)::numeric
                 ELSE d.total::numeric END)
        THEN 'a score is that of its answers'
      WHEN NEW.follow_up_id IS NULL AND NEW.occasion <> 'baseline'
        THEN 'an answer is the baseline''s or a contact''s'
      WHEN NEW.follow_up_id IS NOT NULL AND NOT EXISTS (
          SELECT FROM procedures_followup f
           WHERE f.id = NEW.follow_up_id AND f.code = NEW.occasion)
        THEN 'an answer is of its own contact'
    END INTO fault
    FROM (SELECT i.definition -> 'items' AS items, i.definition -> 'table' AS marks,
                 i.definition ->> 'method' AS method,
                 (i.definition #>> '{answer_range,0}')::integer AS low,
                 (i.definition #>> '{answer_range,1}')::integer AS high,
                 (SELECT count(*) FROM jsonb_object_keys(NEW.answers)) AS answered,
                 (SELECT sum(a.value::text::integer)
                    FROM jsonb_each(NEW.answers) AS a
                   WHERE a.value::text ~ '^[0-9]{1,3}$')::integer AS total
            FROM procedures_instrumentversion i WHERE i.id = NEW.instrument_id) AS d;
""",
)

ANSWERED = judge(
    "followup",
    "answered_by_an_answer",
    """
  IF NEW.state = 'answered' AND NOT EXISTS (
      SELECT FROM procedures_response r
       WHERE r.follow_up_id = NEW.id AND r.superseded_at IS NULL) THEN
    fault := 'a contact is answered by an answer';
  END IF;
""",
    "INSERT OR UPDATE OF state",
)

GUARDS = [
    DAY_FAULT,
    CHECK_IN,
    FEVER,
    VITALS_PURPOSE,
    MARK,
    TIME_OUT,
    HARVEST,
    ALIQUOTS,
    DISCHARGE,
    GRADES_OF,
    GRADE,
    SCORE,
    ANSWERED,
]
