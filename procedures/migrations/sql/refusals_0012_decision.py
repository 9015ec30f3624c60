"""Evaluation, rules, decision, override and consent: see refusals_0012_sql."""

from procedures.migrations.sql.refusals_0012 import Guard, judge

_APPROVES = "outcome IN ('approved', 'approved_with_conditions')"
_DOCTORS = "'clinician', 'medical_director'"

# The first HARD rule that fires for an evaluation on a day, by the versions in force
# on `by_rules_of`. The same reading as domain.rules, in which more rules may follow.
HARD_FINDING = Guard(
    """
CREATE FUNCTION procedures_hard_finding(seen uuid, at_day date, by_rules_of date)
RETURNS text LANGUAGE sql STABLE AS $$
  WITH newest AS (
    SELECT DISTINCT ON (code) code, level, parameters AS p
      FROM procedures_ruleversion WHERE effective_from <= by_rules_of
     ORDER BY code, version DESC)
  SELECT r.code
    FROM procedures_evaluation v
    JOIN procedures_episode e ON e.id = v.episode_id
    JOIN clinics_clinic c ON c.id = e.clinic_id
    JOIN patients_patient t ON t.id = e.patient_id
    JOIN newest r ON r.level = 'HARD'
     AND (r.code <> 'SEV-01' OR c.severe_policy = 'hard')
   WHERE v.id = seen AND CASE r.code
     WHEN 'INF-01' THEN v.active_infection
       OR v.temperature_c >= (p ->> 'temperature_c')::numeric
       OR at_day < v.antibiotics_until
                   + (p ->> 'antibiotic_free_days')::numeric::integer
     WHEN 'PREG-01' THEN v.pregnant
     WHEN 'ASA-01' THEN v.asa_class >= (p ->> 'from')::numeric
     WHEN 'INC-5' THEN date_part('year', age(at_day, t.birth_date))
                       < (p ->> 'age_years')::numeric
     WHEN 'SEV-02' THEN EXISTS (
       SELECT FROM procedures_targetfinding f
        WHERE f.evaluation_id = v.id AND f.prosthetic_joint)
     WHEN 'SEV-01' THEN EXISTS (
       SELECT FROM procedures_targetfinding f
        WHERE f.evaluation_id = v.id
          AND (f.grade_kl >= (p ->> 'grade_kl')::numeric
            OR f.grade_tonnis >= (p ->> 'grade_tonnis')::numeric
            OR f.grade_samilson_prieto >= (p ->> 'grade_samilson_prieto')::numeric
            OR f.grade_icrs >= (p ->> 'grade_icrs')::numeric
            OR f.tendon_grade >= (p ->> 'tendon_grade')::numeric
            OR (f.cuff_tear = 'full' AND (
                 f.patte >= (p ->> 'patte')::numeric
                 OR f.goutallier >= (p ->> 'goutallier')::numeric))))
     WHEN 'HEM-01-LOW' THEN procedures_lab(v.id, '777-3') < (p ->> 'below')::numeric
     WHEN 'HEM-02-LOW' THEN procedures_lab(v.id, '718-7') < (p ->> 'below')::numeric
     WHEN 'HEM-03-HIGH' THEN procedures_lab(v.id, '6301-6') >= (p ->> 'from')::numeric
     ELSE false END
   ORDER BY r.code LIMIT 1
$$;
""",
    "DROP FUNCTION procedures_hard_finding(uuid, date, date);",
)
# The newest value of a test in an evaluation.
LAB = Guard(
    """
CREATE FUNCTION procedures_lab(seen uuid, test text) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT value FROM procedures_evaluationlab
   WHERE evaluation_id = seen AND loinc = test
   ORDER BY collected_on DESC NULLS LAST LIMIT 1
$$;
""",
    "DROP FUNCTION procedures_lab(uuid, text);",
)

FINDING = judge(
    "targetfinding",
    "finding_is_on_its_side",
    """
  SELECT CASE
      WHEN t.episode_id <> v.episode_id THEN 'the target is another episode''s'
      ELSE (SELECT format('%s is not of the %s', code, t.laterality)
              FROM unnest(NEW.icd10) AS code
             WHERE procedures_side_of_code(code) NOT IN ('', t.laterality) LIMIT 1)
    END INTO fault
    FROM procedures_target t, procedures_evaluation v
   WHERE t.id = NEW.target_id AND v.id = NEW.evaluation_id;
""",
)

RULES = [
    judge(
        "ruleversion",
        "hard_rule_stays_hard",
        """
  SELECT CASE
      WHEN NEW.level <> 'HARD' AND EXISTS (
        SELECT FROM procedures_ruleversion r
         WHERE r.code = NEW.code AND r.level = 'HARD')
        THEN 'a HARD rule stays HARD'
      WHEN NEW.code = 'INF-01' AND NOT coalesce(
        (NEW.parameters ->> 'temperature_c')::numeric <= 38
        AND (NEW.parameters ->> 'antibiotic_free_days')::numeric >= 14, false)
        THEN 'fever begins at 38.0 °C, and antibiotics count for 14 days'
    END INTO fault;
""",
    ),
    judge(
        "decisionrule",
        "rule_fires_as_it_is",
        f"""
  SELECT CASE
      WHEN NEW.level <> procedures_level_here(d.episode_id, r.code, r.level)
        THEN format('%s fires as %s', r.code,
                    procedures_level_here(d.episode_id, r.code, r.level))
      WHEN r.effective_from > procedures_local_day(d.episode_id, d.recorded_at)
        OR EXISTS (
          SELECT FROM procedures_ruleversion n
           WHERE n.code = r.code AND n.version > r.version
             AND n.effective_from
                 <= procedures_local_day(d.episode_id, d.recorded_at))
        THEN format('%s v%s is not in force', r.code, r.version)
      WHEN d.{_APPROVES} AND NEW.level = 'HARD'
        THEN format('no approval while %s stands against it', r.code)
      WHEN d.{_APPROVES} AND NEW.level IN ('OVERRIDE', 'OVERRIDE2') AND NOT EXISTS (
          SELECT FROM procedures_override o
            JOIN procedures_ruleversion w ON w.id = o.rule_id
           WHERE o.evaluation_id = d.evaluation_id AND o.superseded_at IS NULL
             AND w.code = r.code
             AND (o.valid_on IS NULL OR o.valid_on = d.decided_on))
        THEN format('no approval while nobody has set %s aside', r.code)
    END INTO fault
    FROM procedures_decision d, procedures_ruleversion r
   WHERE d.id = NEW.decision_id AND r.id = NEW.rule_id;
""",
    ),
]
# A rule's level under the clinic's policy on severe damage.
LEVEL_HERE = Guard(
    """
CREATE FUNCTION procedures_level_here(path uuid, code text, level text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN code = 'SEV-01' AND c.severe_policy = 'override'
    THEN 'OVERRIDE2' ELSE level END
    FROM procedures_episode e JOIN clinics_clinic c ON c.id = e.clinic_id
   WHERE e.id = path
$$;
""",
    "DROP FUNCTION procedures_level_here(uuid, text, text);",
)

DECISION = judge(
    "decision",
    "decision_rests_on_its_evaluation",
    f"""
  SELECT CASE
      WHEN v.episode_id <> NEW.episode_id THEN 'the evaluation is another episode''s'
      WHEN v.superseded_at IS NOT NULL AND NEW.corrects_id IS NULL
        THEN 'the evaluation has been replaced'
      WHEN NEW.decided_on > procedures_local_day(e.id, NEW.recorded_at)
        THEN 'a decision is not dated ahead'
      WHEN NEW.valid_until > NEW.decided_on + c.approval_valid_days
        THEN format('an approval holds for %s days', c.approval_valid_days)
      WHEN NOT NEW.{_APPROVES} THEN NULL
      WHEN v.nrs IS NULL OR NOT EXISTS (
          SELECT FROM procedures_instrumentresponse a
            JOIN procedures_instrumentversion i ON i.id = a.instrument_id
           WHERE a.episode_id = e.id AND a.occasion = 'baseline'
             AND a.superseded_at IS NULL AND a.score IS NOT NULL
             AND i.key = v.baseline_instrument)
        THEN 'the baseline is not complete'
      ELSE 'no approval while ' || procedures_hard_finding(
        v.id, NEW.decided_on, procedures_local_day(e.id, NEW.recorded_at))
        || ' stands against it'
    END INTO fault
    FROM procedures_episode e
    JOIN clinics_clinic c ON c.id = e.clinic_id
    JOIN procedures_evaluation v ON v.id = NEW.evaluation_id
   WHERE e.id = NEW.episode_id;
""",
)

OVERRIDE = judge(
    "override",
    "override_is_allowed",
    f"""
  SELECT CASE
      WHEN v.episode_id <> NEW.episode_id THEN 'the evaluation is another episode''s'
      WHEN v.superseded_at IS NOT NULL AND NEW.corrects_id IS NULL
        THEN 'the evaluation has been replaced'
      WHEN l.level = 'HARD' THEN 'a HARD rule has no override'
      WHEN l.level IN ('WARN', 'INFO')
        OR (l.level NOT IN ('OVERRIDE', 'OVERRIDE2') AND NEW.valid_on IS NULL)
        THEN format('%s stands in nobody''s way', r.code)
      WHEN NEW.role NOT IN ({_DOCTORS}) OR s.role <> NEW.role
        THEN 'a physician sets a rule aside'
      WHEN NEW.second_person_id = s.signer_id
        THEN 'the second person is somebody else'
      WHEN l.level = 'OVERRIDE2' AND (NEW.second_person_id IS NULL
        OR NEW.second_person_role <> 'medical_director')
        THEN 'the second person of this rule is the medical director'
      WHEN NEW.second_person_id IS NOT NULL AND NOT procedures_is_staff(
        NEW.episode_id, NEW.second_person_id, NEW.second_person_role)
        THEN 'the second person works here in the role named'
    END INTO fault
    FROM procedures_evaluation v, procedures_signature s, procedures_ruleversion r,
    LATERAL (SELECT procedures_level_here(NEW.episode_id, r.code, r.level) AS level) l
   WHERE v.id = NEW.evaluation_id AND s.id = NEW.signature_id AND r.id = NEW.rule_id;
""",
)

CONSENT = [
    judge(
        "consent",
        "consent_keeps_its_terms",
        f"""
  SELECT CASE
      WHEN NEW.signed_at > NEW.recorded_at THEN 'a consent is not signed ahead'
      WHEN NEW.valid_until < procedures_local_day(e.id, NEW.signed_at)
        OR NEW.valid_until > procedures_local_day(e.id, NEW.signed_at)
                             + c.consent_valid_days
        THEN format('a consent holds for %s days', c.consent_valid_days)
      WHEN NEW.proceduralist_id IS NOT NULL AND NOT procedures_is_staff(
        e.id, NEW.proceduralist_id, {_DOCTORS})
        THEN 'the proceduralist is a clinician of the clinic'
    END INTO fault
    FROM procedures_episode e JOIN clinics_clinic c ON c.id = e.clinic_id
   WHERE e.id = NEW.episode_id;
""",
    ),
    judge(
        "consenttarget",
        "consent_is_for_its_own_targets",
        """
  SELECT 'the target is another episode''s' INTO fault
    FROM procedures_consent k, procedures_target t
   WHERE k.id = NEW.consent_id AND t.id = NEW.target_id
     AND t.episode_id <> k.episode_id;
""",
    ),
    judge(
        "consentrevocation",
        "consent_is_taken_back_once_given",
        """
  SELECT CASE
      WHEN NEW.revoked_at < k.signed_at THEN 'a consent is taken back after it is given'
      WHEN NEW.revoked_at > NEW.recorded_at THEN 'a consent is not taken back ahead'
    END INTO fault
    FROM procedures_consent k WHERE k.id = NEW.consent_id;
""",
    ),
]

# What a procedure consent lacks for what is done at an instant, or null. Without a
# target it has to cover all of them; without a doctor anybody may.
CONSENT_FAULT = Guard(
    """
CREATE FUNCTION procedures_consent_fault(
  path uuid, at timestamptz, doctor bigint, which uuid, corrected boolean
) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
      WHEN k.id IS NULL THEN 'there is no procedure consent'
      WHEN k.signed_at >= at THEN 'the consent was signed later'
      WHEN EXISTS (SELECT FROM procedures_consentrevocation r
                    WHERE r.consent_id = k.id AND r.revoked_at <= at)
        THEN 'the consent has been taken back'
      WHEN k.valid_until < procedures_local_day(path, at)
        THEN 'the consent has run out'
      WHEN EXISTS (SELECT FROM procedures_target t
                    WHERE t.episode_id = path AND t.id = coalesce(which, t.id)
                      AND NOT EXISTS (SELECT FROM procedures_consenttarget kt
                                       WHERE kt.consent_id = k.id
                                         AND kt.target_id = t.id))
        THEN 'the consent does not cover the target'
      WHEN doctor IS NOT NULL AND k.proceduralist_id IS DISTINCT FROM doctor
        THEN 'the consent names another proceduralist'
    END
    FROM (SELECT 1) AS always
    LEFT JOIN LATERAL (
      SELECT * FROM procedures_consent x
       WHERE x.episode_id = path AND x.consent_type = 'procedure'
         AND (x.superseded_at IS NULL OR corrected)
       ORDER BY x.superseded_at IS NULL DESC, x.signed_at DESC LIMIT 1) AS k ON true
$$;
""",
    "DROP FUNCTION procedures_consent_fault(uuid, timestamptz, bigint, uuid, boolean);",
)

GUARDS = [
    LAB,
    HARD_FINDING,
    LEVEL_HERE,
    CONSENT_FAULT,
    FINDING,
    *RULES,
    DECISION,
    OVERRIDE,
    *CONSENT,
]
