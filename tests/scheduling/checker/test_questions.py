"""Each question of check_booking: silent about sound rows, loud about spoilt ones."""

import pytest
from django.db import connection

from scheduling.models import Appointment
from scheduling.selectors import booking_checks
from scheduling.selectors.booking_questions import QUESTIONS, schema
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.scheduling.checker import of_repair_and_offers, of_time_and_visits
from tests.scheduling.checker.spoiling import CASES

# Importing them fills CASES.
MODULES = (of_repair_and_offers, of_time_and_visits)


EXCLUDE = "EXCLUDE USING gist (resource_id WITH =, period WITH &&)"


def name_of(case):
    return case.play.__name__


def check_found(case):
    found = booking_checks.findings(NOW)
    assert [f for f in found if f.check == case.question and case.says in f.text], found


def test_every_question_has_a_case():
    assert {case.question for case in CASES} | {"constraints"} == set(QUESTIONS)


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.drops], ids=name_of
)
@pytest.mark.django_db
@pytest.mark.usefixtures("allowed")
def test_finds(case):
    play = begin(case)
    assert list(play) == []

    check_found(case)


@pytest.mark.parametrize("case", [case for case in CASES if case.drops], ids=name_of)
@pytest.mark.usefixtures("committed_db", "allowed")
def test_finds_what_a_dropped_constraint_let_in(case, owner_connection):
    play = begin(case)
    for statement in case.drops:
        owner_connection.execute(statement)
    assert list(play) == []

    check_found(case)


def begin(case):
    """The case, arranged: so far nothing is wrong."""
    play = case.play(make.practice({**make.ONE_OF_EACH, "nurse": 3, "clinician": 2}))
    next(play)
    assert booking_checks.findings(NOW) == []
    return play


@pytest.mark.parametrize(
    "changed",
    [{"local_time": "08:00"}, {"time_zone": "America/New_York"}, {"fold": 1}],
)
@pytest.mark.django_db
def test_finds_a_local_time_that_is_not_the_instant(changed):
    make.practice().book()
    Appointment.objects.update(**changed)

    assert {f.check for f in booking_checks.findings(NOW)} == {"local time"}


# --- the constraints themselves ---------------------------------------------------

NAMED = [
    (f"scheduling_{table}", name)
    for table, names in schema.INSISTED_ON.items()
    for name in names.split()
]


@pytest.mark.usefixtures("committed_db")
def test_finds_each_constraint_that_is_missing(owner_connection):
    question = QUESTIONS["constraints"].replace("%%", "%")
    for table, name in NAMED:
        with owner_connection.transaction(force_rollback=True):
            drop(owner_connection, table, name)
            found = owner_connection.execute(question).fetchall()

        text = f"The constraint {name} of {table} is missing, deferrable or not"
        assert [told.startswith(text) for (told,) in found] == [True], name


def drop(owner, table, name):
    known = owner.execute("SELECT FROM pg_constraint WHERE conname = %s", [name])
    if known.fetchone() is not None:
        owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    else:  # a partial unique constraint is an index
        owner.execute(f"DROP INDEX {name}")


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize(
    "weakened",
    [
        f"{EXCLUDE} WHERE (released_at IS NULL) DEFERRABLE",
        f"{EXCLUDE} WHERE (released_at IS NULL AND hold_id IS NULL)",
        "CHECK (released_at IS NULL) NOT VALID",
    ],
)
def test_finds_a_weaker_constraint_of_the_same_name(owner_connection, weakened):
    name = "reservation_no_double_booking"
    owner_connection.execute(
        f"ALTER TABLE scheduling_reservation DROP CONSTRAINT {name},"
        f" ADD CONSTRAINT {name} {weakened}"
    )

    assert {f.check for f in booking_checks.findings(NOW)} == {"constraints"}


@pytest.mark.django_db
def test_the_list_of_constraints_is_whole():
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT conrelid::regclass::text, conname FROM pg_constraint
             WHERE conrelid::regclass::text LIKE 'scheduling_%'
               AND contype IN ('c', 'x', 'u') AND conname NOT LIKE 'scheduling_%'
             UNION
            SELECT indrelid::regclass::text, indexrelid::regclass::text FROM pg_index
             WHERE indrelid::regclass::text LIKE 'scheduling_%'
               AND indisunique AND NOT indisprimary""")
        there = cursor.fetchall()

    assert sorted(there) == sorted(NAMED)
