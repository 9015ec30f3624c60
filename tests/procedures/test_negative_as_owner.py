"""Nor does the owner of the tables edit what is signed: triggers refuse."""

import psycopg
import pytest

from core.db import unit_of_work
from tests.factories.procedure_day import Day

STATEMENTS = (
    "UPDATE procedures_injection SET volume_ml = 6",
    "DELETE FROM procedures_injection",
    "TRUNCATE procedures_injection CASCADE",
    "UPDATE procedures_product SET collected_on = collected_on + 1",
    "UPDATE procedures_instrumentresponse SET score = 99",
    "DELETE FROM procedures_aliquot",
    "UPDATE procedures_scanincident SET place = 'H1'",
)


def test_signed_rows_are_refused_to_their_owner(committed_db, owner_connection):
    day = unit_of_work(Day.ready)
    unit_of_work(lambda: day.until("released"))
    neighbour = unit_of_work(lambda: Day.ready().until("harvested"))
    label = neighbour.product("A").code
    unit_of_work(lambda: day.hand_off("H6", "10:00", container_scan=label))
    unit_of_work(lambda: day.resolve("10:01"))
    unit_of_work(lambda: day.until("injected"))

    for statement in STATEMENTS:
        with pytest.raises(psycopg.errors.CheckViolation):
            owner_connection.execute(statement)
