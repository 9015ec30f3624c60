"""Rights of the app's database role, set anew after every migration.

The owner role migrates; the app role owns nothing and gets rows only: all of DML,
less UPDATE and DELETE where a table is append-only or signed. With one role for
both there is nothing to grant, and the triggers guard alone.
"""

from typing import Any

from django.conf import settings
from django.db import connections

_append_only: set[str] = set()
_signed: set[str] = set()
_read_only: set[str] = set()


def append_only(*tables: str) -> None:
    """Let the app INSERT and SELECT here, nothing else."""
    _append_only.update(tables)


def signed(*tables: str) -> None:
    """Make tables append-only, but for `superseded_at`, which may be set."""
    _signed.update(tables)


def read_only(*tables: str) -> None:
    _read_only.update(tables)


def apply(using: str = "default", **_: Any) -> None:
    """Grant and revoke; called after each app's migrations, so idempotent."""
    connection = connections[using]
    role = settings.APP_DATABASE_ROLE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = %s OR NOT EXISTS"
            " (SELECT FROM pg_roles WHERE rolname = %s)",
            [role, role],
        )
        if cursor.fetchone()[0]:
            return
        present = set(connection.introspection.table_names(cursor))
        for statement in _statements(role, present):
            cursor.execute(statement)


def _statements(role: str, present: set[str]) -> list[str]:
    name = '"' + role.replace('"', '""') + '"'
    rows = "SELECT, INSERT, UPDATE, DELETE"
    everything = [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT {rows} ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ]
    guarded = sorted((_append_only | _signed | _read_only) & present)
    less = [f'REVOKE UPDATE, DELETE, TRUNCATE ON "{t}" FROM {name}' for t in guarded]
    reads = sorted(_read_only & present)
    less += [f'REVOKE INSERT ON "{t}" FROM {name}' for t in reads]
    once = sorted(_signed & present)
    less += [f'GRANT UPDATE (superseded_at) ON "{t}" TO {name}' for t in once]
    return everything + less
