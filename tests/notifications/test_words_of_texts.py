"""Faults of a text in words: gaps, words no message holds, its cost."""

from dataclasses import replace

import pytest

from notifications.domain import placeholders
from notifications.domain.linting import forbidden_words
from notifications.domain.templates import TEMPLATES, template
from notifications.services import texts
from tests.factories import notifications as make

TEXT = template("confirmation", "en", "sms")


@pytest.mark.parametrize("key", TEMPLATES, ids="-".join)
def test_every_gap_of_the_release_is_known(key):
    text = TEMPLATES[key]

    assert placeholders.faults(text.title) == []
    assert placeholders.faults(text.body) == []


@pytest.mark.parametrize(
    ("gap", "meant"),
    [
        ("{clinc}", "clinic"),
        ("{Clinic}", "clinic"),
        ("{firstname}", "first_name"),
        ("{wen}", "when"),
        ("{telephone}", "phone"),
        ("{links}", "link"),
    ],
)
def test_an_unknown_gap_names_the_nearest(gap, meant):
    assert placeholders.faults(f"Hello {gap}") == [
        f"There is no {gap}. Did you mean {{{meant}}}?"
    ]


def test_a_gap_like_no_other_names_all_there_are():
    [said] = placeholders.faults("{xyzzy}")

    assert said.startswith("There is no {xyzzy}. There are: {clinic}, ")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "}",
        "{clinic",
        "clinic}",
        "{}",
        "{0}",
        "{clinic!r}",
        "{clinic:>9}",
        "{clinic.phone}",
        "{clinic[0]}",
        "{ clinic }",
        "{{clinic}",
    ],
)
def test_a_brace_that_cannot_be_read_is_said_with_the_remedy(text):
    [said] = placeholders.faults(text)

    assert "{clinic}" in said


def test_braces_written_twice_are_braces():
    assert placeholders.faults("{{clinic}} {clinic}") == []


def test_an_unknown_gap_is_said_once():
    assert len(placeholders.faults("{wen} {wen}")) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Your Knee injection", ["Knee", "injection"]),
        ("STEM CELLS, guaranteed", ["STEM", "CELLS", "guaranteed"]),
        ("Su rodilla. Sin riesgo", ["rodilla", "Sin riesgo"]),
        ("FDA approved", ["FDA"]),
        ("regenerates", ["regenerates"]),
        ("See you tomorrow at 9:00 AM", []),
        ("Le esperamos mañana", []),
    ],
)
def test_words_that_no_message_holds_are_named_as_written(said, words):
    assert forbidden_words(said) == words


def test_a_text_of_ones_own_is_judged_like_ours(db):
    clinic = make.office().clinic
    tried = replace(TEXT, body="{clinic}: your knee, {wen} " + "x" * 500)

    found = texts.read(tried, clinic=clinic, now=make.NOW)

    assert found.size.segments == 4
    assert found.faults == (
        "There is no {wen}. Did you mean {when}?",
        "No message may say “knee”.",
        "It costs 4 segments; 3 are the most.",
    )


def test_every_text_is_read_in_both_languages_and_costs_what_its_sample_costs(db):
    clinic = make.office().clinic

    pairs = list(texts.pairs(clinic=clinic, now=make.NOW))

    shown = {
        (pair.kind, one.text.language, pair.channel)
        for pair in pairs
        for one in pair.readings
    }
    assert shown == {key for key in TEMPLATES if key[0] != "trial"}
    for pair in pairs:
        assert {one.text.language for one in pair.readings} == {"en", "es"}
        for one in pair.readings:
            assert one.faults == ()
            assert "{" not in one.sample.title + one.sample.body
            assert (one.size is not None) == (pair.channel == "sms")
