"""The table of rules: what follows from diagnoses, grades, drugs and allergies."""

from datetime import date

import pytest

from procedures.fields.schema import InvalidData
from procedures.rules.drug_names import classes_of
from tests.factories import procedures as make
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.site()


def decided(place, **changes):
    path = make.evaluated(place, **changes)
    return make.act(place, path, "decide", make.decision())


def drug(name, drug_class="other", last_dose_on=None):
    return {
        "medications": [
            {"name": name, "drug_class": drug_class, "last_dose_on": last_dose_on}
        ]
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"finding": {"icd10": "I10"}}, "INC-1"),
        ({"finding": {"grade_kl": None}}, "INC-2"),
        ({"finding": {"grade_kl": 1}}, "INC-2-MILD"),
        ({"finding": {"icd10": "M17.11 L03.115"}}, "INF-01"),
        ({"finding": {"icd10": "M17.11 A41.9"}}, "INF-01"),
        ({"finding": {"icd10": "M17.11 C90.00"}}, "ONC-01"),
        ({"finding": {"icd10": "M17.11 D46.9"}}, "ONC-01"),
        ({"finding": {"icd10": "M17.11 C50.911"}}, "ONC-02"),
        ({"finding": {"icd10": "M17.11 O09.90"}}, "PREG-01"),
        ({"finding": {"icd10": "M17.11 D57.1"}}, "HEM-04"),
        ({"finding": {"icd10": "M17.11 I26.99"}}, "MED-AC-02"),
        ({"finding": {"icd10": "M17.11 M05.79"}}, "RHE-01"),
        ({"finding": {"icd10": "M17.11 M10.9"}}, "RHE-01"),
        ({"finding": {"icd10": "M17.11 Z96.651"}}, "SEV-02"),
        (drug("methotrexate", "immunosuppressant"), "MED-IMM-01"),
        (drug("Methotrexate 15 mg"), "MED-IMM-01"),
        (drug("amoxicillin", "antibiotic"), "INF-01"),
        (drug("cefalexin", "other", "2026-08-25"), "INF-01"),
        (drug("rivaroxaban"), "MED-AC-01"),
        ({"labs": [{"loinc": "4548-4", "value": "9.5"}]}, "MET-01"),
        ({"asa_class": 4}, "ASA-01"),
    ],
)
def test_a_finding_of_the_table_is_not_approved(place, changes, code):
    assert codes(decided(place, **changes)) == [code]


def test_a_cold_is_no_indication_and_an_infection(place):
    outcome = decided(place, finding={"icd10": "J06.9"})

    assert set(codes(outcome)) == {"INC-1", "INF-01"}


@pytest.mark.parametrize(
    "changes",
    [
        {"finding": {"icd10": "M17.11 Z96.641"}},
        {"finding": {"icd10": "M17.11 F17.210"}},
        {"finding": {"icd10": "M17.11 B18.2"}},
        {"finding": {"icd10": "M22.41", "grade_kl": 1, "grade_icrs": 2}},
        {"labs": [{"loinc": "4548-4", "value": "8.5"}]},
        drug("amoxicillin", "antibiotic", "2026-08-10"),
        drug("hydrocortisone cream"),
        {"allergies": ["latex"]},
    ],
)
def test_what_only_warns_or_is_long_past_is_approved(place, changes):
    assert make.done(decided(place, **changes)).stage == "approved"


@pytest.mark.parametrize(
    ("joint", "instrument"), [("knee", "hoos_jr"), ("hip", "koos_jr")]
)
def test_a_questionnaire_of_another_joint_is_refused(place, joint, instrument):
    target = {"joint": joint, "structure": "intra_articular", "laterality": "right"}
    path = make.episode(place, target)
    answers = make.evaluation(prom_instrument=instrument, prom_items=[1, 1, 1, 1, 1, 1])

    with pytest.raises(InvalidData, match="/prom_instrument"):
        make.act(place, path, "evaluate", answers)


@pytest.mark.parametrize(
    ("structure", "grade"),
    [
        ("supraspinatus_tendon", {"cuff_tear": "partial_bursal"}),
        ("glenohumeral_joint", {"grade_samilson_prieto": 2}),
    ],
)
def test_each_target_has_the_grade_of_its_own_structure(place, structure, grade):
    target = {"joint": "shoulder", "structure": structure, "laterality": "right"}
    asked = {"prom_instrument": "sane", "prom_items": [45]}

    def outcome(**finding):
        path = make.episode(place, target)
        found = {"icd10": "M75.111", "grade_kl": None, **finding}
        make.done(
            make.act(place, path, "evaluate", make.evaluation(finding=found, **asked))
        )
        return make.act(place, path, "decide", make.decision())

    assert codes(outcome()) == ["INC-2"]
    assert make.done(outcome(**grade)).stage == "approved"


def test_sedation_and_asa_three_need_an_override(place):
    path = make.evaluated(place, asa_class=3)
    make.done(make.act(place, path, "consent", make.consent(place, sedation="level_2")))

    assert codes(make.act(place, path, "decide", make.decision())) == ["ASA-01-SED"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Apixaban 5 mg", {"anticoagulant"}),
        ("clopidogrel", {"antiplatelet"}),
        ("Enoxaparin", {"anticoagulant"}),
        ("methylprednisolone", {"systemic_steroid"}),
        ("naproxen", {"nsaid"}),
        ("azithromycin", {"antibiotic"}),
        ("adalimumab", {"immunosuppressant"}),
        ("lisinopril", set()),
        ("prednisolone eye drops", set()),
    ],
)
def test_a_drugs_name_says_its_class(name, expected):
    assert classes_of(name) == expected


def test_an_approval_keeps_the_version_it_was_made_with(place):
    thinner = drug("apixaban", "anticoagulant", "2026-09-01")
    path = make.evaluated(place, **thinner)
    letter = "Prescriber's letter of 2026-08-30: hold from 48 hours before."
    answers = {"rule": "MED-AC-01", "reason": letter}
    make.done(make.act(place, path, "override", answers, second="nurse"))
    path = make.done(make.act(place, path, "decide", make.decision()))

    [rule] = path.decisions.get().rules.all()
    assert (rule.rule.code, rule.rule.version) == ("MED-AC-01", 2)
    assert path.decisions.get().decided_on == date(2026, 9, 1)
