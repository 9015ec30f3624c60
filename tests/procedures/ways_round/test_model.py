"""The model is worth something only while it is made of nothing it judges."""

import ast
from pathlib import Path

import pytest
from django.db import connection, transaction

from procedures.models import Episode
from tests.procedures.ways_round.ground import evaluated
from tests.procedures.ways_round.machine import Days

HERE = Path(__file__).parent
MODEL = (
    "told",
    "told_stops",
    "judging",
    "judging_visit",
    "judging_day",
    "judging_corrections",
    "world",
)
OWN = "tests.procedures.ways_round."
LIBRARY = {"collections", "dataclasses", "datetime", "decimal", "typing", "zoneinfo"}


def imported(name):
    tree = ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if node.module == OWN[:-1]:
                yield from (OWN + alias.name for alias in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_the_model_knows_nothing_of_the_product():
    own = {OWN + name for name in MODEL}

    foreign = {
        (name, module)
        for name in MODEL
        for module in imported(name)
        if module not in own and module.split(".")[0] not in LIBRARY
    }

    assert foreign == set()


@pytest.mark.django_db
def test_a_run_that_is_cut_off_is_undone_and_the_next_one_begins():
    ground = evaluated("A")
    lived = type("Lived", (Days,), {"ground": ground})()
    Episode.objects.update(version=99)
    transaction.set_rollback(True)

    lived.teardown()

    assert not connection.needs_rollback
    assert not Episode.objects.filter(version=99).exists()
