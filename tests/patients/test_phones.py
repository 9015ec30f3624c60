"""Phone numbers as people write them, into E.164."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.services import phones

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
lines = st.integers(0, 99).map(lambda n: f"01{n:02d}")


@given(
    lines, st.sampled_from(["{} {} {}", "({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "{}{}{}"])
)
def test_a_number_is_the_same_however_it_is_written(line, notation):
    written = notation.format("713", "555", line)

    assert phones.to_e164(written, "US") == f"+1713555{line}"
    assert phones.to_e164(f"+1 {written}", "GB") == f"+1713555{line}"


@given(st.text(max_size=60))
def test_any_text_is_a_number_in_e164_or_refused_in_words(text):
    try:
        answer = phones.to_e164(text, "US")
    except phones.BadNumber as fault:
        answer = str(fault)

    assert E164.fullmatch(answer) or answer.endswith(".")


@given(st.text("0123456789 +-().", max_size=24), st.sampled_from(["US", "GB", "ES"]))
def test_normalising_twice_changes_nothing(text, region):
    try:
        number = phones.to_e164(text, region)
    except phones.BadNumber:
        return

    assert phones.to_e164(number, region) == number
    is_known = phonenumbers.is_valid_number(phonenumbers.parse(number, None))
    assert is_known or "area code" in phones.remark(number)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("555-0101", "too short"),
        ("713 555 01", "too short"),
        ("713 555 0101 22", "too long"),
        ("call me", "not a phone number"),
        ("1-800-FLOWERS", "not a phone number"),
        ("713 555 0101 x12", "extension"),
        ("111 111 1111", "check the digits"),
        ("7" * 41, "not a phone number"),
        ("713\x00555 0101", "not a phone number"),
    ],
)
def test_what_is_wrong_and_the_remedy_are_said(written, says):
    with pytest.raises(phones.BadNumber, match=says):
        phones.to_e164(written, "US")


def test_the_remedy_is_a_number_of_the_clinics_country():
    with pytest.raises(phones.BadNumber, match="0121 234 5678"):
        phones.to_e164("12", "GB")


@pytest.mark.parametrize(
    ("clinic_phone", "region"),
    [("+17135550100", "US"), ("+442079460000", "GB"), ("", "US"), ("713", "US")],
)
def test_the_country_is_that_of_the_clinics_own_number(clinic_phone, region):
    assert phones.region_of(clinic_phone) == region
