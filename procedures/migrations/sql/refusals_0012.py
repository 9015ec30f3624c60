"""Refusals by the database itself since migration 0012 (frozen with it).

Each refusal is one AFTER trigger of one row with a plain sentence and SQLSTATE 23514,
so that a table's own constraints speak first and the service turns the sentence into
its 409. Rows are looked up by primary key or index and never locked. Old rows are not
looked at again.
"""

from typing import NamedTuple


class Guard(NamedTuple):
    """SQL that installs a refusal, and SQL that takes it away."""

    forward: str
    backward: str


# Every table whose rows are superseded and never edited.
RECORDS = (
    "evaluation",
    "decision",
    "override",
    "consent",
    "checkin",
    "vitalsset",
    "sitemark",
    "timeout",
    "harvest",
    "discharge",
    "adverseevent",
    "handoff",
    "kituse",
    "processing",
    "release",
    "injection",
    "notdone",
    "disposition",
    "response",
    "instrumentresponse",
)
SIGNED = (
    "evaluation",
    "decision",
    "override",
    "consent",
    "checkin",
    "timeout",
    "harvest",
    "processing",
    "release",
    "injection",
    "notdone",
    "discharge",
)

# The sentence is the trigger's argument.
SAY_NO = Guard(
    """
CREATE FUNCTION procedures_say_no() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = '23514';
END $$;
""",
    "DROP FUNCTION procedures_say_no();",
)


def refuse(
    table: str, name: str, when: str, sentence: str, event: str = "INSERT"
) -> Guard:
    """Refuse a row of procedures_`table` for which the condition `when` holds."""
    said = sentence.replace("'", "''")
    return Guard(
        f"""
CREATE TRIGGER {name} AFTER {event} ON procedures_{table}
  FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION procedures_say_no('{said}');
""",
        f"DROP TRIGGER {name} ON procedures_{table};",
    )


def judge(table: str, name: str, body: str, event: str = "INSERT") -> Guard:
    """Refuse a row of procedures_`table` for what `body` selects INTO fault."""
    function = f"procedures_{name}"
    return Guard(
        f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault text;
BEGIN
{body.strip()}
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION '%', fault USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON procedures_{table}
  FOR EACH ROW EXECUTE FUNCTION {function}();
""",
        f"DROP TRIGGER {name} ON procedures_{table};\nDROP FUNCTION {function}();",
    )


# The calendar day of an instant where the episode's clinic is.
LOCAL_DAY = Guard(
    """
CREATE FUNCTION procedures_local_day(path uuid, at timestamptz) RETURNS date
LANGUAGE sql STABLE AS $$
  SELECT (at AT TIME ZONE c.time_zone)::date
    FROM procedures_episode e JOIN clinics_clinic c ON c.id = e.clinic_id
   WHERE e.id = path
$$;
""",
    "DROP FUNCTION procedures_local_day(uuid, timestamptz);",
)

IS_STAFF = Guard(
    """
CREATE FUNCTION procedures_is_staff(path uuid, person bigint, VARIADIC roles text[])
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM procedures_episode e
      JOIN clinics_membership m ON m.clinic_id = e.clinic_id
     WHERE e.id = path AND m.user_id = person AND m.ended_at IS NULL
       AND m.role::text = ANY (roles))
$$;
""",
    "DROP FUNCTION procedures_is_staff(uuid, bigint, text[]);",
)

# A record is inserted as the current one, corrects a row of its own episode, and is
# superseded after it was written down.
CORRECTS_ITS_OWN = Guard(
    """
CREATE FUNCTION procedures_corrects_its_own() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE own boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE id = $1 AND episode_id = $2)',
                 TG_TABLE_NAME) INTO own USING NEW.corrects_id, NEW.episode_id;
  IF NOT own THEN
    RAISE EXCEPTION 'a correction stays in its episode' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
"""
    + "".join(
        f"""
CREATE TRIGGER corrects_its_own AFTER INSERT ON procedures_{table}
  FOR EACH ROW WHEN (NEW.corrects_id IS NOT NULL)
  EXECUTE FUNCTION procedures_corrects_its_own();
"""
        for table in RECORDS
    ),
    "".join(
        f"DROP TRIGGER corrects_its_own ON procedures_{table};\n" for table in RECORDS
    )
    + "DROP FUNCTION procedures_corrects_its_own();",
)


def _of_every_record(table: str) -> list[Guard]:
    return [
        refuse(
            table,
            "begins_as_current",
            "NEW.superseded_at IS NOT NULL",
            "a record begins as the current one",
        ),
        refuse(
            table,
            "happened_before_its_entry",
            "NEW.occurred_at > NEW.recorded_at",
            "a record tells what has happened, not what will",
        ),
        refuse(
            table,
            "superseded_after_its_entry",
            "NEW.superseded_at < NEW.recorded_at",
            "a record is not replaced before it was written down",
            "UPDATE OF superseded_at",
        ),
    ]


# What was signed is this row, in this episode, by a colleague in their own role.
OWN_SIGNATURE = Guard(
    """
CREATE FUNCTION procedures_carries_its_own_signature() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM procedures_signature s
                  WHERE s.id = NEW.signature_id AND s.episode_id = NEW.episode_id
                    AND right(s.subject, 36) = NEW.id::text) THEN
    RAISE EXCEPTION 'a record carries its own signature' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
"""
    + "".join(
        f"""
CREATE TRIGGER carries_its_own_signature AFTER INSERT ON procedures_{table}
  FOR EACH ROW EXECUTE FUNCTION procedures_carries_its_own_signature();
"""
        for table in SIGNED
    ),
    "".join(
        f"DROP TRIGGER carries_its_own_signature ON procedures_{table};\n"
        for table in SIGNED
    )
    + "DROP FUNCTION procedures_carries_its_own_signature();",
)
SIGNED_BY_A_COLLEAGUE = judge(
    "signature",
    "signed_by_a_colleague",
    """
  SELECT CASE
      WHEN NEW.sha256 <> encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex')
        THEN 'a signature keeps the hash of the words it signs'
      WHEN NOT procedures_is_staff(NEW.episode_id, NEW.signer_id, NEW.role)
        THEN 'whoever signs works at the clinic in the role they sign in'
    END INTO fault;
""",
)

# The rows a record is made of are written together with it: the record's row was
# made by this very transaction (age <= 0: not before it began; in progress: not by
# another one since).
PARTS = (
    ("aliquot", "harvest", "harvest_id"),
    ("localanaesthetic", "harvest", "harvest_id"),
    ("lastdose", "checkin", "check_in_id"),
    ("targetfinding", "evaluation", "evaluation_id"),
    ("evaluationmedication", "evaluation", "evaluation_id"),
    ("evaluationlab", "evaluation", "evaluation_id"),
    ("decisionrule", "decision", "decision_id"),
    ("consenttarget", "consent", "consent_id"),
)
WITH_ITS_RECORD = Guard(
    """
CREATE FUNCTION procedures_comes_with_its_record() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE old bigint;
BEGIN
  EXECUTE format('SELECT age(xmin) FROM %I WHERE id = ($1 ->> %L)::uuid',
                 TG_ARGV[0], TG_ARGV[1]) INTO old USING to_jsonb(NEW);
  IF old > 0 OR pg_xact_status(
      (pg_current_xact_id()::text::bigint - old)::text::xid8) <> 'in progress' THEN
    RAISE EXCEPTION 'nothing is added to a record once it is signed'
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
"""
    + "".join(
        f"""
CREATE TRIGGER comes_with_its_record AFTER INSERT ON procedures_{table}
  FOR EACH ROW EXECUTE FUNCTION
  procedures_comes_with_its_record('procedures_{parent}', '{column}');
"""
        for table, parent, column in PARTS
    ),
    "".join(
        f"DROP TRIGGER comes_with_its_record ON procedures_{table};\n"
        for table, _, _ in PARTS
    )
    + "DROP FUNCTION procedures_comes_with_its_record();",
)

GUARDS = [
    SAY_NO,
    LOCAL_DAY,
    IS_STAFF,
    CORRECTS_ITS_OWN,
    *(guard for table in RECORDS for guard in _of_every_record(table)),
    OWN_SIGNATURE,
    SIGNED_BY_A_COLLEAGUE,
    WITH_ITS_RECORD,
]
