"""Refusals by the database about corrections and entries in error.

Frozen for migration 0011. A record is replaced by its successor, or struck by an entry
in error; both come in one transaction, so the question is asked at its end. Every
refusal has SQLSTATE 23514, a check violation.
"""

# Table of each kind of record, as the entries in error name it.
TABLES = {
    "evaluation": "procedures_evaluation",
    "decision": "procedures_decision",
    "override": "procedures_override",
    "consent": "procedures_consent",
    "check_in": "procedures_checkin",
    "vitals": "procedures_vitalsset",
    "mark": "procedures_sitemark",
    "time_out": "procedures_timeout",
    "harvest": "procedures_harvest",
    "hand_off": "procedures_handoff",
    "kit_use": "procedures_kituse",
    "processing": "procedures_processing",
    "release": "procedures_release",
    "injection": "procedures_injection",
    "not_done": "procedures_notdone",
    "disposition": "procedures_disposition",
    "discharge": "procedures_discharge",
    "adverse_event": "procedures_adverseevent",
    "response": "procedures_response",
    "instrument_response": "procedures_instrumentresponse",
}
# A newer record of these replaces the one before without correcting it; the columns say
# of what it is the newer one.
REPLACED = {
    "evaluation": (),
    "decision": (),
    "consent": ("consent_type",),
    "mark": ("target_id",),
    "instrument_response": ("occasion",),
}

SUPERSEDED = """
CREATE FUNCTION procedures_superseded_is_explained() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE explained boolean; same text := '';  part text;
BEGIN
  IF EXISTS (SELECT FROM procedures_enteredinerror x
              WHERE x.record_kind = TG_ARGV[0] AND x.record_id = NEW.id
                AND x.episode_id = NEW.episode_id) THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %I s WHERE s.corrects_id = $1
                    AND s.episode_id = $2)', TG_TABLE_NAME)
    INTO explained USING NEW.id, NEW.episode_id;
  IF NOT explained AND TG_NARGS > 1 THEN
    FOREACH part IN ARRAY string_to_array(TG_ARGV[1], ',') LOOP
      CONTINUE WHEN part = '';
      same := same || format(' AND s.%1$I IS NOT DISTINCT FROM o.%1$I', part);
    END LOOP;
    EXECUTE format('SELECT EXISTS (SELECT FROM %1$I s JOIN %1$I o ON o.id = $1
                      WHERE s.id <> o.id AND s.episode_id = o.episode_id
                        AND s.recorded_at = o.superseded_at
                        AND s.recorded_at >= o.recorded_at', TG_TABLE_NAME)
            || same || ')'
      INTO explained USING NEW.id;
  END IF;
  IF NOT explained THEN
    RAISE EXCEPTION 'a record is replaced by another one or entered in error'
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION procedures_error_names_a_record() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE found boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %I r WHERE r.id = $1
                    AND r.episode_id = $2 AND r.superseded_at IS NOT NULL
                    AND NOT EXISTS (SELECT FROM %I s WHERE s.corrects_id = r.id))',
                 TG_ARGV[0], TG_ARGV[0])
    INTO found USING NEW.record_id, NEW.episode_id;
  IF NOT found THEN
    RAISE EXCEPTION 'an entry in error strikes a record of its episode'
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
"""
DROP_SUPERSEDED = """
DROP FUNCTION procedures_superseded_is_explained();
DROP FUNCTION procedures_error_names_a_record();
"""

# What was on hold once stays on hold, whatever a later row says.
HOLD = """
CREATE FUNCTION procedures_hold_is_never_lifted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT NEW.regulatory_hold AND EXISTS (
      SELECT FROM procedures_processing p
       WHERE p.episode_id = NEW.episode_id AND p.regulatory_hold) THEN
    RAISE EXCEPTION 'a product that was on hold stays on hold' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hold_is_never_lifted BEFORE INSERT ON procedures_processing
  FOR EACH ROW EXECUTE FUNCTION procedures_hold_is_never_lifted();
"""
DROP_HOLD = """
DROP TRIGGER hold_is_never_lifted ON procedures_processing;
DROP FUNCTION procedures_hold_is_never_lifted();
"""

# A contact whose answers were entered in error is open again; otherwise as before.
_KEEPS_ITS_PLAN = """
CREATE OR REPLACE FUNCTION procedures_follow_up_keeps_its_plan() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
     AND to_jsonb(NEW) - '{{state,answered_at}}'::text[]
         = to_jsonb(OLD) - '{{state,answered_at}}'::text[]{opened_again} THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE'
     OR to_jsonb(NEW) - '{{state,answered_at}}'::text[]
        <> to_jsonb(OLD) - '{{state,answered_at}}'::text[]
     OR (OLD.answered_at IS NOT NULL
         AND OLD.answered_at IS DISTINCT FROM NEW.answered_at)
     OR (OLD.state <> 'planned' AND NEW.state <> OLD.state) THEN
    RAISE EXCEPTION 'a planned contact never moves' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
"""
_OPENED_AGAIN = """
     AND NEW.answered_at IS NULL AND OLD.answered_at IS NOT NULL
     AND (NEW.state = OLD.state OR (OLD.state, NEW.state) = ('answered', 'planned'))
     AND NOT EXISTS (SELECT FROM procedures_response r
                      WHERE r.follow_up_id = NEW.id AND r.superseded_at IS NULL)
     AND EXISTS (SELECT FROM procedures_response r
                   JOIN procedures_enteredinerror x
                     ON x.record_kind = 'response' AND x.record_id = r.id
                  WHERE r.follow_up_id = NEW.id)"""
CONTACTS = _KEEPS_ITS_PLAN.format(opened_again=_OPENED_AGAIN)
CONTACTS_BEFORE = _KEEPS_ITS_PLAN.format(opened_again="\n     AND FALSE")


def explained(kind: str) -> tuple[str, str]:
    """(forward, backward) SQL of the two triggers of one kind of record."""
    table, keys = TABLES[kind], REPLACED.get(kind)
    arguments = f"'{kind}'" + ("" if keys is None else f", '{','.join(keys)}'")
    forward = f"""
CREATE CONSTRAINT TRIGGER {table}_superseded_is_explained
  AFTER UPDATE OF superseded_at ON {table} DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL)
  EXECUTE FUNCTION procedures_superseded_is_explained({arguments});
CREATE CONSTRAINT TRIGGER error_names_{kind}
  AFTER INSERT ON procedures_enteredinerror DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.record_kind = '{kind}')
  EXECUTE FUNCTION procedures_error_names_a_record('{table}');
"""
    backward = f"""
DROP TRIGGER {table}_superseded_is_explained ON {table};
DROP TRIGGER error_names_{kind} ON procedures_enteredinerror;
"""
    return forward, backward
