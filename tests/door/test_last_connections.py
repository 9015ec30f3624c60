"""Databases of the tests go, even if something still holds a connection."""

import os

import psycopg
import pytest

from tools.local import postgres


def test_the_owner_drops_a_database_that_the_app_still_holds():
    name = f"crestpath_test_{os.getpid()}_held"
    with postgres.running("test") as server:
        owner = server.url(postgres.OWNER, "postgres")
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
            app = psycopg.connect(server.url(postgres.APP, name))

            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

            with pytest.raises(psycopg.OperationalError):
                app.execute("SELECT 1")
