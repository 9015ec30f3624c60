"""Ids on containers, and what a kit's barcode says."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.products import ids, kits, scans
from procedures.products import kit_use as reading
from procedures.products.ids import ProductId

PRODUCT = ProductId("BAYOU", date(2025, 10, 14), 3, "C", 1)
CODE = ids.issue(PRODUCT)


def test_an_id_names_site_day_number_and_part():
    assert CODE.startswith("BAYOU-20251014-003-C1")
    assert ids.parse(CODE) == PRODUCT


def test_a_wrong_character_is_noticed():
    for place, good in enumerate(CODE):
        if good == "-":
            continue
        for bad in set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") - {good}:
            assert ids.parse(CODE[:place] + bad + CODE[place + 1 :]) is None


LETTERS = CODE.replace("-", "")
UNLIKE = [n for n in range(len(LETTERS) - 1) if LETTERS[n] != LETTERS[n + 1]]


@pytest.mark.parametrize("place", UNLIKE)
def test_swapped_neighbours_are_noticed(place):
    swapped = LETTERS[:place] + LETTERS[place + 1] + LETTERS[place]
    swapped += LETTERS[place + 2 :]

    assert ids.check_character(swapped[:-1]) != swapped[-1]


@given(st.text(string.printable))
def test_any_other_text_is_no_id(text):
    read = ids.parse(text)

    assert read is None or ids.issue(read) == text.strip().upper()


def test_a_day_that_does_not_exist_is_no_id():
    body = "BAYOU-20251341-003-C1"

    assert ids.parse(body + ids.check_character(body)) is None


@pytest.mark.parametrize(
    ("slug", "clinic_id", "code"),
    [
        ("bayou-1", 1, "BAYO01"),
        ("bayou-joint-clinic", 35, "BAYO0Z"),
        ("ü", 1296, "XXXX100"),
    ],
)
def test_a_site_code_names_the_clinic(slug, clinic_id, code):
    assert ids.site_code(slug, clinic_id) == code


def test_no_two_clinics_share_a_site_code():
    codes = {ids.site_code("bayou", number) for number in range(1, 2000)}

    assert len(codes) == 1999


@pytest.mark.parametrize("clinic_id", [1, 36**4 - 1])
def test_an_id_with_any_clinics_code_can_be_read(clinic_id):
    site = ids.site_code("bayou", clinic_id)
    product = ProductId(site, date(2025, 10, 14), 3, "C", 1)

    assert ids.parse(ids.issue(product)) == product


def test_scans_match_whatever_their_case_and_blanks():
    expected = scans.Expected("DEMO-0001", CODE, date(2025, 10, 14))

    assert not compared(expected, " demo-0001 ", CODE.lower()).reasons


def compared(expected, patient_scan, container_scan):
    """As if every word with a hyphen and few digits were a wristband."""
    return scans.compare(
        expected,
        patient_scan,
        container_scan,
        is_mrn=lambda text: text.startswith("DEMO-"),
        is_product=lambda text: ids.parse(text) is not None,
    )


def test_yesterdays_product_is_named_as_such():
    yesterday = ids.issue(ProductId("BAYOU", date(2025, 10, 13), 1, "C", 1))
    expected = scans.Expected("DEMO-0001", CODE, date(2025, 10, 14))

    codes = [r.code for r in compared(expected, "DEMO-0001", yesterday).reasons]

    assert codes == ["product-mismatch", "product-other-day"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("270331", date(2027, 3, 31)),
        ("270200", date(2027, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("261200", date(2026, 12, 31)),
        ("271301", None),
        ("270230", None),
        ("2703", None),
        ("27033X", None),
    ],
)
def test_an_expiry_of_day_00_is_the_last_of_its_month(text, day):
    assert kits.expiry(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "(01)09520000000011(17)270331(10)K25J-0412(21)S1",
        "01095200000000111727033110K25J-0412\x1d21S1",
        "]d201095200000000111727033110K25J-0412\x1d21S1",
    ],
)
def test_a_kit_is_read_from_a_scan_or_typed(text):
    kit = reading.read(text)

    assert kit == kits.Kit(
        "09520000000011", date(2027, 3, 31), lot="K25J-0412", serial="S1"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(01)09520000000012(17)270331(10)K", "check digit"),
        ("(17)270331(10)K", "missing"),
        ("(01)09520000000011(10)K", "expiry"),
        ("(01)09520000000011(17)270331", "lot"),
        ("hello", "no GS1"),
        ("", "missing"),
    ],
)
def test_an_unreadable_kit_says_what_is_wrong(text, words):
    with pytest.raises(reading.Unreadable, match=words):
        reading.read(text)


def test_a_kit_may_be_used_on_its_last_day_and_not_after():
    assert not kits.is_expired(date(2026, 9, 15), date(2026, 9, 15))
    assert kits.is_expired(date(2026, 9, 15), date(2026, 9, 16))
