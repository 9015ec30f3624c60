"""Containers, kits, bench, release and injection: see refusals_0012_sql."""

from procedures.migrations.sql.refusals_0012 import Guard, judge, refuse

# That a part of a container was discarded (by an instant, if one is given), or null.
DISCARDED = Guard(
    """
CREATE FUNCTION procedures_discarded(container uuid, by_then timestamptz)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT 'the product has been discarded' FROM procedures_disposition d
   WHERE d.product_id = container AND d.kind = 'discarded'
     AND d.superseded_at IS NULL AND d.volume_ml > 0
     AND (by_then IS NULL OR d.occurred_at <= by_then) LIMIT 1
$$;
""",
    "DROP FUNCTION procedures_discarded(uuid, timestamptz);",
)

# The end of a released product's use: what its release told, or earlier if its harvest
# turned out to have begun earlier. The same as selectors.day_facts.expires_at.
EXPIRES_AT = Guard(
    """
CREATE FUNCTION procedures_expires_at(container uuid) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT least(r.expires_at,
               h.first_aliquot_at + make_interval(mins => c.product_limit_minutes))
    FROM procedures_release r
    JOIN procedures_episode e ON e.id = r.episode_id
    JOIN clinics_clinic c ON c.id = e.clinic_id
    LEFT JOIN procedures_harvest h ON h.episode_id = e.id AND h.superseded_at IS NULL
   WHERE r.product_id = container AND r.superseded_at IS NULL
$$;
""",
    "DROP FUNCTION procedures_expires_at(uuid);",
)

PRODUCT = judge(
    "product",
    "container_is_filled_on_the_day",
    """
  SELECT CASE
      WHEN NEW.kind = 'A' AND NOT EXISTS (
        SELECT FROM procedures_harvest h
         WHERE h.episode_id = NEW.episode_id AND h.superseded_at IS NULL
           AND procedures_local_day(h.episode_id, h.first_aliquot_at)
               = NEW.collected_on)
        THEN 'a container is filled at the harvest of its day'
      WHEN NEW.kind <> 'A' AND NOT EXISTS (
        SELECT FROM procedures_product p
         WHERE p.id = NEW.parent_id
           AND p.kind = CASE NEW.kind WHEN 'C' THEN 'A' ELSE 'C' END)
        THEN 'concentrate is made of aspirate, a sample of concentrate'
    END INTO fault;
""",
)
COUNTER = [
    refuse(
        "productcounter",
        "numbers_count_up",
        "NEW.last <= OLD.last"
        " OR (OLD.clinic_id, OLD.day) IS DISTINCT FROM (NEW.clinic_id, NEW.day)",
        "the numbers of containers only count up",
        "UPDATE",
    ),
    refuse(
        "productcounter",
        "numbers_are_kept",
        "true",
        "the numbers of containers only count up",
        "DELETE",
    ),
]

HAND_OFF = judge(
    "handoff",
    "hand_off_is_of_its_container",
    """
  SELECT 'that hand-off is another container''s' INTO fault
    FROM procedures_product p
   WHERE p.id = NEW.product_id
     AND (p.kind = 'A') <> (NEW.kind IN ('H1', 'H2', 'H3'));
""",
)
INCIDENT = judge(
    "incidentresolution",
    "incident_is_resolved_afterwards",
    """
  SELECT CASE
      WHEN NEW.resolved_at < i.occurred_at
        THEN 'an incident is resolved after it happened'
      WHEN NOT procedures_is_staff(i.episode_id, NEW.first_id, 'clinician', 'nurse',
                                   'technician', 'medical_director')
        OR NOT procedures_is_staff(i.episode_id, NEW.second_id, 'clinician', 'nurse',
                                   'technician', 'medical_director')
        THEN 'an incident is resolved by two of the treating team'
    END INTO fault
    FROM procedures_scanincident i WHERE i.id = NEW.incident_id;
""",
)

# A rival with another spelling of the serial waits at the lock, then sees our row. The
# first digit of an item number counts packages and the last one checks. A label that
# was typed may have none: it is any item of that serial and day.
KIT = judge(
    "kituse",
    "kit_is_used_once_however_spelt",
    """
  IF NEW.gtin !~ '^([0-9]{14})?$' THEN
    fault := 'an item number has 14 digits';
  ELSIF NEW.superseded_at IS NULL AND NEW.serial <> '' THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(
      'kit:' || upper(btrim(NEW.serial)), 0));
    SELECT 'this kit has been used before' INTO fault
      FROM procedures_kituse k
     WHERE upper(btrim(k.serial)) = upper(btrim(NEW.serial))
       AND CASE WHEN k.gtin = '' OR NEW.gtin = '' THEN k.expires_on = NEW.expires_on
                ELSE substr(k.gtin, 2, 12) = substr(NEW.gtin, 2, 12) END
       AND k.superseded_at IS NULL AND k.id <> NEW.id LIMIT 1;
  END IF;
""",
)
KIT_INDEX = Guard(
    """
CREATE INDEX kit_by_plain_serial ON procedures_kituse (upper(btrim(serial)))
 WHERE superseded_at IS NULL;
""",
    "DROP INDEX kit_by_plain_serial;",
)

# A kit that comes later than its act is that of a corrected processing, or of none.
KIT_OF_A_CORRECTION = Guard(
    """
CREATE FUNCTION procedures_kit_is_of_its_correction() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM procedures_processing p
              WHERE p.episode_id = NEW.episode_id AND p.superseded_at = NEW.recorded_at)
     AND NOT EXISTS (
       SELECT FROM procedures_processing p
        WHERE p.episode_id = NEW.episode_id AND p.kit_id = NEW.id
          AND p.recorded_at = NEW.recorded_at) THEN
    RAISE EXCEPTION 'a kit comes with the processing it was used for'
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER kit_is_of_its_correction AFTER INSERT ON procedures_kituse
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.corrects_id IS NULL)
  EXECUTE FUNCTION procedures_kit_is_of_its_correction();
""",
    "DROP TRIGGER kit_is_of_its_correction ON procedures_kituse;\n"
    "DROP FUNCTION procedures_kit_is_of_its_correction();",
)

PROCESSING = judge(
    "processing",
    "processing_has_its_kit_and_input",
    """
  SELECT CASE
      WHEN k.episode_id <> NEW.episode_id THEN 'the kit is another patient''s'
      WHEN abs(NEW.input_ml - h.total_aspirate_ml - h.anticoagulant_ml) > 1
        THEN format('the input was %s mL', h.total_aspirate_ml + h.anticoagulant_ml)
      WHEN NEW.corrects_id IS NOT NULL THEN NULL
      WHEN k.superseded_at IS NOT NULL THEN 'the kit was not that one'
      WHEN k.used_on <> procedures_local_day(NEW.episode_id, NEW.start_at)
        THEN 'the kit was opened on another day'
      WHEN s.signer_id <> NEW.operator_id THEN 'whoever processes signs it'
      ELSE procedures_day_fault(NEW.episode_id, NEW.start_at, NEW.recorded_at)
    END INTO fault
    FROM procedures_kituse k
    JOIN procedures_signature s ON s.id = NEW.signature_id
    LEFT JOIN procedures_harvest h
      ON h.episode_id = NEW.episode_id AND h.superseded_at IS NULL
   WHERE k.id = NEW.kit_id;
""",
)

RELEASE = judge(
    "release",
    "release_is_timely",
    """
  SELECT CASE
      WHEN NEW.expires_at > runs.out
        OR (NEW.corrects_id IS NULL AND NEW.expires_at <> runs.out)
        THEN format('a product is good for %s minutes', c.product_limit_minutes)
      WHEN NEW.corrects_id IS NULL AND s.signer_id <> NEW.released_by_id
        THEN 'whoever releases signs it'
      WHEN (p.clots OR p.leak OR p.viability_pct < 70)
        AND NOT procedures_is_staff(e.id, NEW.released_by_id,
                                    'clinician', 'medical_director')
        AND NOT procedures_is_staff(e.id, NEW.verifier_id,
                                    'clinician', 'medical_director')
        THEN 'a clot, a leak or low viability is a physician''s to accept'
      ELSE coalesce(procedures_discarded(NEW.product_id, NEW.released_at),
                    CASE WHEN NEW.corrects_id IS NULL THEN procedures_day_fault(
                      e.id, NEW.released_at, NEW.recorded_at) END)
    END INTO fault
    FROM procedures_episode e
    JOIN clinics_clinic c ON c.id = e.clinic_id
    JOIN procedures_signature s ON s.id = NEW.signature_id
    JOIN procedures_processing p ON p.id = NEW.processing_id
    JOIN procedures_harvest h ON h.episode_id = e.id AND h.superseded_at IS NULL,
    LATERAL (SELECT h.first_aliquot_at
                    + make_interval(mins => c.product_limit_minutes) AS out) AS runs
   WHERE e.id = NEW.episode_id;
""",
)

INJECTION = judge(
    "injection",
    "injection_is_consented",
    """
  SELECT CASE
      WHEN NEW.corrects_id IS NULL AND s.signer_id <> NEW.proceduralist_id
        THEN 'the proceduralist signs the injection'
      WHEN (NEW.contrast_ml > 0 OR NEW.contrast_agent <> '') AND EXISTS (
          SELECT FROM procedures_evaluation v
           WHERE v.episode_id = NEW.episode_id AND v.superseded_at IS NULL
             AND 'iodinated_contrast' = ANY (v.allergies))
        THEN 'no contrast with an allergy to it'
      WHEN NEW.end_at > greatest(
          procedures_expires_at(NEW.product_id),
          (SELECT o.end_at FROM procedures_injection o WHERE o.id = NEW.corrects_id))
        THEN 'the product has expired'
      ELSE coalesce(
        procedures_consent_fault(NEW.episode_id, NEW.start_at, NEW.proceduralist_id,
                                 NEW.target_id, NEW.corrects_id IS NOT NULL),
        procedures_discarded(NEW.product_id,
          CASE WHEN NEW.corrects_id IS NOT NULL THEN NEW.start_at END),
        CASE WHEN NEW.corrects_id IS NULL THEN
          procedures_day_fault(NEW.episode_id, NEW.start_at, NEW.recorded_at) END)
    END INTO fault
    FROM procedures_signature s WHERE s.id = NEW.signature_id;
""",
)

GUARDS = [
    DISCARDED,
    EXPIRES_AT,
    PRODUCT,
    *COUNTER,
    HAND_OFF,
    INCIDENT,
    KIT_INDEX,
    KIT,
    KIT_OF_A_CORRECTION,
    PROCESSING,
    RELEASE,
    INJECTION,
]
