"""Warning signs: any single one is enough."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.follow_up import question_texts, red_flags

CALM = {"nrs": 3, "temperature_c": Decimal("36.8"), "bears_weight": True}


@pytest.mark.parametrize(
    ("answers", "tier"),
    [
        ({}, 4),
        ({"temperature_c": Decimal("38.0")}, 2),
        ({"temperature_c": Decimal("37.9")}, 4),
        ({"nrs": 8}, 2),
        ({"nrs": 7}, 4),
        ({"bears_weight": False}, 2),
        ({"bears_weight": None}, 4),
        ({"swelling": "severe"}, 2),
        ({"swelling": "mild"}, 4),
        ({"warning_signs": ("chest_pain",)}, 1),
        ({"warning_signs": ("calf_pain_or_swelling",)}, 2),
        ({"warning_signs": ("took_nsaid",)}, 3),
        ({"warning_signs": ("took_nsaid", "chest_pain")}, 1),
    ],
)
def test_the_gravest_sign_sets_the_tier(answers, tier):
    assert red_flags.tier_of(red_flags.flags({**CALM, **answers})) == tier


def test_an_infection_without_fever_is_a_red_flag():
    answers = {**CALM, "warning_signs": ("hot_red_swollen",)}

    assert red_flags.tier_of(red_flags.flags(answers)) == 2


@given(st.sets(st.sampled_from(sorted(red_flags.SIGNS)), min_size=1))
def test_adding_signs_never_makes_it_milder(signs):
    ordered = sorted(signs)
    tiers = [
        red_flags.tier_of(red_flags.flags({"warning_signs": ordered[:count]}))
        for count in range(len(ordered) + 1)
    ]

    assert tiers == sorted(tiers, reverse=True)


@pytest.mark.parametrize(
    ("earlier", "now", "found"),
    [((2, 3), 4, True), ((2,), 4, False), ((3, 3), 4, False), ((5, 2, 3), 4, True)],
)
def test_pain_rising_over_two_contacts_needs_a_call(earlier, now, found):
    flags = red_flags.flags({"nrs": now}, earlier)

    assert ("pain_rising" in {flag.code for flag in flags}) is found


def test_every_sign_can_be_asked_in_both_languages():
    assert set(question_texts.SIGN_TEXTS) == set(red_flags.SIGNS)
    assert set(question_texts.TEXTS["en"]) == set(question_texts.TEXTS["es"])
    for words in question_texts.SIGN_TEXTS.values():
        assert words["en"]
        assert words["es"]
        assert words["en"] != words["es"]
