"""Questionnaires: what is asked, what it scores, and when there is no score."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

import procedures
from procedures.follow_up import instruments

DATA = Path(procedures.__file__).parent / "data" / "instruments.json"
BY_KEY = {
    entry["key"]: instruments.from_data(entry)
    for entry in json.loads(DATA.read_text(encoding="utf-8"))["instruments"]
}
KOOS, HOOS = BY_KEY["koos_jr"], BY_KEY["hoos_jr"]


def answered(instrument, *values):
    keys = [item.key for item in instrument.items]
    return dict(zip(keys, values, strict=False))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((2, 2, 1, 3, 2, 2, 3), "50.012"),
        ((2, 2, 1, 2, 1, 2, 2), "57.140"),
        ((1, 2, 1, 2, 1, 1, 1), "63.776"),
        ((1, 1, 1, 1, 1, 1, 1), "68.284"),
        ((1, 1, 1, 1, 1, 1, 0), "70.704"),
        ((0,) * 7, "100"),
        ((4,) * 7, "0"),
    ],
)
def test_koos_jr_adds_up_and_looks_up(values, expected):
    made = instruments.score(KOOS, answered(KOOS, *values))

    assert made == instruments.Score(sum(values), Decimal(expected))


def test_hoos_jr_has_its_own_table():
    made = instruments.score(HOOS, answered(HOOS, 1, 1, 1, 1, 1, 1))

    assert made == instruments.Score(6, Decimal("70.426"))


@pytest.mark.parametrize("instrument", [KOOS, HOOS], ids=["koos", "hoos"])
def test_tables_cover_every_sum_and_fall_all_the_way(instrument):
    highest = len(instrument.items) * instrument.highest

    assert len(instrument.table) == highest + 1
    assert list(instrument.table) == sorted(instrument.table, reverse=True)
    assert (instrument.table[0], instrument.table[-1]) == (100, 0)


def test_an_unanswered_item_leaves_no_score():
    assert instruments.score(KOOS, answered(KOOS, 2, 2, 1, 3, 2, 2)) is None


@pytest.mark.parametrize("wrong", [5, -1, 2.0, True, "2", None])
def test_an_answer_outside_its_range_is_refused(wrong):
    with pytest.raises(instruments.InvalidAnswer):
        instruments.check_answers(KOOS, {"stairs": wrong})


def test_an_answer_to_another_questionnaires_item_is_refused():
    with pytest.raises(instruments.InvalidAnswer, match="no item"):
        instruments.check_answers(KOOS, {"lying_in_bed": 1})


def test_a_single_question_scores_as_it_is():
    nrs = BY_KEY["nrs"]

    assert instruments.score(nrs, {"nrs": 6}) == instruments.Score(6, Decimal(6))


@pytest.mark.parametrize(
    ("joint", "key"), [("knee", "koos_jr"), ("hip", "hoos_jr"), ("shoulder", "sane")]
)
def test_each_joint_has_its_questionnaire(joint, key):
    assert instruments.prom_for(joint) == key
    assert key in BY_KEY


def test_questionnaires_of_others_say_whose_they_are():
    for instrument in (KOOS, HOOS):
        assert "free to use" in instrument.attribution
        assert instrument.languages == ("en",)
