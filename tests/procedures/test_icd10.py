"""Every M and S code of a whole list of ICD-10-CM, against its own description."""

import re
import warnings
from importlib import import_module

import pytest

from procedures.rules import icd10
from procedures.vocabulary import JOINTS

SIDES = ("left", "right")
# Joints that a description names by their own word.
WORDS = {
    "shoulder": r"shoulder",
    "elbow": r"elbow",
    "wrist": r"wrist",
    "hip": r"hip",
    "knee": r"knee",
    "ankle": r"ankle",
}


with warnings.catch_warnings():
    # It reads its own files in a way that Python 3.11 calls outdated.
    warnings.simplefilter("ignore", DeprecationWarning)
    published = import_module("simple_icd_10_cm")


def described():
    """(code, description) of every complete code of chapters M and S."""
    for code in published.get_all_codes(with_dots=True):
        if re.match(r"[MS]\d[0-9A-Z](\.|$)", code) and published.is_leaf(code):
            yield code, published.get_description(code).lower()


CODES = list(described())


def named_side(text):
    if "bilateral" in text:
        return "both"
    return next((s for s in SIDES if re.search(rf"\b{s}\b", text)), "")


def test_the_list_is_whole():
    assert len(CODES) > 37_000
    assert {code[0] for code, _ in CODES} == {"M", "S"}


def test_the_side_of_every_code_is_the_one_its_description_names():
    wrong = [
        (code, text)
        for code, text in CODES
        if icd10.read(code).side.replace("unspecified", "") != named_side(text)
    ]

    assert wrong == []


@pytest.mark.parametrize("laterality", SIDES)
@pytest.mark.parametrize("joint", [name for name, _ in JOINTS])
def test_every_code_at_every_joint_and_side(joint, laterality):
    """Of the other side: refused. Of another joint: a remark. Of this one: neither."""
    for code, text in CODES:
        read, side = icd10.read(code), named_side(text)
        is_other_side = side in SIDES and side != laterality
        assert bool(icd10.against(read, laterality)) == is_other_side, code
        joints = {name for name, word in WORDS.items() if re.search(rf"\b{word}", text)}
        said = [r for r in icd10.remarks(read, joint) if "not of the" in r]
        if joint in joints:
            assert said == [], (code, text)
        elif len(joints) == 1 and read.joints <= joints:
            assert said, (code, text)


def test_every_code_that_names_its_joint_is_told_from_another_one():
    loose = [
        (code, text)
        for code, text in CODES
        for joints in [{n for n, w in WORDS.items() if re.search(rf"\b{w}", text)}]
        if len(joints) == 1 and len(icd10.read(code).joints or range(9)) > 2
    ]

    assert loose == []


def test_every_code_is_read_in_small_letters_and_without_its_dot():
    for code, _ in CODES[::97]:
        assert icd10.read(code.lower().replace(".", "")).text == code
        assert icd10.read(f" {code}. ").text == code


@pytest.mark.parametrize("code", ["M17.31", "M25.561", "M93.261", "M23.221"])
def test_codes_the_old_list_forgot_name_their_side(code):
    assert icd10.against(icd10.read(code), "left") == f"{code} is not left"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("M17.1", "character of the side"),
        ("M25.56", "character of the side"),
        ("S83.241", "S83.241A"),
        ("S83.24", "character of the side"),
        ("S83.24XA", "character of the side"),
        ("S83.911A", "too many"),
        ("M17", "needs more characters"),
        ("M23.2", "needs more characters"),
        ("S83", "needs more characters"),
        ("S83.2XXA", "needs more characters"),
        ("M94.26", "character of the side"),
        ("M94.26X", "character of the side"),
        ("M25.56X", "character of the side"),
        ("M17.121", "too many"),
        ("M17.129", "too many"),
        ("M17.12A", "too many"),
        ("M17.11A", "too many"),
        ("M17.11X", "too many"),
        ("M17.01", "too many"),
        ("M75.1211", "too many"),
        ("S83.241Z", "seventh"),
        ("M80.051", "seventh"),
        ("M1A.011", "0 or 1"),
        ("M17.11XA", "too many"),
        ("M17.O1", "letter O"),
        ("M17.3l", "I or L"),
        ("S83.24lA", "I or L"),
        ("hello", "such as M17.11"),
        ("17.11", "such as M17.11"),
    ],
)
def test_what_is_no_whole_code_is_refused_with_what_to_write(text, says):
    with pytest.raises(icd10.BadCode, match=says):
        icd10.read(text)


def test_no_category_of_the_list_is_a_whole_code():
    for code in published.get_all_codes(with_dots=True):
        is_one = re.match(r"[MS]\d[0-9A-Z](\.|$)", code) and "-" not in code
        if is_one and not published.is_leaf(code):
            with pytest.raises(icd10.BadCode):
                icd10.read(code)


def test_no_code_that_names_its_side_is_followed_by_a_digit():
    for code, _ in CODES:
        named = icd10.read(code).side in SIDES
        if named and len(code) <= 7 and code[0] == "M" and not code[-1].isalpha():
            with pytest.raises(icd10.BadCode):
                icd10.read(f"{code}1")


def test_an_open_side_and_the_trunk_are_remarked():
    assert list(icd10.remarks(icd10.read("M17.9"), "knee")) == [
        "M17.9 does not say the side"
    ]
    assert "spine" in next(icd10.remarks(icd10.read("M54.50"), "hip"))
    assert not list(icd10.remarks(icd10.read("M17.0"), "knee"))
