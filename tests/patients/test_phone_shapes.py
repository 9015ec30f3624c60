"""Five hundred shapes of telephone numbers: stored as E.164, or a clear answer."""

import itertools
import re

import pytest

from patients.services import phones

E164 = re.compile(r"\+[1-9][0-9]{6,14}")

# Ways in which people and programs write the ten digits of one number.
GROUPS = ("713", "555", "0142")
NATIONAL = [
    form.format(*GROUPS)
    for form in (
        "{}{}{}",
        "{} {} {}",
        "{}-{}-{}",
        "{}.{}.{}",
        "({}) {}-{}",
        "({}){}-{}",
        "({}) {} {}",
        "{}/{}-{}",
        "{} {}-{}",
        "{}- {}- {}",
        "({})-{}-{}",
        "{}\u2013{}\u2013{}",
        "{}\u2010{}\u2010{}",
        "{}\u2011{}\u2011{}",
        "{}\u00a0{}\u00a0{}",
        "{}\t{}\t{}",
    )
]
BEFORE = ["", "1", "1 ", "1-", "+1", "+1 ", "+1-", "+1.", "011 1 ", " ", "  +1  "]
AFTER = ["", " ", "\n"]
GOOD = [
    f"{before}{number}{after}"
    for before, number, after in itertools.product(BEFORE[:9], NATIONAL[:13], AFTER)
] + ["++17135550142", "\u202e7135550142\u202c", "\u200b713 555 0142"]

BAD = [
    *("", " ", "-", "+", "()", "tel", "none", "n/a", "ask her", "0", "1", "00", "911"),
    *("7135550142x", "713555014", "71355501", "713555", "555-0142", "12345"),
    *("713 555 01422", "71355501422222222", "+", "+1", "+1713"),
    *(
        "+0 713 555 0142",
        "013 555 0142",
        "113 555 0142",
        "713 055 0142",
        "713 155 0142",
    ),
    *("911 555 0142", "713 555 0142 ext 5", "713 555 0142 x5"),
    *("713 555 0142 #5", "tel:7135550142", "call 713 555 0142", "713 555 0142 (Ana)"),
    *("a@example.org", "https://example.org", "7I3 555 OI42", "seven one three"),
    *("713,555,0142", "713;555;0142", "713_555_0142", "713*555*0142", "7135550142;1"),
    *("<b>7135550142</b>", "'; DROP TABLE", "7" * 41, "+" * 20, "-" * 30, "1" * 16),
    *(
        "\x00",
        "713\x00555\x000142",
        "😀",
        "\uff17\uff11\uff13 555",
        "\u0667\u0661\u0663x",
    ),
    *("+44 20", "+44 1", "+999 1234567", "+800", "+1 000 000 0000", "+52 55", "1e9"),
    *("713 555 0142 / 713 555 0143", "713 555 0142 or 0143", "NULL", "None", "nan"),
]
ABROAD = [
    ("+44 20 7946 0958", "+442079460958"),
    ("+44 (0) 20 7946 0958", "+442079460958"),
    ("0044 20 7946 0958", None),
    ("011 44 20 7946 0958", "+442079460958"),
    ("+52 55 1234 5678", "+525512345678"),
    ("+52 1 55 1234 5678", "+525512345678"),
    ("+49 30 901820", "+4930901820"),
    ("+34 912 345 678", "+34912345678"),
    ("+57 601 3456789", "+576013456789"),
    ("+502 2345 6789", "+50223456789"),
]


def answer(text):
    """Return (number, "") or ("", the answer in words)."""
    try:
        return phones.to_e164(text, "US"), ""
    except phones.BadNumber as error:
        return "", str(error)


def test_there_are_five_hundred_of_them():
    everything = [*GOOD, *BAD, *(text for text, _ in ABROAD), *MANGLED]

    assert len(set(everything)) >= 500


@pytest.mark.parametrize("text", GOOD)
def test_one_number_is_the_same_however_it_is_written(text):
    assert answer(text) == ("+17135550142", "")


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_number_gets_an_answer_that_says_what_to_do(text):
    number, said = answer(text)

    assert number == ""
    assert said.endswith(".")
    assert "such as" in said or "extension" in said
    assert len(said) < 200


@pytest.mark.parametrize(("text", "expected"), ABROAD)
def test_numbers_of_other_countries(text, expected):
    number, said = answer(text)

    assert number == (expected or "")
    assert bool(said) == (expected is None)


# A good number with one character more, less or other, at each place of it.
GIVEN = "(713) 555-0142"
MANGLED = [
    made
    for place in range(len(GIVEN))
    for made in (
        GIVEN[:place] + GIVEN[place + 1 :],
        *(GIVEN[:place] + one + GIVEN[place:] for one in "9x+ ("),
        *(GIVEN[:place] + one + GIVEN[place + 1 :] for one in "0#"),
    )
]


@pytest.mark.parametrize("text", MANGLED)
def test_a_slip_of_the_finger_is_a_number_or_an_answer_and_never_a_fault(text):
    number, said = answer(text)

    assert bool(number) != bool(said)
    assert not number or E164.fullmatch(number)
