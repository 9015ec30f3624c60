"""What the database refuses by itself on the day and after.

Single rows are checked at once; sums at the end of the statement's transaction, or
when the service makes them immediate, under a lock on the episode's row.
Every refusal has SQLSTATE 23514, a check violation.
"""

# A container belongs to its episode's patient, and a part to the same episode.
PRODUCTS = """
CREATE FUNCTION procedures_product_is_of_its_patient() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM procedures_episode e
                  WHERE e.id = NEW.episode_id AND e.patient_id = NEW.donor_id
                    AND e.clinic_id = NEW.clinic_id) THEN
    RAISE EXCEPTION 'a product comes from its episode''s patient'
      USING ERRCODE = '23514';
  END IF;
  IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM procedures_product p
       WHERE p.id = NEW.parent_id AND p.episode_id = NEW.episode_id
         AND p.donor_id = NEW.donor_id AND p.collected_on = NEW.collected_on) THEN
    RAISE EXCEPTION 'a product is made of one of the same episode and day'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER product_is_of_its_patient BEFORE INSERT ON procedures_product
  FOR EACH ROW EXECUTE FUNCTION procedures_product_is_of_its_patient();

CREATE FUNCTION procedures_hand_off_matches() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT FROM procedures_product p
        JOIN procedures_episode e ON e.id = p.episode_id
        JOIN patients_patient t ON t.id = e.patient_id
       WHERE p.id = NEW.product_id AND p.episode_id = NEW.episode_id
         AND p.code = NEW.container_scan AND t.mrn = NEW.patient_scan) THEN
    RAISE EXCEPTION 'wristband, container and episode do not agree'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hand_off_matches BEFORE INSERT ON procedures_handoff
  FOR EACH ROW EXECUTE FUNCTION procedures_hand_off_matches();
"""
DROP_PRODUCTS = """
DROP TRIGGER product_is_of_its_patient ON procedures_product;
DROP FUNCTION procedures_product_is_of_its_patient();
DROP TRIGGER hand_off_matches ON procedures_handoff;
DROP FUNCTION procedures_hand_off_matches();
"""

# The day runs forward: check-in, mark, time-out 1, harvest, processing, release,
# time-out 2, injection, discharge.
DAY = """
CREATE FUNCTION procedures_mark_follows_check_in() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM procedures_checkin c
                  WHERE c.episode_id = NEW.episode_id AND c.superseded_at IS NULL
                    AND c.occurred_at <= NEW.occurred_at)
     OR NOT EXISTS (SELECT FROM procedures_target t
                     WHERE t.id = NEW.target_id AND t.episode_id = NEW.episode_id
                       AND t.laterality = NEW.laterality) THEN
    RAISE EXCEPTION 'a mark follows the check-in and is on the target''s side'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mark_follows_check_in BEFORE INSERT ON procedures_sitemark
  FOR EACH ROW EXECUTE FUNCTION procedures_mark_follows_check_in();

CREATE FUNCTION procedures_time_out_in_order() RETURNS trigger
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
CREATE TRIGGER time_out_in_order BEFORE INSERT ON procedures_timeout
  FOR EACH ROW EXECUTE FUNCTION procedures_time_out_in_order();

CREATE FUNCTION procedures_harvest_in_order() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT FROM procedures_timeout o
       WHERE o.id = NEW.time_out_id AND o.episode_id = NEW.episode_id
         AND o.number = 1 AND o.superseded_at IS NULL
         AND o.occurred_at <= NEW.start_at AND NEW.start_at <= o.valid_until) THEN
    RAISE EXCEPTION 'a harvest needs a valid time-out 1' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER harvest_in_order BEFORE INSERT ON procedures_harvest
  FOR EACH ROW EXECUTE FUNCTION procedures_harvest_in_order();

CREATE FUNCTION procedures_processing_in_order() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT FROM procedures_product a
        JOIN procedures_product c ON c.parent_id = a.id
        JOIN procedures_harvest h ON h.episode_id = a.episode_id
       WHERE a.id = NEW.product_id AND a.kind = 'A' AND c.kind = 'C'
         AND c.id = NEW.concentrate_id AND a.episode_id = NEW.episode_id
         AND a.clinic_id = NEW.clinic_id
         AND h.superseded_at IS NULL AND h.end_at <= NEW.start_at) THEN
    RAISE EXCEPTION 'processing follows the harvest of the same episode'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER processing_in_order BEFORE INSERT ON procedures_processing
  FOR EACH ROW EXECUTE FUNCTION procedures_processing_in_order();

CREATE FUNCTION procedures_release_in_order() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT FROM procedures_processing p
       WHERE p.id = NEW.processing_id AND p.episode_id = NEW.episode_id
         AND p.concentrate_id = NEW.product_id AND p.superseded_at IS NULL
         AND NOT p.regulatory_hold AND p.operator_id = NEW.operator_id
         AND p.end_at <= NEW.released_at) THEN
    RAISE EXCEPTION 'a release follows its processing, which is not on hold'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER release_in_order BEFORE INSERT ON procedures_release
  FOR EACH ROW EXECUTE FUNCTION procedures_release_in_order();

CREATE FUNCTION procedures_discharge_in_order() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT FROM procedures_injection i
       WHERE i.episode_id = NEW.episode_id AND i.superseded_at IS NULL)
     OR EXISTS (
      SELECT FROM procedures_injection i
       WHERE i.episode_id = NEW.episode_id AND i.superseded_at IS NULL
         AND i.end_at > NEW.occurred_at) THEN
    RAISE EXCEPTION 'a discharge follows the last injection' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER discharge_in_order BEFORE INSERT ON procedures_discharge
  FOR EACH ROW EXECUTE FUNCTION procedures_discharge_in_order();
"""
DROP_DAY = """
DROP TRIGGER mark_follows_check_in ON procedures_sitemark;
DROP TRIGGER time_out_in_order ON procedures_timeout;
DROP TRIGGER harvest_in_order ON procedures_harvest;
DROP TRIGGER processing_in_order ON procedures_processing;
DROP TRIGGER release_in_order ON procedures_release;
DROP TRIGGER discharge_in_order ON procedures_discharge;
DROP FUNCTION procedures_mark_follows_check_in();
DROP FUNCTION procedures_time_out_in_order();
DROP FUNCTION procedures_harvest_in_order();
DROP FUNCTION procedures_processing_in_order();
DROP FUNCTION procedures_release_in_order();
DROP FUNCTION procedures_discharge_in_order();
"""

# An injection: product, wristband and episode agree; consented target and side;
# released, of the same clinic-local day, not expired, not held; time-out 2 is valid.
INJECTION = """
CREATE FUNCTION procedures_injection_is_safe() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE fault text;
BEGIN
  SELECT CASE
      WHEN p.kind <> 'C' OR p.episode_id <> NEW.episode_id
        THEN 'the product is another episode''s'
      WHEN p.code <> NEW.product_scan OR t.mrn <> NEW.patient_scan
        OR p.recipient_id <> e.patient_id THEN 'product, wristband and episode differ'
      WHEN p.collected_on <> (NEW.start_at AT TIME ZONE c.time_zone)::date
        THEN 'the product is not of the same day'
      WHEN r.id IS NULL OR NEW.start_at < r.released_at
        THEN 'the product is not released'
      WHEN NEW.end_at > r.expires_at THEN 'the product has expired'
      WHEN s.regulatory_hold THEN 'the product is on hold'
      WHEN EXISTS (SELECT FROM procedures_scanincident x
                    WHERE x.episode_id = NEW.episode_id AND NOT EXISTS (
                      SELECT FROM procedures_incidentresolution y
                       WHERE y.incident_id = x.id))
        THEN 'a scan incident is open'
      WHEN o.id IS NULL OR o.number <> 2 OR o.product_id <> p.id
        OR o.episode_id <> NEW.episode_id OR o.superseded_at IS NOT NULL
        OR NEW.start_at < o.occurred_at OR NEW.start_at > o.valid_until
        THEN 'time-out 2 is not valid'
      WHEN g.id IS NULL OR g.episode_id <> NEW.episode_id
        OR g.laterality <> NEW.laterality THEN 'the target or its side differs'
      WHEN NOT EXISTS (
        SELECT FROM procedures_consent k
          JOIN procedures_consenttarget kt ON kt.consent_id = k.id
         WHERE k.episode_id = NEW.episode_id AND k.consent_type = 'procedure'
           AND k.superseded_at IS NULL AND kt.target_id = NEW.target_id
           AND k.signed_at < NEW.start_at) THEN 'the target is not consented'
    END INTO fault
    FROM procedures_product p
    JOIN procedures_episode e ON e.id = p.episode_id
    JOIN clinics_clinic c ON c.id = e.clinic_id
    JOIN patients_patient t ON t.id = e.patient_id
    LEFT JOIN procedures_release r ON r.product_id = p.id AND r.superseded_at IS NULL
    LEFT JOIN procedures_processing s
      ON s.concentrate_id = p.id AND s.superseded_at IS NULL
    LEFT JOIN procedures_timeout o ON o.id = NEW.time_out_id
    LEFT JOIN procedures_target g ON g.id = NEW.target_id
   WHERE p.id = NEW.product_id;
  IF NOT FOUND THEN
    fault := 'there is no such product';
  END IF;
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION 'no injection: %', fault USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER injection_is_safe BEFORE INSERT ON procedures_injection
  FOR EACH ROW EXECUTE FUNCTION procedures_injection_is_safe();
"""
DROP_INJECTION = """
DROP TRIGGER injection_is_safe ON procedures_injection;
DROP FUNCTION procedures_injection_is_safe();
"""

VOLUMES = """
CREATE FUNCTION procedures_volumes_are_conserved() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE whole numeric; parts numeric; closed boolean;
BEGIN
  PERFORM FROM procedures_episode WHERE id = NEW.episode_id FOR NO KEY UPDATE;
  SELECT bmc_ml INTO whole FROM procedures_processing
   WHERE episode_id = NEW.episode_id AND superseded_at IS NULL;
  IF whole IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT coalesce((SELECT sum(volume_ml) FROM procedures_injection
                    WHERE episode_id = NEW.episode_id AND superseded_at IS NULL), 0)
       + coalesce((SELECT sum(d.volume_ml) FROM procedures_disposition d
                     JOIN procedures_product p ON p.id = d.product_id
                    WHERE d.episode_id = NEW.episode_id AND p.kind = 'C'
                      AND d.superseded_at IS NULL), 0)
    INTO parts;
  SELECT EXISTS (SELECT FROM procedures_discharge
                  WHERE episode_id = NEW.episode_id AND superseded_at IS NULL)
    INTO closed;
  IF parts > whole + 0.1 OR (closed AND parts < whole - 0.1) THEN
    RAISE EXCEPTION 'volumes are not conserved: % of % mL', parts, whole
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER injection_volumes_are_conserved
  AFTER INSERT ON procedures_injection DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION procedures_volumes_are_conserved();
CREATE CONSTRAINT TRIGGER disposition_volumes_are_conserved
  AFTER INSERT ON procedures_disposition DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION procedures_volumes_are_conserved();
CREATE CONSTRAINT TRIGGER processing_volumes_are_conserved
  AFTER INSERT ON procedures_processing DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION procedures_volumes_are_conserved();
CREATE CONSTRAINT TRIGGER discharge_volumes_are_conserved
  AFTER INSERT ON procedures_discharge DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION procedures_volumes_are_conserved();

CREATE FUNCTION procedures_aliquots_add_up() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE stated numeric; drawn numeric;
BEGIN
  SELECT total_aspirate_ml INTO stated FROM procedures_harvest WHERE id = NEW.id;
  SELECT sum(volume_ml) INTO drawn FROM procedures_aliquot WHERE harvest_id = NEW.id;
  IF drawn IS DISTINCT FROM stated THEN
    RAISE EXCEPTION 'aliquots add up to % mL, not %', drawn, stated
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER harvest_aliquots_add_up
  AFTER INSERT ON procedures_harvest DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION procedures_aliquots_add_up();
"""
DROP_VOLUMES = """
DROP TRIGGER injection_volumes_are_conserved ON procedures_injection;
DROP TRIGGER disposition_volumes_are_conserved ON procedures_disposition;
DROP TRIGGER processing_volumes_are_conserved ON procedures_processing;
DROP TRIGGER discharge_volumes_are_conserved ON procedures_discharge;
DROP FUNCTION procedures_volumes_are_conserved();
DROP TRIGGER harvest_aliquots_add_up ON procedures_harvest;
DROP FUNCTION procedures_aliquots_add_up();
"""

# Contacts exist after an injection only; their dates never move, their state only
# onwards; an answer belongs to its own episode.
FOLLOW_UPS = """
CREATE FUNCTION procedures_follow_up_follows_injection() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM procedures_injection i
                  WHERE i.episode_id = NEW.episode_id AND i.superseded_at IS NULL) THEN
    RAISE EXCEPTION 'follow-ups are planned at the injection' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER follow_up_follows_injection BEFORE INSERT ON procedures_followup
  FOR EACH ROW EXECUTE FUNCTION procedures_follow_up_follows_injection();

CREATE FUNCTION procedures_follow_up_keeps_its_plan() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR to_jsonb(NEW) - '{state,answered_at}'::text[]
        <> to_jsonb(OLD) - '{state,answered_at}'::text[]
     OR (OLD.answered_at IS NOT NULL
         AND OLD.answered_at IS DISTINCT FROM NEW.answered_at)
     OR (OLD.state <> 'planned' AND NEW.state <> OLD.state) THEN
    RAISE EXCEPTION 'a planned contact never moves' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER follow_up_keeps_its_plan BEFORE UPDATE OR DELETE ON procedures_followup
  FOR EACH ROW EXECUTE FUNCTION procedures_follow_up_keeps_its_plan();

CREATE FUNCTION procedures_response_is_of_its_episode() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.follow_up_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM procedures_followup f
       WHERE f.id = NEW.follow_up_id AND f.episode_id = NEW.episode_id) THEN
    RAISE EXCEPTION 'an answer belongs to its own episode' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER response_is_of_its_episode BEFORE INSERT ON procedures_response
  FOR EACH ROW EXECUTE FUNCTION procedures_response_is_of_its_episode();
CREATE TRIGGER response_is_of_its_episode BEFORE INSERT ON procedures_instrumentresponse
  FOR EACH ROW EXECUTE FUNCTION procedures_response_is_of_its_episode();
"""
DROP_FOLLOW_UPS = """
DROP TRIGGER follow_up_follows_injection ON procedures_followup;
DROP TRIGGER follow_up_keeps_its_plan ON procedures_followup;
DROP TRIGGER response_is_of_its_episode ON procedures_response;
DROP TRIGGER response_is_of_its_episode ON procedures_instrumentresponse;
DROP FUNCTION procedures_follow_up_follows_injection();
DROP FUNCTION procedures_follow_up_keeps_its_plan();
DROP FUNCTION procedures_response_is_of_its_episode();
"""
