"""Refusals by the database itself about stops and targets not treated.

Frozen with the migration that installs it. Every refusal has SQLSTATE 23514.
"""

# While a stop stands nothing on the way to the patient is recorded, whoever writes.
# A correction tells again what was done before, no later than it was told then, and is
# let pass; so is a harvest that had begun before the finding.
BLOCKED = """
CREATE FUNCTION procedures_stop_stands(
  episode uuid, of_product boolean, began timestamptz DEFAULT NULL)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM procedures_stop s
      JOIN procedures_episode e ON e.id = episode
     WHERE s.patient_id = e.patient_id
       AND (s.scope = 'patient' OR s.episode_id = e.id)
       AND (of_product OR s.scope <> 'product')
       AND (began IS NULL OR s.found_at <= began)
       AND NOT EXISTS (SELECT FROM procedures_stoplift l WHERE l.stop_id = s.id))
$$;

CREATE FUNCTION procedures_refuse_while_stopped() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE told boolean := false; began timestamptz;
BEGIN
  IF TG_TABLE_NAME = 'procedures_injection' THEN
    told := EXISTS (SELECT FROM procedures_injection o
                     WHERE o.id = NEW.corrects_id AND o.episode_id = NEW.episode_id
                       AND o.target_id = NEW.target_id
                       AND NEW.start_at <= o.start_at);
  ELSIF TG_TABLE_NAME = 'procedures_harvest' THEN
    began := NEW.start_at;
    told := EXISTS (SELECT FROM procedures_harvest o
                     WHERE o.id = NEW.corrects_id AND o.episode_id = NEW.episode_id
                       AND NEW.start_at <= o.start_at);
  END IF;
  IF NOT told
     AND procedures_stop_stands(NEW.episode_id, TG_ARGV[0] = 'product', began) THEN
    RAISE EXCEPTION 'a stop stands' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER harvest_not_while_stopped BEFORE INSERT ON procedures_harvest
  FOR EACH ROW EXECUTE FUNCTION procedures_refuse_while_stopped('way');
CREATE TRIGGER release_not_while_stopped BEFORE INSERT ON procedures_release
  FOR EACH ROW EXECUTE FUNCTION procedures_refuse_while_stopped('product');
CREATE TRIGGER injection_not_while_stopped BEFORE INSERT ON procedures_injection
  FOR EACH ROW EXECUTE FUNCTION procedures_refuse_while_stopped('product');

CREATE FUNCTION procedures_refuse_time_out_while_stopped() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF procedures_stop_stands(NEW.episode_id, NEW.number = 2) THEN
    RAISE EXCEPTION 'a stop stands' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER time_out_not_while_stopped BEFORE INSERT ON procedures_timeout
  FOR EACH ROW EXECUTE FUNCTION procedures_refuse_time_out_while_stopped();

CREATE FUNCTION procedures_refuse_approval_while_stopped() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.outcome IN ('approved', 'approved_with_conditions')
     AND procedures_stop_stands(NEW.episode_id, false) THEN
    RAISE EXCEPTION 'a stop stands' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approval_not_while_stopped BEFORE INSERT ON procedures_decision
  FOR EACH ROW EXECUTE FUNCTION procedures_refuse_approval_while_stopped();

-- Vital signs are cleared by the check-in itself: the lift follows in its transaction.
CREATE FUNCTION procedures_refuse_check_in_while_stopped() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM procedures_checkin c
              WHERE c.id = NEW.id AND c.superseded_at IS NULL)
     AND procedures_stop_stands(NEW.episode_id, false) THEN
    RAISE EXCEPTION 'a stop stands' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_in_not_while_stopped
  AFTER INSERT ON procedures_checkin DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION procedures_refuse_check_in_while_stopped();
"""
DROP_BLOCKED = """
DROP TRIGGER harvest_not_while_stopped ON procedures_harvest;
DROP TRIGGER release_not_while_stopped ON procedures_release;
DROP TRIGGER injection_not_while_stopped ON procedures_injection;
DROP TRIGGER time_out_not_while_stopped ON procedures_timeout;
DROP TRIGGER approval_not_while_stopped ON procedures_decision;
DROP TRIGGER check_in_not_while_stopped ON procedures_checkin;
DROP FUNCTION procedures_refuse_while_stopped();
DROP FUNCTION procedures_refuse_time_out_while_stopped();
DROP FUNCTION procedures_refuse_approval_while_stopped();
DROP FUNCTION procedures_refuse_check_in_while_stopped();
DROP FUNCTION procedures_stop_stands(uuid, boolean, timestamptz);
"""

# A stop is its episode's patient's; it is lifted by a newer evaluation of that patient,
# by an override of its own rule, or by two people of whom one is a physician. An
# evaluation speaks of what it asked; of a hard finding on a later day only.
STOPS = """
CREATE FUNCTION procedures_stop_is_of_its_patient() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM procedures_episode e
                  WHERE e.id = NEW.episode_id AND e.patient_id = NEW.patient_id)
     OR (NEW.product_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM procedures_product p
            WHERE p.id = NEW.product_id AND p.episode_id = NEW.episode_id)) THEN
    RAISE EXCEPTION 'a stop is of its episode''s patient' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stop_is_of_its_patient BEFORE INSERT ON procedures_stop
  FOR EACH ROW EXECUTE FUNCTION procedures_stop_is_of_its_patient();

CREATE FUNCTION procedures_stop_lift_has_its_ground() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE s procedures_stop; fault text; needs text;
BEGIN
  SELECT * INTO s FROM procedures_stop WHERE id = NEW.stop_id;
  needs := CASE WHEN s.rule LIKE 'HEM-01%' THEN '777-3'
                WHEN s.rule LIKE 'HEM-02%' THEN '718-7'
                WHEN s.rule LIKE 'HEM-03%' THEN '6301-6'
                WHEN s.rule LIKE 'MET-01%' THEN '4548-4' END;
  IF NEW.how = 'evaluation' AND NOT EXISTS (
      SELECT FROM procedures_evaluation v
        JOIN procedures_episode e ON e.id = v.episode_id
        JOIN procedures_episode o ON o.id = s.episode_id
        JOIN clinics_clinic c ON c.id = o.clinic_id
       WHERE v.id = NEW.evaluation_id AND e.patient_id = s.patient_id
         AND s.scope <> 'product' AND s.question NOT IN ('vitals', 'conditions')
         AND (s.level <> 'HARD'
              OR (v.occurred_at AT TIME ZONE c.time_zone)::date
               > (s.found_at AT TIME ZONE c.time_zone)::date)
         AND (needs IS NULL OR EXISTS (
              SELECT FROM procedures_evaluationlab b
               WHERE b.evaluation_id = v.id AND b.loinc = needs))
         AND (s.scope = 'patient' OR e.id = s.episode_id)
         AND v.corrects_id IS NULL AND v.occurred_at > s.found_at
         AND v.recorded_at > s.recorded_at
         AND NOT (s.rule = 'INF-01' AND (v.active_infection
                  OR v.temperature_c IS NULL OR v.temperature_c >= 38.0))
         AND NOT (s.rule = 'PREG-01' AND v.pregnant)) THEN
    fault := 'a stop is lifted by a newer evaluation without its finding';
  ELSIF NEW.how = 'override' AND NOT EXISTS (
      SELECT FROM procedures_override o
        JOIN procedures_ruleversion r ON r.id = o.rule_id
        JOIN procedures_episode e ON e.id = o.episode_id
       WHERE o.id = NEW.override_id AND e.patient_id = s.patient_id
         AND r.code = s.rule AND r.level <> 'HARD' AND s.level <> 'HARD') THEN
    fault := 'a stop is lifted by an override of its own rule';
  ELSIF NEW.how = 'physician' AND NOT EXISTS (
      SELECT FROM procedures_signature g
        JOIN procedures_episode e ON e.id = g.episode_id
       WHERE g.id = NEW.signature_id AND e.patient_id = s.patient_id
         AND (g.subject = 'stop:' || s.id
              OR (s.question = 'vitals' AND e.id = s.episode_id
                  AND EXISTS (SELECT FROM procedures_checkin k
                               WHERE k.signature_id = g.id
                                 AND g.subject = 'check_in:' || k.id)))
         AND g.signer_id <> NEW.second_person_id
         AND (g.role IN ('clinician', 'medical_director')
              OR NEW.second_person_role IN ('clinician', 'medical_director'))
         AND EXISTS (SELECT FROM clinics_membership m
                      WHERE m.user_id = NEW.second_person_id
                        AND m.clinic_id = e.clinic_id
                        AND m.role = NEW.second_person_role)) THEN
    fault := 'two people lift a stop, and one of them is a physician';
  END IF;
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION '%', fault USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stop_lift_has_its_ground BEFORE INSERT ON procedures_stoplift
  FOR EACH ROW EXECUTE FUNCTION procedures_stop_lift_has_its_ground();
"""
DROP_STOPS = """
DROP TRIGGER stop_is_of_its_patient ON procedures_stop;
DROP TRIGGER stop_lift_has_its_ground ON procedures_stoplift;
DROP FUNCTION procedures_stop_is_of_its_patient();
DROP FUNCTION procedures_stop_lift_has_its_ground();
"""

# A target is treated or left out, never both; one that is left out needs no mark.
NOT_DONE = """
CREATE FUNCTION procedures_target_is_done_or_not() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM procedures_target t
                  WHERE t.id = NEW.target_id AND t.episode_id = NEW.episode_id) THEN
    RAISE EXCEPTION 'the target is another episode''s' USING ERRCODE = '23514';
  END IF;
  IF TG_TABLE_NAME = 'procedures_notdone' AND EXISTS (
      SELECT FROM procedures_injection i
       WHERE i.target_id = NEW.target_id AND i.superseded_at IS NULL) THEN
    RAISE EXCEPTION 'the target has been injected' USING ERRCODE = '23514';
  END IF;
  IF TG_TABLE_NAME = 'procedures_injection' AND EXISTS (
      SELECT FROM procedures_notdone n
       WHERE n.target_id = NEW.target_id AND n.superseded_at IS NULL) THEN
    RAISE EXCEPTION 'the target is recorded as not done' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER not_done_is_not_injected BEFORE INSERT ON procedures_notdone
  FOR EACH ROW EXECUTE FUNCTION procedures_target_is_done_or_not();
CREATE TRIGGER injection_of_an_open_target BEFORE INSERT ON procedures_injection
  FOR EACH ROW EXECUTE FUNCTION procedures_target_is_done_or_not();

CREATE OR REPLACE FUNCTION procedures_time_out_in_order() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number = 1 AND EXISTS (
      SELECT FROM procedures_target t
       WHERE t.episode_id = NEW.episode_id AND NOT EXISTS (
         SELECT FROM procedures_sitemark m
          WHERE m.target_id = t.id AND m.superseded_at IS NULL
            AND m.occurred_at <= NEW.occurred_at)
         AND NOT EXISTS (
         SELECT FROM procedures_notdone n
          WHERE n.target_id = t.id AND n.superseded_at IS NULL)) THEN
    RAISE EXCEPTION 'time-out 1 follows the marking of every target'
      USING ERRCODE = '23514';
  END IF;
  IF NEW.number = 2 AND NOT EXISTS (
      SELECT FROM procedures_release r
        JOIN procedures_product p ON p.id = r.product_id
       WHERE p.id = NEW.product_id AND p.episode_id = NEW.episode_id
         AND r.superseded_at IS NULL AND r.released_at <= NEW.occurred_at) THEN
    RAISE EXCEPTION 'time-out 2 follows the release of this episode''s product'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
"""
DROP_NOT_DONE = """
DROP TRIGGER not_done_is_not_injected ON procedures_notdone;
DROP TRIGGER injection_of_an_open_target ON procedures_injection;
DROP FUNCTION procedures_target_is_done_or_not();
CREATE OR REPLACE FUNCTION procedures_time_out_in_order() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number = 1 AND EXISTS (
      SELECT FROM procedures_target t
       WHERE t.episode_id = NEW.episode_id AND NOT EXISTS (
         SELECT FROM procedures_sitemark m
          WHERE m.target_id = t.id AND m.superseded_at IS NULL
            AND m.occurred_at <= NEW.occurred_at)) THEN
    RAISE EXCEPTION 'time-out 1 follows the marking of every target'
      USING ERRCODE = '23514';
  END IF;
  IF NEW.number = 2 AND NOT EXISTS (
      SELECT FROM procedures_release r
        JOIN procedures_product p ON p.id = r.product_id
       WHERE p.id = NEW.product_id AND p.episode_id = NEW.episode_id
         AND r.superseded_at IS NULL AND r.released_at <= NEW.occurred_at) THEN
    RAISE EXCEPTION 'time-out 2 follows the release of this episode''s product'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
"""
