"""Questions about the database itself: what it must refuse, it still refuses."""

from scheduling.consistency.questions.guards import CONSTRAINTS, FOREIGN_KEYS

# A dump writes lists of words with other casts and brackets than a migration does.
_PLAIN = """regexp_replace(regexp_replace(regexp_replace(regexp_replace({},
           '::(character varying|text(\\[\\])?)', '', 'g'),
           '\\((''[^'']*'')\\)', '\\1', 'g'),
           '\\(\\((ARRAY\\[[^]]*\\])\\)\\)', '(\\1)', 'g'), '\\s+', ' ', 'g')"""


def _rows(wanted: dict[str, dict[str, str]], told: str = "{}") -> str:
    return ", ".join(
        f"('scheduling_{table}'::regclass, '{name}', '{_quoted(told.format(meant))}')"
        for table, meanings in wanted.items()
        for name, meant in meanings.items()
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''").replace("%", "%%")


_KEY = "REFERENCES {}(id) DEFERRABLE INITIALLY DEFERRED"

# A partial unique constraint is an index, and not in pg_constraint.
_CONSTRAINTS = """
WITH wanted(relation, name, meant) AS (
    VALUES {constraints}
), keys(relation, name, meant) AS (
    VALUES {keys}
), told AS MATERIALIZED (
    SELECT c.conrelid::regclass AS relation, c.conname::text AS name, c.contype,
           {told} AS meant
      FROM pg_constraint c
     WHERE c.conrelid IN (SELECT relation FROM keys UNION SELECT relation FROM wanted)
     UNION ALL
    SELECT i.indrelid::regclass, k.relname, 'i',
           'UNIQUE '
           || {told_of_index}
           || CASE WHEN i.indisvalid AND i.indisready THEN '' ELSE ' INVALID' END
      FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid
     WHERE i.indrelid IN (SELECT relation FROM wanted) AND i.indisunique
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = k.oid
                          AND c.contype IN ('p', 'u', 'x'))
)
SELECT format('The constraint %%s of %%s is missing.', name, relation)
  FROM wanted
 WHERE NOT EXISTS (SELECT FROM told t
                    WHERE t.relation = wanted.relation AND t.name = wanted.name)
 UNION ALL
SELECT format('The constraint %%s of %%s is not the one meant: %%s.',
              name, relation, told.meant)
  FROM wanted JOIN told USING (relation, name)
 WHERE told.meant <> wanted.meant
 UNION ALL
SELECT format('The foreign key %%s of %%s is missing or not the one meant.',
              name, relation)
  FROM keys
 WHERE NOT EXISTS (
       SELECT FROM told t
        WHERE t.relation = keys.relation AND t.contype = 'f'
          AND t.meant = format('FOREIGN KEY (%%s) %%s', keys.name, keys.meant))"""

QUESTIONS = {
    "constraints": _CONSTRAINTS.format(
        constraints=_rows(CONSTRAINTS),
        keys=_rows(FOREIGN_KEYS, _KEY),
        told=_PLAIN.format("pg_get_constraintdef(c.oid)"),
        told_of_index=_PLAIN.format("substring(pg_get_indexdef(k.oid) FROM '[(].*')"),
    )
}
