"""An HTML form's flat names become the answers a schema reads."""

from procedures.acts.evaluate.schema import EVALUATE
from procedures.fields.forms import answers, flat
from procedures.fields.schema import parse
from tests.factories.procedures import evaluation

POSTED = {
    "csrfmiddlewaretoken": ["x"],
    "findings-0-icd10": ["M17.11"],
    "findings-0-grade_kl": ["3"],
    "findings-0-imaging_modality": ["radiograph"],
    "findings-3-icd10": [""],
    "height_cm": ["163"],
    "weight_kg": ["78"],
    "symptom_months": ["14"],
    "conservative_weeks": ["12"],
    "nrs": ["6"],
    "prom_instrument": ["koos_jr"],
    "prom_items": ["2, 2, 1, 3, 2, 2, 3"],
    "active_infection": ["false"],
    "temperature_c": ["36.7"],
    "allergies": ["none_known"],
    "asa_class": ["2"],
    "labs-0-loinc": [""],
}


def test_a_form_and_a_rest_body_read_the_same():
    assert parse(EVALUATE, answers(EVALUATE, POSTED)) == parse(EVALUATE, evaluation())


def test_rows_nobody_filled_in_are_left_out():
    read = answers(EVALUATE, POSTED)

    assert len(read["findings"]) == 1
    assert "labs" not in read


def test_several_choices_come_along():
    read = answers(EVALUATE, {"allergies": ["latex", "", "heparin"]})

    assert read == {"allergies": ["latex", "heparin"]}


def test_a_pointer_leads_back_to_the_forms_field():
    assert flat("/findings/0/icd10") == "findings-0-icd10"
