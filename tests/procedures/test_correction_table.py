"""The table of corrections: every record is in it, and who must be there."""

import pytest
from django.apps import apps

from procedures.acts.enter_in_error.handle import EFFECTS
from procedures.acts.registry import CORRECTORS, SCHEMAS
from procedures.corrections import standing
from procedures.corrections.table import BACK, KINDS, Moment, moment, needed
from procedures.migrations.sql import corrections_0011
from procedures.models import Episode, Record
from procedures.pathway import STAGES
from procedures.reference import corrections_markdown

RECORDS = [
    model
    for model in apps.get_app_config("procedures").get_models()
    if issubclass(model, Record)
]


def test_every_kind_of_record_is_in_the_table():
    assert {kind.model for kind in KINDS.values()} == {m.__name__ for m in RECORDS}


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_a_kind_names_its_rows_its_act_and_its_table(kind):
    related = Episode._meta.get_field(kind.rows).related_model

    assert related.__name__ == kind.model
    assert corrections_0011.TABLES[kind.code] == related._meta.db_table
    assert kind.made_by in SCHEMAS
    assert set(kind.with_it) <= set(KINDS)


def test_what_can_be_corrected_by_values_has_a_corrector():
    assert {kind.code for kind in KINDS.values() if kind.values} == set(CORRECTORS)


def test_steps_effects_and_dependants_are_of_known_kinds():
    assert {*BACK, *EFFECTS, *standing.KINDS_STOOD_ON} <= set(KINDS)
    assert {k for k in KINDS if KINDS[k].with_it} == standing.KINDS_WITH_COMPANY


RELEASED = {"released", "injected"}
FINISHED = {
    "discharged",
    "follow_up",
    "completed",
    "withdrawn",
    "aborted",
    "lost_to_follow_up",
    "converted_to_surgery",
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_finished_record_is_nobodys_to_retouch_alone(stage):
    alone = needed(stage, is_maker=True, in_error=False)
    stranger = needed(stage, is_maker=False, in_error=False)

    assert alone.second_person == (stage in FINISHED)
    assert stranger.second_person
    assert alone.physician == stranger.physician == (stage in RELEASED | FINISHED)
    assert needed(stage, is_maker=True, in_error=True).second_person
    assert (moment(stage) is Moment.FINISHED) == (stage in FINISHED)


def test_the_reference_page_has_every_kind():
    page = corrections_markdown()

    assert all(f"`{code}`" in page for code in KINDS)
