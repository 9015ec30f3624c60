"""Each question of check_booking: silent about sound rows, loud about spoilt ones."""

import psycopg
import pytest
from django.db import connection

from scheduling.consistency import checks as booking_checks
from scheduling.consistency.questions import QUESTIONS, guards
from scheduling.models import Appointment
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.scheduling.checker import (
    of_hours,
    of_repair_and_offers,
    of_time,
    of_visits,
)
from tests.scheduling.checker.spoiling import CASES

# Importing them fills CASES.
MODULES = (of_hours, of_repair_and_offers, of_time, of_visits)


EXCLUDE = "EXCLUDE USING gist (resource_id WITH =, period WITH &&)"
ONE_PLACE = "EXCLUDE USING gist (patient_id WITH =, during WITH &&)"


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
    for table, meanings in guards.CONSTRAINTS.items()
    for name in meanings
]
KEYS = [
    (f"scheduling_{table}", column, other)
    for table, columns in guards.FOREIGN_KEYS.items()
    for column, other in columns.items()
]
A_KEY = "REFERENCES scheduling_appointment (id)"


@pytest.mark.usefixtures("committed_db")
def test_finds_each_constraint_that_is_missing(owner_connection):
    question = QUESTIONS["constraints"].replace("%%", "%")
    for table, name in NAMED:
        with owner_connection.transaction(force_rollback=True):
            drop(owner_connection, table, name)
            found = owner_connection.execute(question).fetchall()

        assert found == [(f"The constraint {name} of {table} is missing.",)]


def drop(owner, table, name):
    known = owner.execute("SELECT FROM pg_constraint WHERE conname = %s", [name])
    if known.fetchone() is not None:
        owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    else:  # a partial unique constraint is an index
        owner.execute(f"DROP INDEX {name}")


@pytest.mark.usefixtures("committed_db")
def test_finds_each_foreign_key_that_is_missing(owner_connection):
    question = QUESTIONS["constraints"].replace("%%", "%")
    for table, column, _ in KEYS:
        with owner_connection.transaction(force_rollback=True):
            name = key_of(owner_connection, table, column)
            owner_connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            found = owner_connection.execute(question).fetchall()

        text = f"The foreign key {column} of {table} is missing or not the one meant."
        assert found == [(text,)]


WEAKENED = [
    (
        "reservation_no_double_booking",
        f"{EXCLUDE} WHERE (released_at IS NULL) DEFERRABLE",
    ),
    (
        "reservation_no_double_booking",
        f"{EXCLUDE} WHERE (released_at IS NULL AND hold_id IS NULL)",
    ),
    ("reservation_no_double_booking", "CHECK (released_at IS NULL) NOT VALID"),
    ("reservation_period_bounded", "CHECK (true)"),
    ("reservation_one_owner", "CHECK (num_nulls(appointment_id, hold_id) < 2)"),
    (
        "appointment_patient_in_one_place",
        f"{ONE_PLACE} WHERE (in_person AND status = 'booked')",
    ),
    ("appointment_move_once", "UNIQUE (appointment_id, version, id)"),
    (
        "scheduling_reservati_appointment_id_c1009228_fk_schedulin",
        f"FOREIGN KEY (appointment_id) {A_KEY} ON DELETE CASCADE",
    ),
    (
        "scheduling_reservati_appointment_id_c1009228_fk_schedulin",
        f"FOREIGN KEY (appointment_id) {A_KEY} DEFERRABLE INITIALLY DEFERRED NOT VALID",
    ),
]


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize(("name", "weakened"), WEAKENED)
def test_finds_a_weaker_constraint_of_the_same_name(owner_connection, name, weakened):
    put_instead(owner_connection, name, weakened)

    assert {f.check for f in booking_checks.findings(NOW)} == {"constraints"}


@pytest.mark.usefixtures("committed_db")
def test_finds_a_weaker_unique_index_of_the_same_name(owner_connection):
    owner_connection.execute("DROP INDEX offer_batch_won_once")
    owner_connection.execute(
        "CREATE UNIQUE INDEX offer_batch_won_once ON scheduling_offer (hold_id, id)"
    )

    assert {f.check for f in booking_checks.findings(NOW)} == {"constraints"}


@pytest.mark.usefixtures("committed_db")
def test_finds_an_index_that_was_never_finished(owner_connection):
    at = make.practice()
    name = "visit_type_one_active_version"
    owner_connection.execute(f"DROP INDEX {name}")
    for version in (8, 9):
        at.clinic.visit_types.create(slug="twice", version=version, name="Twice")
    with pytest.raises(psycopg.errors.UniqueViolation):
        owner_connection.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {name}"
            " ON scheduling_visittype (clinic_id, slug) WHERE active"
        )

    [found] = booking_checks.findings(NOW)

    assert found.text.endswith("UNIQUE (clinic_id, slug) WHERE active INVALID.")


@pytest.mark.usefixtures("committed_db")
def test_constraints_made_anew_as_a_dump_tells_them_are_the_same(owner_connection):
    """Told, made and told again, lists of words have other casts and brackets."""
    for _, name in NAMED:
        told = owner_connection.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            [name],
        ).fetchone()
        if told:
            put_instead(owner_connection, name, *told)

    assert booking_checks.findings(NOW) == []


def put_instead(owner, name, meant):
    (table,) = owner.execute(
        "SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = %s", [name]
    ).fetchone()
    owner.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {meant}"
    )


def key_of(owner, table, column):
    (name,) = owner.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass"
        " AND contype = 'f' AND pg_get_constraintdef(oid) LIKE %s",
        [table, f"FOREIGN KEY ({column})%"],
    ).fetchone()
    return name


@pytest.mark.django_db
def test_a_freshly_migrated_database_refuses_what_is_meant():
    assert booking_checks.findings(NOW, ["constraints"]) == []


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


@pytest.mark.django_db
def test_the_list_of_foreign_keys_is_whole():
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT conrelid::regclass::text, attname, confrelid::regclass::text
              FROM pg_constraint JOIN pg_attribute
                ON attrelid = conrelid AND attnum = conkey[1]
             WHERE conrelid::regclass::text LIKE 'scheduling_%' AND contype = 'f'""")
        there = cursor.fetchall()

    assert sorted(there) == sorted(KEYS)
