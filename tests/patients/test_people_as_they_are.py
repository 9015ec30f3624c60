"""Names and numbers as people have and paste them."""

import unicodedata

import pytest

from core.problems import Invalid
from patients.selectors import search
from patients.services import phones
from tests.factories import clinics as make
from tests.factories.patients import patient

pytestmark = pytest.mark.django_db

BEGONA = "Begon\u0303a"


def test_a_decomposed_name_is_kept_composed():
    made = patient(given_name=BEGONA)

    assert made.given_name == unicodedata.normalize("NFC", BEGONA) == "Bego\u00f1a"


@pytest.mark.parametrize("mark", ["\u202e", "\u200b", "\u2066", "\ufeff", "\u00ad"])
def test_marks_nobody_sees_are_taken_out_of_a_name(mark):
    made = patient(given_name=f"Ma{mark}ria", family_name=f"{mark}Vega{mark}")

    assert (made.given_name, made.family_name) == ("Maria", "Vega")


def test_a_joiner_stays_where_a_script_needs_it():
    name = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"

    assert patient(given_name=name).given_name == name


def test_invisible_letters_are_no_name():
    with pytest.raises(Invalid):
        patient(given_name="\u3164", family_name="\u2800")


@pytest.mark.parametrize("names", [("Suharto", ""), ("", "Suharto")])
def test_one_name_is_enough(names):
    given, family = names

    made = patient(given_name=given, family_name=family)

    assert made.full_name == "Suharto"
    assert list(search(made.clinic_id, "suhar")) == [made]


def test_no_name_is_not_enough():
    with pytest.raises(Invalid) as caught:
        patient(given_name="", family_name=" \u200b ")

    assert [error.pointer for error in caught.value.errors] == ["/given_name"]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("+52 1 55 5123 4567", "+525551234567"),
        ("+52 55 5123 4567", "+525551234567"),
        ("\u202a+1 713 555 0101\u202c", "+17135550101"),
        ("713\u200b555\u20110101", "+17135550101"),
        ("621-234-5678", "+16212345678"),
    ],
)
def test_numbers_are_read_as_people_write_and_paste_them(written, stored):
    assert phones.to_e164(written, "US") == stored


@pytest.mark.parametrize(
    "written", ["111 111 1111", "713 111 1111", "711 234 5678", "+52 2 55 5123 4567"]
)
def test_what_is_no_number_anywhere_stays_refused(written):
    with pytest.raises(phones.BadNumber):
        phones.to_e164(written, "US")


def test_an_area_code_nobody_knows_yet_is_kept_with_a_remark():
    made = patient(make.clinic(), phone="621-234-5678")

    [point] = made.contact_points.all()
    assert "area code 621" in phones.remark(point.value)
    assert phones.remark("+17135550101") == ""
