"""Evaluation, decision, override: hard rules never pass, by no door."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from core import journal
from core.refusal import Refused
from procedures.episodes.selectors import next_acts
from procedures.fields.schema import InvalidData
from procedures.models import Decision, Evaluation, Override, RuleVersion, Signature
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedures import act, decision, done, evaluation

pytestmark = pytest.mark.django_db

FEVER = {
    "temperature_c": 38.3,
    "active_infection": True,
    "infection_site": "cellulitis",
}
CEFALEXIN = {"antibiotics_until": "2026-09-10"}
APIXABAN = {
    "name": "apixaban",
    "drug_class": "anticoagulant",
    "last_dose_on": "2026-09-01",
}
BLOOD_THINNER = {"medications": [APIXABAN]}
LETTER = "Prescriber's letter of 2026-08-30: hold from 48 hours before."


@pytest.fixture
def place():
    return make.site()


def codes(outcome):
    assert isinstance(outcome, Refused), outcome
    return [reason.code for reason in outcome.reasons]


def refusals(path):
    entries = journal.entries(f"episode:{path.pk}")
    return [e for e in entries if e.name in ("episode.act_refused", FORBIDDEN)]


FORBIDDEN = "episode.act_forbidden"


def test_an_evaluation_leads_to_the_consultation_and_is_signed(place):
    path = make.evaluated(place)

    found = Evaluation.objects.get(episode=path)
    assert path.stage == "consultation"
    assert found.signature.printed_name == place.actor("clinician").name
    assert "Kellgren-Lawrence grade: 3" in found.signature.text
    assert found.target_findings.get().icd10 == ["M17.11"]


def test_a_later_evaluation_replaces_the_one_before(place):
    path = make.evaluated(place)

    done(act(place, path, "evaluate", evaluation(nrs=8), now=NOW + timedelta(days=1)))

    old, new = Evaluation.objects.filter(episode=path).order_by("recorded_at")
    assert old.superseded_at is not None
    assert (new.superseded_at, new.nrs) == (None, 8)


def test_the_side_of_a_diagnosis_must_agree_with_the_target(place):
    path = make.episode(place)

    with pytest.raises(InvalidData) as caught:
        act(place, path, "evaluate", evaluation(finding={"icd10": "M17.12"}))

    [error] = caught.value.errors
    assert error.pointer == "/findings/0/icd10"
    assert error.text == "M17.12 is not right"


def test_an_evaluation_covers_every_target(place):
    hip = {"joint": "hip", "structure": "intra_articular", "laterality": "left"}
    path = make.episode(place, make.KNEE, hip)

    with pytest.raises(InvalidData, match="every target"):
        act(place, path, "evaluate", evaluation())


def test_findings_are_not_of_a_later_day(place):
    path = make.episode(place)

    with pytest.raises(InvalidData, match="/findings/0/imaging_on: lies in the future"):
        act(place, path, "evaluate", evaluation(finding={"imaging_on": "2026-09-02"}))


def test_a_decision_needs_an_evaluation(place):
    path = make.episode(place)
    done(act(place, path, "evaluate", evaluation()))
    empty = make.episode(place)

    assert codes(act(place, empty, "decide", decision())) == ["stage"]


def test_an_approval_is_valid_for_the_clinics_days(place):
    path = make.approved(place)

    found = Decision.objects.get(episode=path)
    assert path.stage == "approved"
    assert found.decided_on == date(2026, 9, 1)
    assert found.valid_until == date(2027, 2, 28)


def test_an_approval_keeps_the_rules_that_fired_with_their_version(place):
    meloxicam = {"name": "meloxicam", "drug_class": "nsaid", "dose": "15 mg daily"}
    path = make.approved(place, medications=[meloxicam])

    [rule] = Decision.objects.get(episode=path).rules.all()
    assert (rule.rule.code, rule.rule.version, rule.level) == (
        "MED-NSAID-01",
        1,
        "INSTRUCT",
    )


@pytest.mark.parametrize(
    "missing", [{"nrs": None}, {"prom_items": []}, {"prom_items": [2, 2, 1, 3, 2, 2]}]
)
def test_no_approval_without_the_baseline(place, missing):
    path = make.evaluated(place, **missing)

    assert codes(act(place, path, "decide", decision())) == ["baseline-missing"]


def test_fever_is_never_approved_and_the_attempt_is_on_record(place):
    path = make.evaluated(place, **FEVER)

    outcome = act(place, path, "decide", decision())

    assert codes(outcome) == ["INF-01"]
    assert "38.3 °C" in outcome.reasons[0].text
    assert outcome.status == 409
    assert '"codes": ["INF-01"]' in refusals(path)[0].payload
    assert not Decision.objects.filter(episode=path).exists()


def test_fever_stays_refused_by_a_decision_with_conditions(place):
    path = make.evaluated(place, **FEVER)
    with_conditions = decision("approved_with_conditions", conditions="After recovery.")

    assert codes(act(place, path, "decide", with_conditions)) == ["INF-01"]


def test_a_deferral_names_the_first_day_for_another_evaluation(place):
    path = make.evaluated(place, **FEVER, **CEFALEXIN)

    path = done(act(place, path, "decide", decision("deferred")))

    assert path.stage == "deferred"
    found = Decision.objects.get(episode=path)
    assert (found.reevaluate_on, found.valid_until) == (date(2026, 9, 24), None)


def test_a_deferral_cannot_name_an_earlier_day(place):
    path = make.evaluated(place, **FEVER, **CEFALEXIN)

    early = decision("deferred", reevaluate_on="2026-09-23")

    with pytest.raises(InvalidData, match="2026-09-24"):
        act(place, path, "decide", early)


def test_a_deferred_patient_is_approved_only_by_a_new_decision(place):
    path = make.evaluated(place, **FEVER)
    done(act(place, path, "decide", decision("deferred")))
    assert codes(act(place, path, "decide", decision())) == ["INF-01"]

    done(act(place, path, "evaluate", evaluation(), now=NOW + timedelta(days=30)))
    later = NOW + timedelta(days=30, hours=1)
    path = done(act(place, path, "decide", decision(), now=later))

    assert path.stage == "approved"
    assert Decision.objects.filter(episode=path, superseded_at=None).count() == 1


def test_severe_damage_is_never_approved(place):
    path = make.evaluated(place, finding={"grade_kl": 4})

    assert codes(act(place, path, "decide", decision())) == ["SEV-01"]


@pytest.mark.parametrize("rule", ["INF-01", "SEV-01"])
def test_a_clinicians_override_of_a_hard_rule_is_refused_on_record(place, rule):
    path = make.evaluated(place, finding={"grade_kl": 4}, **FEVER)
    answers = {"rule": rule, "reason": "I am sure that nothing can go wrong here."}

    outcome = act(place, path, "override", answers, second="medical_director")

    assert codes(outcome) == ["hard-rule"]
    assert len(refusals(path)) == 1
    assert not Override.objects.exists()


def test_an_admins_override_is_forbidden_on_record(place):
    path = make.evaluated(place, **FEVER)
    answers = {"rule": "INF-01", "reason": "The waiting list is long this month."}

    outcome = act(place, path, "override", answers, role="admin")

    assert (outcome.status, outcome.code) == (403, "forbidden")
    [entry] = refusals(path)
    assert (entry.name, entry.actor_role) == (FORBIDDEN, "admin")
    assert not Override.objects.exists()


def test_an_override_with_a_reason_lets_an_overridable_rule_pass(place):
    path = make.evaluated(place, **BLOOD_THINNER)
    assert codes(act(place, path, "decide", decision())) == ["MED-AC-01"]

    answers = {"rule": "MED-AC-01", "reason": LETTER}
    done(act(place, path, "override", answers, second="nurse"))
    path = done(act(place, path, "decide", decision()))

    assert path.stage == "approved"


def test_an_override_serves_the_evaluation_it_was_made_for_only(place):
    path = make.evaluated(place, **BLOOD_THINNER)
    answers = {"rule": "MED-AC-01", "reason": LETTER}
    done(act(place, path, "override", answers, second="nurse"))
    done(act(place, path, "evaluate", evaluation(**BLOOD_THINNER)))

    assert codes(act(place, path, "decide", decision())) == ["MED-AC-01"]


def test_an_override_needs_twenty_characters_of_reason(place):
    path = make.evaluated(place, **BLOOD_THINNER)

    with pytest.raises(InvalidData, match="at least 20"):
        act(place, path, "override", {"rule": "MED-AC-01", "reason": "fine"})


def test_a_rule_that_does_not_fire_cannot_be_overridden(place):
    path = make.evaluated(place)
    answers = {"rule": "MED-AC-01", "reason": LETTER}

    assert codes(act(place, path, "override", answers)) == ["rule-not-fired"]


def test_the_anti_inflammatory_rule_is_set_aside_for_one_day_only(place):
    meloxicam = {"name": "meloxicam", "drug_class": "nsaid"}
    path = make.approved(place, medications=[meloxicam])
    answers = {"rule": "MED-NSAID-01", "reason": "One tablet, seven days less four."}

    assert codes(act(place, path, "override", answers)) == ["rule-not-fired"]
    today_only = answers | {"valid_on": "2026-09-15"}
    done(act(place, path, "override", today_only, second="nurse"))

    assert Override.objects.get().valid_on == date(2026, 9, 15)


def test_a_softened_severity_rule_needs_the_medical_director():
    place = make.site(severe_policy="override")
    path = make.evaluated(place, finding={"grade_kl": 4})
    answers = {"rule": "SEV-01", "reason": "Second opinion obtained, patient informed."}

    with_nurse = act(place, path, "override", answers, second="nurse")
    done(act(place, path, "override", answers, second="medical_director"))

    assert codes(with_nurse) == ["second-person"]
    assert done(act(place, path, "decide", decision())).stage == "approved"


def test_an_override_needs_a_second_person_of_the_treating_team(place):
    path = make.evaluated(place, **BLOOD_THINNER)
    answers = {"rule": "MED-AC-01", "reason": LETTER}

    with pytest.raises(InvalidData, match="/second_person: is required"):
        act(place, path, "override", answers)
    with_admin = act(place, path, "override", answers, second="admin")

    assert codes(with_admin) == ["second-person-role"]
    assert not Override.objects.exists()


def test_a_hard_rule_is_refused_before_a_second_person_is_missed(place):
    path = make.evaluated(place, **FEVER)
    answers = {"rule": "INF-01", "reason": "The patient came a long way for this."}

    assert codes(act(place, path, "override", answers)) == ["hard-rule"]


def test_nobody_is_their_own_second_person(place):
    path = make.evaluated(place, **BLOOD_THINNER)
    answers = {"rule": "MED-AC-01", "reason": LETTER}

    outcome = act(place, path, "override", answers, second="clinician")

    assert codes(outcome) == ["second-person-same"]


def test_the_database_takes_no_override_of_a_hard_rule(place):
    path = make.evaluated(place, **BLOOD_THINNER)
    answers = {"rule": "MED-AC-01", "reason": LETTER}
    done(act(place, path, "override", answers, second="nurse"))
    row = Override.objects.get()
    row.pk, row.rule = None, RuleVersion.objects.get(code="INF-01")

    with pytest.raises(IntegrityError, match="HARD"), transaction.atomic():
        Override.objects.bulk_create([row])


def test_a_hard_rule_after_the_approval_defers(place):
    path = make.prepared(place, make.approved(place))

    path = done(act(place, path, "evaluate", evaluation(**FEVER)))

    assert path.stage == "deferred"
    assert set(path.readiness_items.values_list("state", flat=True)) == {"open"}


def test_an_approval_with_conditions_spells_them_out(place):
    path = make.evaluated(place)

    with pytest.raises(InvalidData, match="/conditions"):
        act(place, path, "decide", decision("approved_with_conditions"))


def test_the_hint_at_the_button_is_the_refusal(place):
    path = done(act(place, make.episode(place), "evaluate", evaluation()))
    wrong = {"record": "evaluation", "record_id": str(path.evaluations.get().pk)}
    wrong["reason"] = "Another patient was examined."
    path = done(act(place, path, "enter_in_error", wrong, second="nurse"))

    acts = next_acts(path, place.actor("clinician"), NOW)
    [hint] = [n.reasons for n in acts if n.schema.act == "decide"]

    refused = act(place, path, "decide", decision())
    assert (
        hint[0].text
        == refused.reasons[0].text
        == "There is no evaluation to decide on."
    )


def test_a_signature_keeps_the_words_their_fields_and_their_hash(place):
    path = make.approved(place)

    signature = Signature.objects.get(subject__startswith="decision:", episode=path)
    assert "Decision: Approved" in signature.text
    assert signature.field_list[:2] == ["outcome", "rationale"]
    assert (len(signature.sha256), signature.schema_version) == (64, "1")
