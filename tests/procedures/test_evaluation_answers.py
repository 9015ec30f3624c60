"""Evaluations: units, limits and codes, as the product reads them."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core import journal
from procedures.fields.ranges import LABS
from procedures.fields.schema import InvalidData
from procedures.models import Evaluation, EvaluationLab
from procedures.rules import body
from procedures.rules import selectors as rules
from tests.factories import procedures as make
from tests.factories.procedures import act, done, evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.site()


def evaluate(place, target=make.KNEE, **answers):
    return act(place, make.episode(place, target), "evaluate", evaluation(**answers))


def errors_of(place, **answers):
    with pytest.raises(InvalidData) as caught:
        evaluate(place, **answers)
    return {error.pointer: error.text for error in caught.value.errors}


def lab(code, value, on=None):
    return {"loinc": code, "value": value, "collected_on": on}


@pytest.mark.parametrize(
    ("code", "value", "says"),
    [
        (
            "718-7",
            95,
            "at most 25 g/dL; 95 looks like g/L (9.5 g/dL)",
        ),
        ("718-7", "1.35", "at least 3 g/dL"),
        ("777-3", 250000, "looks like /uL (250 10*3/uL)"),
        ("6690-2", 7500, "looks like /uL (7.5 10*3/uL)"),
        ("4548-4", 48, "looks like mmol/mol (6.5 %)"),
        ("2160-0", 88, "looks like µmol/L (1 mg/dL)"),
        ("6301-6", 25, "INR must be at most 20"),
        ("718-7", "13,4 mmol/L", "is asked for in g/dL"),
        ("718-7", "13,4 g/L", "at least 3 g/dL; 13,4 g/L was read as 1.34 g/dL"),
        ("718-7", "1,345", "can be read as 1.345 or as 1345 in g/dL"),
    ],
)
def test_a_value_in_another_unit_is_refused_with_the_right_one(
    place, code, value, says
):
    assert says in errors_of(place, labs=[lab(code, value)])["/labs/0/value"]


def test_a_laboratory_value_is_read_with_its_unit(place):
    labs = [lab("777-3", "150 ×10³/µL", "2026-08-30"), lab("6690-2", "7,5 K/uL")]

    made = done(evaluate(place, labs=labs))

    kept = EvaluationLab.objects.filter(evaluation__episode=made)
    assert sorted(kept.values_list("value", flat=True)) == [Decimal("7.5"), 150]


@pytest.mark.parametrize("code", LABS)
def test_the_table_refuses_what_is_out_of_a_tests_limits(place, code):
    made = done(evaluate(place))
    row = Evaluation.objects.get(episode=made)

    with pytest.raises(IntegrityError, match="possible"), transaction.atomic():
        EvaluationLab.objects.create(
            evaluation=row, loinc=code, value=LABS[code].hard[1] + 1, unit="x"
        )


def test_of_several_values_of_one_test_the_newest_counts(place):
    values = [
        lab("718-7", "13.4", "2026-08-20"),
        lab("718-7", "7.9", "2026-08-30"),
        lab("718-7", "12.0", "2026-08-01"),
    ]

    made = done(evaluate(place, labs=values))

    row = Evaluation.objects.get(episode=made)
    born = made.patient.birth_date
    found = rules.findings(row, born, born)
    assert str(found.haemoglobin_g_dl) == "7.90"
    assert row.labs.count() == 3


def test_two_values_that_no_date_tells_apart_are_asked_about(place):
    same_day = [lab("718-7", 13, "2026-08-20"), lab("718-7", 9, "2026-08-20")]
    undated = [lab("718-7", 13, "2026-08-20"), lab("718-7", 9)]

    assert (
        "keep the right one" in errors_of(place, labs=same_day)["/labs/1/collected_on"]
    )
    assert "give the date" in errors_of(place, labs=undated)["/labs/1/collected_on"]


@pytest.mark.parametrize(
    ("height", "weight", "pointer", "says"),
    [
        (220, 40, "/weight_kg", "12 to 80"),
        (120, 200, "/weight_kg", "12 to 80"),
        (170, 260, "/weight_kg", "260 looks like lb (117.9 kg)"),
        ("1.7", 80, "/height_cm", "looks like m (170 cm)"),
        (67, 80, "/height_cm", "looks like in (170.2 cm)"),
    ],
)
def test_a_body_nobody_has_is_refused(place, height, weight, pointer, says):
    assert says in errors_of(place, height_cm=height, weight_kg=weight)[pointer]


def test_pounds_feet_and_inches_are_kept_in_the_units_of_the_record(place):
    made = done(evaluate(place, height_cm="5 ft 7 in", weight_kg="172 lb"))

    row = Evaluation.objects.get(episode=made)
    assert (row.height_cm, row.weight_kg) == (Decimal("170.2"), Decimal("78.0"))


def test_a_weight_in_a_unit_nobody_asked_for_is_refused_by_name(place):
    assert errors_of(place, weight_kg="12 st")["/weight_kg"] == (
        '"12 st": this is asked for in kg; write the number alone or with lb behind it'
    )


def test_what_may_be_pounds_is_possible_and_remarked(place):
    made = done(evaluate(place, height_cm=170, weight_kg=110))

    row = Evaluation.objects.get(episode=made)
    assert "110.0 kg is 242.5 lb; with 170.0 cm a BMI of 38.1" in body.unusual(
        row.height_cm, row.weight_kg
    )


@pytest.mark.parametrize(
    "code", ["M17.31", "M25.561", "M93.261", "M23.221", "S83.241A", "m25.561", "M1731"]
)
def test_a_code_of_the_other_side_is_refused_in_any_spelling(place, code):
    knee = {**make.KNEE, "laterality": "left"}

    with pytest.raises(InvalidData, match="is not left"):
        evaluate(place, target=knee, finding={"icd10": code})


def test_codes_are_kept_as_they_are_printed(place):
    made = done(evaluate(place, finding={"icd10": "m1711, M25561; M17.11."}))

    [finding] = Evaluation.objects.get(episode=made).target_findings.all()
    assert finding.icd10 == ["M17.11", "M25.561"]


def test_a_code_of_another_joint_is_kept_and_marked_unusual(place):
    made = done(evaluate(place, finding={"icd10": "M16.11"}))

    entry = journal.entries(f"episode:{made.pk}").get(name="episode.evaluated")
    assert "/findings/0/icd10" in entry.payload
