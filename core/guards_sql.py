"""SQL of the guards that migrations install: the database refuses by itself."""

DENY_FUNCTION = """
CREATE OR REPLACE FUNCTION core_deny_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are never changed (%)', TG_TABLE_NAME, TG_OP
    USING ERRCODE = '23514';
END $$;

-- A signed row's only change, once, is superseded_at.
CREATE OR REPLACE FUNCTION core_deny_signed_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL
     AND NEW.superseded_at IS NOT NULL
     AND to_jsonb(NEW) - 'superseded_at' = to_jsonb(OLD) - 'superseded_at'
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is signed and never changed (%)', TG_TABLE_NAME, TG_OP
    USING ERRCODE = '23514';
END $$;
"""

DROP_DENY_FUNCTION = """
DROP FUNCTION IF EXISTS core_deny_change();
DROP FUNCTION IF EXISTS core_deny_signed_change();
"""

JOURNAL = """
CREATE FUNCTION core_journal_canon(
  stream text, seq bigint, name text, actor text, actor_name text, actor_role text,
  clinic_id bigint, occurred_at timestamptz, recorded_at timestamptz, payload text,
  prev_hash bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT convert_to(jsonb_build_array(
    'v1', stream, seq, name, actor, actor_name, actor_role, clinic_id,
    to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    payload, encode(prev_hash, 'hex'))::text, 'UTF8')
$$;

CREATE FUNCTION core_journal_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE head core_chainhead;
BEGIN
  INSERT INTO core_chainhead (stream, seq, hash) VALUES (NEW.stream, 0, '\\x00')
    ON CONFLICT (stream) DO NOTHING;
  SELECT * INTO head FROM core_chainhead WHERE stream = NEW.stream FOR UPDATE;
  NEW.seq := head.seq + 1;
  NEW.recorded_at := clock_timestamp();
  NEW.prev_hash := head.hash;
  NEW.hash := sha256(core_journal_canon(
    NEW.stream, NEW.seq, NEW.name, NEW.actor, NEW.actor_name, NEW.actor_role,
    NEW.clinic_id, NEW.occurred_at, NEW.recorded_at, NEW.payload, NEW.prev_hash));
  UPDATE core_chainhead SET seq = NEW.seq, hash = NEW.hash WHERE stream = NEW.stream;
  RETURN NEW;
END $$;
-- The trigger runs as the owner; nobody's search path may bend its names.
DO $$ BEGIN
  EXECUTE format(
    'ALTER FUNCTION core_journal_link() SET search_path = pg_catalog, %I, pg_temp',
    current_schema());
END $$;

CREATE TRIGGER journal_link BEFORE INSERT ON core_journalentry
  FOR EACH ROW EXECUTE FUNCTION core_journal_link();
"""

DROP_JOURNAL = """
DROP TRIGGER IF EXISTS journal_link ON core_journalentry;
DROP FUNCTION IF EXISTS core_journal_link();
DROP FUNCTION IF EXISTS core_journal_canon(
  text, bigint, text, text, text, text, bigint, timestamptz, timestamptz, text, bytea);
"""


def deny_changes(table: str) -> tuple[str, str]:
    """(forward, backward) SQL: `table` takes INSERT and SELECT only."""
    return _guard(table, "core_deny_change")


def deny_signed_changes(table: str) -> tuple[str, str]:
    """(forward, backward) SQL: only `superseded_at` may be set on a row, once."""
    return _guard(table, "core_deny_signed_change")


def _guard(table: str, function: str) -> tuple[str, str]:
    forward = f"""
CREATE TRIGGER {table}_never_changes BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION {function}();
CREATE TRIGGER {table}_never_empties BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION core_deny_change();
"""
    backward = f"""
DROP TRIGGER IF EXISTS {table}_never_changes ON {table};
DROP TRIGGER IF EXISTS {table}_never_empties ON {table};
"""
    return forward, backward
