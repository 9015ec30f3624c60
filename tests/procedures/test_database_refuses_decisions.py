"""Evaluations, decisions, overrides and consents past their guards in SQL."""

from typing import Any

import pytest

from procedures.models import RuleVersion
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedures import act, done
from tests.procedures.attempts import insert, new_id, not_taken, run, taken, told
from tests.procedures.refusals import copy

pytestmark = pytest.mark.django_db

BLOOD_THINNER = {
    "medications": [
        {
            "name": "apixaban",
            "drug_class": "anticoagulant",
            "last_dose_on": NOW.date(),
        }
    ]
}
LETTER = "Prescriber's letter of 2026-08-30: hold from 48 hours before."
TOMORROW = "2026-09-02T15:00:00+00:00"


@pytest.fixture
def place():
    return make.site()


def rule(code):
    return str(RuleVersion.objects.filter(code=code).latest("version").pk)


def decided(place, path, outcome="approved", *before):
    answers = make.decision(outcome)
    return told(path, lambda: act(place, path, "decide", answers), "decision", *before)


HARD = {
    "an infection": ("INF-01", {"active_infection": True}),
    "a fever": ("INF-01", {"temperature_c": "38.0"}),
    "antibiotics two weeks before": ("INF-01", {"antibiotics_until": "2026-08-19"}),
    "a pregnancy": ("PREG-01", {"pregnant": True}),
    "the highest anaesthetic risk": ("ASA-01", {"asa_class": 4}),
}


@pytest.mark.parametrize("finding", HARD)
def test_no_approval_with(place, finding):
    words, changes = HARD[finding]
    path = make.evaluated(place)
    approval = decided(place, path)
    seen = path.evaluations.get()

    def found() -> None:
        other = evaluation_again(path, seen, **changes)
        approval.row["evaluation_id"] = other

    approval.refused_after(f"no approval while {words} stands", found)


def evaluation_again(path, old, **changes):
    """The same evaluation with these findings, in the place of the old one."""
    key = new_id()
    run(
        "UPDATE procedures_evaluation SET superseded_at = recorded_at WHERE id = %s",
        old.pk,
    )
    copy("procedures_evaluation", old.pk, id=key, superseded_at=None, **changes)
    return key


GRADES: dict[str, dict[str, Any]] = {
    "knee": {"grade_kl": 4},
    "hip": {"grade_tonnis": 3},
    "shoulder": {"grade_samilson_prieto": 3},
    "cartilage": {"grade_icrs": 4},
    "tendon": {"tendon_grade": 3},
    "cuff": {"cuff_tear": "full", "patte": 3},
    "prosthesis": {"prosthetic_joint": True},
}


@pytest.mark.parametrize("where", GRADES)
def test_no_approval_with_severe_damage(place, where):
    path = make.evaluated(place)
    approval = decided(place, path)
    seen, finding = path.evaluations.get(), path.targets.get().findings.get()

    def severe() -> None:
        other = evaluation_again(path, seen)
        changes = {"evaluation_id": other, **GRADES[where]}
        copy("procedures_targetfinding", finding.pk, **changes)
        approval.row["evaluation_id"] = other

    approval.refused_after("no approval while SEV-0[12] stands", severe)


@pytest.mark.parametrize(
    ("loinc", "value"), [("777-3", 49), ("718-7", 7.9), ("6301-6", 3.1)]
)
def test_no_approval_with_a_dangerous_laboratory_value(place, loinc, value):
    path = make.evaluated(place)
    approval, key = decided(place, path), path.evaluations.get().pk
    row = {"id": new_id(), "evaluation_id": str(key), "loinc": loinc, "unit": ""}

    approval.refused_after(
        "no approval while HEM",
        lambda: insert("procedures_evaluationlab", row | {"value": value}),
    )


def test_no_approval_of_a_minor(place):
    path = make.evaluated(place)
    born = "UPDATE patients_patient SET birth_date = %s, version = version + 1"

    decided(place, path).refused_after(
        "no approval while INC-5", lambda: run(born, "2008-09-02")
    )


DECISIONS = {
    "longer than approvals hold": ("180 days", {"valid_until": "2027-03-01"}),
    "dated ahead": (
        "not dated ahead",
        {"decided_on": "2026-09-02", "valid_until": "2026-09-30"},
    ),
    "without an end": ("approval_has_an_end", {"valid_until": None}),
    "of an unknown outcome": (
        "outcome_is_known",
        {"outcome": "maybe", "valid_until": None},
    ),
    "that happens tomorrow": ("not what will", {"occurred_at": TOMORROW}),
    "with conditions nobody wrote": (
        "spelled_out",
        {"outcome": "approved_with_conditions"},
    ),
}


@pytest.mark.parametrize("attempt", DECISIONS)
def test_no_decision(place, attempt):
    words, changes = DECISIONS[attempt]
    path = make.evaluated(place)

    decided(place, path).refused(words, **changes)


def test_no_decision_on_another_patients_or_an_old_evaluation(place):
    path, other = make.evaluated(place), make.evaluated(place)
    approval, seen = decided(place, path), path.evaluations.get()

    approval.refused("another episode's", evaluation_id=str(other.evaluations.get().pk))
    approval.refused_after(
        "has been replaced", lambda: evaluation_again(path, seen, nrs=7)
    )


def test_no_approval_without_a_complete_baseline(place):
    path = make.evaluated(place)
    take_away = (
        "UPDATE procedures_instrumentresponse SET superseded_at = recorded_at"
        " WHERE episode_id = %s"
    )

    decided(place, path).refused_after(
        "baseline is not complete", lambda: run(take_away, path.pk)
    )


def test_no_decision_in_a_closed_episode(place):
    path = make.evaluated(place)
    approval = decided(place, path)

    approval.refused_after(
        "episode is withdrawn",
        lambda: done(act(place, path, "withdraw", {"reason": "Moved away."})),
    )


def test_a_rule_fires_at_its_own_level(place):
    path = make.evaluated(place, active_infection=True, infection_site="cellulitis")
    row = told(
        path,
        lambda: act(place, path, "decide", make.decision("deferred")),
        "decisionrule",
        "decision",
    )
    assert row.row["rule_id"] == int(rule("INF-01"))

    row.refused("INF-01 fires as HARD", level="WARN")

    def approving() -> None:
        decision = next(r for t, r in row.before if t == "procedures_decision")
        decision |= {"outcome": "approved", "valid_until": "2026-12-01"}

    # The evaluation has left a stop, and that is asked before any rule.
    row.refused_after("a stop stands", approving)


def test_no_approval_beside_a_hard_rule_that_leaves_no_stop(place):
    path = make.evaluated(place)
    run("UPDATE patients_patient SET birth_date = '2008-09-02', version = version + 1")
    row = told(
        path,
        lambda: act(place, path, "decide", make.decision("deferred")),
        "decisionrule",
        "decision",
    )
    assert row.row["rule_id"] == int(rule("INC-5"))

    def approving() -> None:
        decision = next(r for t, r in row.before if t == "procedures_decision")
        decision |= {"outcome": "approved", "valid_until": "2026-12-01"}

    row.refused_after("no approval while INC-5", approving)


def test_no_approval_beside_a_rule_that_nobody_set_aside(place):
    path = make.evaluated(place, **BLOOD_THINNER)
    answers = {"rule": "MED-AC-01", "reason": LETTER}
    done(act(place, path, "override", answers, second="nurse"))
    row = told(
        path,
        lambda: act(place, path, "decide", make.decision()),
        "decisionrule",
        "decision",
    )
    gone = "UPDATE procedures_override SET superseded_at = recorded_at"

    row.refused_after("nobody has set MED-AC-01 aside", lambda: run(gone))


def test_no_rule_in_an_old_version(place):
    path = make.evaluated(place, nrs=2)
    row = told(
        path,
        lambda: act(place, path, "decide", make.decision()),
        "decisionrule",
        "decision",
    )
    newer = {"code": "INC-4", "version": 2, "level": "WARN", "title": "Pain"}

    row.refused_after(
        "INC-4 v1 is not in force",
        lambda: insert(
            "procedures_ruleversion",
            {"id": 9001, **newer, "parameters": {}, "effective_from": "2026-08-01"},
        ),
    )


SOFTER = {
    "as a warning": ("stays HARD", {"level": "WARN"}),
    "with a fever that begins later": (
        "begins at 38.0",
        {"parameters": {"temperature_c": 39.5, "antibiotic_free_days": 14}},
    ),
    "without its thresholds": ("begins at 38.0", {"parameters": {}}),
    "twice in one version": ("rule_version_is_unique", {"version": 1}),
}


@pytest.mark.parametrize("attempt", SOFTER)
def test_no_softer_rule(attempt):
    words, changes = SOFTER[attempt]
    parameters = {"temperature_c": 37.8, "antibiotic_free_days": 14}
    row = {"id": 9001, "code": "INF-01", "version": 2, "level": "HARD", "title": "T"}
    row |= {"parameters": parameters, "effective_from": "2026-08-01"}

    taken(lambda: insert("procedures_ruleversion", row))
    not_taken(words, lambda: insert("procedures_ruleversion", row | changes))


@pytest.fixture
def override(place):
    path = make.evaluated(place, finding={"grade_kl": 4}, **BLOOD_THINNER)
    answers = {"rule": "MED-AC-01", "reason": LETTER}
    return told(
        path,
        lambda: act(place, path, "override", answers, second="nurse"),
        "override",
    )


OVERRIDES = {
    "of severe damage under the hard policy": ("HARD rule", "SEV-01", {}),
    "of an infection": ("HARD rule", "INF-01", {}),
    "of a pregnancy": ("HARD rule", "PREG-01", {}),
    "of what only warns": ("nobody's way", "INC-4", {}),
    "of an instruction for ever": ("nobody's way", "MED-NSAID-01", {}),
    "by a nurse": ("a physician sets", "MED-AC-01", {"role": "nurse"}),
    "by a role that did not sign": (
        "a physician sets",
        "MED-AC-01",
        {"role": "medical_director"},
    ),
    "without a reason": ("reason_is_written_out", "MED-AC-01", {"reason": "fine"}),
    "with a second person in no role": (
        "works here in the role",
        "MED-AC-01",
        {"second_person_role": "medical_director"},
    ),
    "ahead": ("not what will", "MED-AC-01", {"occurred_at": TOMORROW}),
}


@pytest.mark.parametrize("attempt", OVERRIDES)
def test_no_override(override, attempt):
    words, code, changes = OVERRIDES[attempt]

    override.refused(words, rule_id=rule(code), **changes)


def test_nobody_is_their_own_second_person(override):
    signer = override.before[0][1]["signer_id"]

    override.refused(
        "somebody else", second_person_id=signer, second_person_role="clinician"
    )


def test_no_override_for_another_patient(override, place):
    other = make.evaluated(place)

    override.refused("another episode's", evaluation_id=str(other.evaluations.get().pk))


def test_a_softened_rule_needs_the_medical_director_in_sql_too():
    place = make.site(severe_policy="override")
    path = make.evaluated(place, finding={"grade_kl": 4})
    answers = {"rule": "SEV-01", "reason": "Second opinion obtained, patient informed."}
    row = told(
        path,
        lambda: act(place, path, "override", answers, second="medical_director"),
        "override",
    )
    nurse = place.person("nurse").user_id

    alone = {"second_person_id": None, "second_person_role": ""}
    row.refused("is the medical director", **alone)
    row.refused(
        "is the medical director", second_person_id=nurse, second_person_role="nurse"
    )


SIDES = ("M17.12", "M25.562", "M93.262", "M23.222", "S83.242A", "M17.32", "S83.512D")


@pytest.mark.parametrize("code", SIDES)
def test_no_diagnosis_of_the_other_side(place, code):
    path = make.episode(place)
    row = told(
        path,
        lambda: act(place, path, "evaluate", make.evaluation()),
        "targetfinding",
        "evaluation",
    )

    row.refused(f"{code} is not of the right", icd10=["M17.11", code])


def test_no_finding_at_another_patients_target(place):
    path, other = make.episode(place), make.episode(place)
    row = told(
        path,
        lambda: act(place, path, "evaluate", make.evaluation()),
        "targetfinding",
        "evaluation",
    )

    row.refused("another episode's", target_id=str(other.targets.get().pk))
