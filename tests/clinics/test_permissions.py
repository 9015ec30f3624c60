"""Who may do what: the table, its page, and the words of a refusal."""

import pytest

from clinics.domain import policy
from clinics.domain.roles import ROLES, STAFF_ROLES
from clinics.services.reference import SECTIONS, permissions_markdown

CLINICAL = [
    action
    for action in policy.CARE_PATH
    if action
    not in {"episode.read", "episode.open", "episode.prepare", "episode.withdraw"}
]

DOCTORS_ONLY = ["evaluate", "decide", "consent", "override"]
DOCTORS_ONLY += ["harvest", "inject", "abort", "complete", "lift_stop"]


@pytest.mark.parametrize("action", sorted(policy.ACTIONS))
def test_every_action_is_somebodys_and_says_why(action):
    rule = policy.ACTIONS[action]

    assert rule.roles
    assert rule.roles <= set(ROLES)
    assert rule.why.endswith(".")


def test_an_unknown_action_is_a_mistake_not_a_refusal():
    with pytest.raises(policy.UnknownAction):
        policy.may("admin", "patient.delete")


def test_an_unknown_role_may_nothing():
    assert not any(policy.may("", action).allowed for action in policy.ACTIONS)
    assert not any(policy.may("owner", action).allowed for action in policy.ACTIONS)


@pytest.mark.parametrize("action", CLINICAL)
def test_coordinators_reach_no_clinical_content(action):
    assert not policy.may("coordinator", action).allowed


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_administrators_and_auditors_meet_no_patient_at_work(role):
    about_patients = {
        name
        for name, rule in policy.ACTIONS.items()
        if rule.patient_bearing and role in rule.roles
    }

    assert about_patients <= {"access_log.read", "journal.read"}
    assert role == "auditor" or not about_patients


def test_only_doctors_evaluate_decide_consent_override_harvest_and_inject():
    for act in DOCTORS_ONLY:
        assert policy.ACTIONS[f"episode.{act}"].roles == {
            "clinician",
            "medical_director",
        }


def test_only_technicians_process():
    assert policy.ACTIONS["episode.process"].roles == {"technician"}


def test_a_patient_link_reaches_the_patients_own_visits_answers_and_messages_only():
    allowed = {a for a in policy.ACTIONS if policy.may("patient", a).allowed}

    assert allowed == {
        "appointment.cancel",
        "appointment.confirm",
        "appointment.move",
        "opt_out.write",
        "episode.respond",
        "offer.accept",
        "offer.decline",
    }


def test_a_medical_director_may_whatever_a_clinician_may():
    for action, rule in policy.ACTIONS.items():
        if "clinician" in rule.roles:
            assert "medical_director" in rule.roles, action


def test_a_refusal_names_who_may_and_why():
    decision = policy.may("admin", "episode.override")

    assert not decision.allowed
    assert "clinician, medical director" in decision.reason
    assert policy.ACTIONS["episode.override"].why in decision.reason


def test_every_staff_role_keeps_its_own_account():
    assert policy.ACTIONS["own.account"].roles == set(STAFF_ROLES)


def test_the_permissions_page_lists_every_action_once():
    page = permissions_markdown()

    assert sum(len(rules) for rules in SECTIONS.values()) == len(policy.ACTIONS)
    for action in policy.ACTIONS:
        assert page.count(f"| `{action}`") == 1
