"""The database itself refuses edits of signed rows, as the app's own role."""

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from procedures.models import Consent, Decision, Evaluation
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedures import act, done

pytestmark = pytest.mark.django_db

SIGNED = ("evaluation", "decision", "consent", "override")
ROWS = (
    "signature",
    "targetfinding",
    "evaluationmedication",
    "evaluationlab",
    "decisionrule",
    "consenttarget",
    "ruleversion",
    "target",
)


@pytest.fixture
def path():
    place = make.site()
    found = make.evaluated(
        place,
        medications=[
            {
                "name": "apixaban",
                "drug_class": "anticoagulant",
                "last_dose_on": NOW.date(),
            },
            {"name": "meloxicam", "drug_class": "nsaid"},
        ],
        labs=[{"loinc": "718-7", "value": 13.4}],
    )
    letter = "Prescriber's letter: hold from 48 hours before."
    answers = {"rule": "MED-AC-01", "reason": letter}
    done(act(place, found, "override", answers, second="nurse"))
    done(act(place, found, "decide", make.decision()))
    return done(act(place, found, "consent", make.consent(place)))


def execute(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


@pytest.mark.parametrize("table", [*SIGNED, *ROWS])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_neither_update_nor_delete(path, table, statement):
    with pytest.raises(DatabaseError):
        execute(statement.format(f"procedures_{table}"))


@pytest.mark.parametrize("table", SIGNED)
def test_a_signed_row_is_superseded_once_and_for_good(path, table):
    name = f"procedures_{table}"
    assert execute(f"UPDATE {name} SET superseded_at = now()") == 1

    for value in ("now() + interval '1 day'", "NULL"):
        with pytest.raises(IntegrityError):
            execute(f"UPDATE {name} SET superseded_at = {value}")
    transaction.set_rollback(True)  # the row was left without a successor


@pytest.mark.parametrize("column", ["nrs", "weight_kg", "recorded_by", "episode_id"])
def test_no_other_column_of_a_signed_row_can_be_written(path, column):
    with pytest.raises(DatabaseError, match="permission denied"):
        execute(f"UPDATE procedures_evaluation SET {column} = {column}")


def copy_of(row, **changes):
    """The same row again, unsaved, under another id."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.fields}
    return type(row)(**(values | {"id": uuid.uuid4()} | changes))


def insert(row):
    with transaction.atomic():
        type(row).objects.bulk_create([row])


@pytest.mark.parametrize("model", [Evaluation, Decision, Consent])
def test_there_is_one_current_row(path, model):
    row = model.objects.get(episode=path)
    signature = copy_of(row.signature)
    insert(signature)

    with pytest.raises(IntegrityError, match="one_current"):
        insert(copy_of(row, signature_id=signature.pk))


def test_a_correction_needs_its_reason(path):
    row = Evaluation.objects.get(episode=path)

    with pytest.raises(IntegrityError, match="correction_is_explained"):
        insert(copy_of(row, corrects_id=row.pk))


@pytest.mark.parametrize(
    ("column", "value"),
    [("nrs", 11), ("height_cm", 119), ("weight_kg", 251), ("temperature_c", 44)],
)
def test_impossible_values_are_refused_by_the_table(path, column, value):
    row = Evaluation.objects.get(episode=path)

    with pytest.raises(IntegrityError, match="check constraint"):
        insert(copy_of(row, **{column: value}))


def test_an_episode_keeps_its_patient_and_is_never_deleted(path):
    with pytest.raises(IntegrityError):
        execute("UPDATE procedures_episode SET clinic_id = clinic_id + 1")
    with pytest.raises(IntegrityError):
        execute("DELETE FROM procedures_episode")


def test_a_consent_is_never_waived_in_the_table_either(path):
    with pytest.raises(IntegrityError, match="never_waived"):
        execute(
            "UPDATE procedures_readinessitem SET state = 'waived', reason = 'x'"
            " WHERE kind = 'consent'"
        )


def test_an_unknown_stage_is_refused(path):
    with pytest.raises(IntegrityError, match="stage_is_known"):
        execute("UPDATE procedures_episode SET stage = 'somewhere'")
