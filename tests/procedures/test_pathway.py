"""The one table of stages: complete, connected, and in the words of its guards."""

import pytest

from clinics.domain import policy
from procedures.acts.guards import reasons_against
from procedures.acts.registry import ACTS as ACTS_BY_NAME
from procedures.acts.registry import SCHEMAS
from procedures.facts.episode import Facts
from procedures.pathway import (
    ACTS,
    STAGES,
    STAYS,
    STEPS,
    TERMINAL,
    TRANSITIONS,
    allows,
    next_stage,
)
from procedures.reference import pathway_markdown
from tests.factories.clinics import NOW

BEFORE = "consultation approved scheduled ready deferred declined"
ANY = " ".join(STAGES)
# Which stages know which act, written out by hand.
POSSIBLE = {
    "evaluate": f"enquiry {BEFORE}",
    "decide": BEFORE,
    "override": f"{BEFORE} checked_in",
    "consent": "consultation approved scheduled ready checked_in harvested processed"
    " released",
    "prepare": "approved scheduled ready",
    "check_in": "ready",
    "time_out": "checked_in released",
    "harvest": "checked_in",
    "hand_off": "harvested processed released",
    "process": "harvested",
    "release": "processed",
    "inject": "released",
    "not_done": "checked_in harvested processed released",
    "lift_stop": f"enquiry {BEFORE} decided checked_in harvested processed released"
    " injected discharged follow_up",
    "discharge": "injected",
    "adverse_event": ANY,
    "respond": "released injected discharged follow_up completed withdrawn aborted",
    "withdraw": f"enquiry {BEFORE} discharged follow_up",
    "abort": "checked_in harvested processed released",
    "correct": ANY.removeprefix("enquiry "),
    "enter_in_error": ANY,
    "complete": "discharged follow_up",
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("stage", STAGES)
def test_an_act_is_refused_by_stage_exactly_where_the_table_lacks_it(stage, act):
    codes = {
        r.code for r in reasons_against(Facts(stage=stage, now=NOW, today=NOW), act)
    }

    assert ("stage" not in codes) == (stage in POSSIBLE[act].split())


def test_every_stage_has_a_way_out_or_is_terminal():
    assert set(STAGES) - TERMINAL == {stage for stage, _ in TRANSITIONS}


def test_every_stage_can_be_reached_from_the_enquiry():
    reached, before = {"enquiry"}, set()
    while reached != before:
        before = set(reached)
        reached |= {goal for (stage, _), goal in TRANSITIONS.items() if stage in before}

    assert reached == set(STAGES)


def test_every_step_is_an_act_or_explained():
    assert {step for _, step in TRANSITIONS} - set(ACTS) == set(STEPS)


def test_only_a_new_decision_leads_from_deferred_to_approved():
    ways = {step for (stage, step), _ in TRANSITIONS.items() if stage == "deferred"}

    assert ways == {"decide", "withdraw"}


def test_a_freed_procedure_leads_back_to_approved():
    assert next_stage("scheduled", "free_procedure") == "approved"
    assert next_stage("ready", "free_procedure") == "approved"


def test_nothing_happens_to_a_closed_episode_but_corrections_and_late_events():
    for stage in TERMINAL:
        # Who was injected before the path ended early is followed up all the same.
        still = ("completed", "withdrawn", "aborted")
        answers = {"respond"} if stage in still else set()
        assert {act for act in ACTS if allows(stage, act)} == answers | {
            "adverse_event",
            "correct",
            "enter_in_error",
        }


def test_stages_an_act_stays_in_are_not_also_left_by_it():
    for act, stages in STAYS.items():
        assert not [stage for stage in stages if (stage, act) in TRANSITIONS]


@pytest.mark.parametrize("act", ACTS)
def test_every_act_has_schema_handler_word_and_policy(act):
    assert SCHEMAS[act].act == act
    assert ACTS_BY_NAME[act].past
    assert f"episode.{act}" in policy.ACTIONS


def test_the_reference_page_names_every_arrow():
    page = pathway_markdown()

    for (stage, step), goal in TRANSITIONS.items():
        assert f"{stage} --> {goal}: {step.replace('_', ' ')}" in page


def test_a_refusal_by_stage_says_when_it_is_possible():
    here = Facts(stage="enquiry", now=NOW, today=NOW.date())

    [reason] = reasons_against(here, "prepare")

    assert reason.text == "Not possible while the episode is enquiry."
    assert reason.lifts.endswith("approved, scheduled, ready")
