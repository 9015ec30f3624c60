"""The app's database role: rows only, and fewer of those where nothing may change."""

import pytest
from django.db import connection

from core import grants

pytestmark = pytest.mark.django_db


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def may(privilege: str, table: str) -> bool:
    return bool(ask("SELECT has_table_privilege(%s, %s)", table, privilege))


def test_the_tests_run_as_the_apps_role_which_is_nobody_special():
    special = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls"

    assert ask("SELECT current_user") == "crestpath_app"
    assert not ask(f"SELECT {special} FROM pg_roles WHERE rolname = current_user")


def test_it_owns_nothing():
    mine = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"

    assert ask(mine) == 0


@pytest.mark.parametrize("table", sorted(grants._append_only | grants._signed))
def test_it_only_appends_to_what_must_not_change(table):
    assert may("INSERT", table)
    assert not any(may(p, table) for p in ("UPDATE", "DELETE", "TRUNCATE"))


@pytest.mark.parametrize("table", sorted(grants._signed))
def test_of_a_signed_row_it_may_touch_superseded_at_alone(table):
    columns = "SELECT string_agg(column_name, ',') FROM information_schema"
    columns += ".column_privileges WHERE table_name = %s AND privilege_type = 'UPDATE'"
    columns += " AND grantee = current_user"

    assert ask(columns, table) == "superseded_at"


def test_every_guarded_table_exists_and_has_its_triggers():
    for table in sorted(grants._append_only | grants._signed):
        name = f"{table}_never_changes"

        assert ask("SELECT count(*) FROM pg_trigger WHERE tgname = %s", name) == 1, (
            table
        )
