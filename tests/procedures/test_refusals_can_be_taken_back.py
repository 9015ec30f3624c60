"""Migration 0012 leaves nothing behind when it is reversed."""

from importlib import import_module

from procedures.migrations.sql import refusals_0012_sides as sides

OURS = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"


def test_the_refusals_come_and_go(committed_db, owner_connection):
    guards = import_module("procedures.migrations.0012_refusals").GUARDS
    with owner_connection.transaction(force_rollback=True):
        (before,) = owner_connection.execute(OURS).fetchone()
        for guard in reversed(guards):
            owner_connection.execute(guard.backward)
        owner_connection.execute(sides.DROP_SIDES)
        (without,) = owner_connection.execute(OURS).fetchone()
        owner_connection.execute(sides.SIDES)
        for guard in guards:
            owner_connection.execute(guard.forward)
        (after,) = owner_connection.execute(OURS).fetchone()

    assert without < before == after
