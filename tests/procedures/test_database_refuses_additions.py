"""Rows that another transaction adds to a record after it was signed, in plain SQL."""

import pytest
from django.db import DatabaseError

from core.db import unit_of_work
from tests.factories.procedure_day import Day
from tests.procedures.attempts import insert, new_id, rows

LATER = {
    "draw": "procedures_aliquot",
    "drug": "procedures_localanaesthetic",
    "finding": "procedures_targetfinding",
    "target of a consent": "procedures_consenttarget",
}


def test_nothing_is_added_to_a_record_once_it_is_signed(committed_db):
    day = unit_of_work(Day.ready)
    unit_of_work(lambda: day.until("harvested"))

    for table in LATER.values():
        row = rows(table)[0]
        fresh = row | {"id": 9999 if isinstance(row["id"], int) else new_id()}
        changes = {"seq": 99} if "seq" in row else {}
        added = fresh | changes
        with pytest.raises(DatabaseError, match=SAID[table]):
            unit_of_work(lambda table=table, row=added: insert(table, row))


# A second row of one target is refused by its constraint before the trigger speaks.
SAID = {
    "procedures_aliquot": "once it is signed",
    "procedures_localanaesthetic": "once it is signed",
    "procedures_targetfinding": "once",
    "procedures_consenttarget": "once",
}
