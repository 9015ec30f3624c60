"""Reading what was typed into the search: laws, and the notations people use."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.domain import names, search

birth_dates = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 11, 22))
letters = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12)


def found_dates(text):
    return {day for term in search.parse(text) for day in term.birth_dates}


@given(st.text())
def test_nothing_typed_breaks_the_search(text):
    terms = search.parse(text)

    assert len(terms) <= search.MAX_TERMS
    assert all(terms)


@given(st.text(max_size=search.MAX_LENGTH))
def test_readings_hold_nothing_the_database_refuses(text):
    for term in search.parse(text):
        for reading in (*term.words, *term.mrns, *term.last_digits, term.email):
            assert "\x00" not in reading
            assert reading.encode().decode() == reading


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert names.fold(names.fold(text)) == names.fold(text)


@given(given_name=letters, family_name=letters)
def test_every_word_of_a_name_is_found_by_its_beginning_in_any_case(
    given_name, family_name
):
    stored = names.search_name(given_name, family_name)

    for word in names.words(f"{family_name.upper()} {given_name.lower()}"):
        assert f" {word}" in stored
        assert f" {word[:3]}" in stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("nunez", ("María José", "Núñez")),
        ("MARÍA", ("maria jose", "nunez")),
        ("o'brien", ("Sean", "O'Brien")),
        ("obrien", ("Sean", "O\u2019Brien")),
        ("testcase-vega", ("Marisol", "Testcase-Vega")),
        ("orsted", ("Hans", "Ørsted")),
        ("strasse", ("Ina", "Straße")),
    ],
)
def test_names_are_found_without_accents_and_signs(typed, stored):
    (term,) = search.parse(typed)

    assert all(f" {word}" in names.search_name(*stored) for word in term.words)


@given(birth_dates)
@pytest.mark.parametrize(
    "notation",
    [
        "{d:%Y-%m-%d}",
        "{d:%Y/%m/%d}",
        "{d.year}.{d.month}.{d.day}",
        "{d:%m/%d/%Y}",
        "{d.month}/{d.day}/{d.year}",
        "{d.day}.{d.month}.{d.year}",
        "{d:%m-%d-%Y}",
        "{d:%m/%d/%y}",
        "{d:%Y%m%d}",
        "{d:%m%d%Y}",
        "{d:%B} {d.day}, {d.year}",
        "{d.day} {d:%b} {d.year}",
    ],
)
def test_a_birth_date_is_read_in_every_common_notation(notation, d):
    assert d in found_dates(notation.format(d=d))
    assert d in found_dates(f"Vega {notation.format(d=d)}")


@pytest.mark.parametrize(
    "typed", ["12 de abril de 1966", "12 abr 1966", "12 Abril, 1966"]
)
def test_a_birth_date_is_read_in_spanish(typed):
    assert found_dates(typed) == {date(1966, 4, 12)}


def test_an_ambiguous_date_keeps_both_readings():
    assert found_dates("04/12/1966") == {date(1966, 4, 12), date(1966, 12, 4)}


@pytest.mark.parametrize("typed", ["30.02.1966", "13/13/1966", "1776-07-04"])
def test_a_day_that_never_was_finds_nobody_rather_than_everybody(typed):
    (term,) = search.parse(typed)

    assert term.birth_dates == ()
    assert term


@pytest.mark.parametrize(
    "typed",
    ["+1 713 555 0101", "(713) 555-0101", "713.555.0101", "7135550101", "555-0101"],
)
def test_a_phone_number_is_read_however_it_is_written(typed):
    (term,) = search.parse(typed)

    assert any("+17135550101".endswith(end) for end in term.last_digits)


def test_a_national_number_is_read_without_its_leading_zero():
    (term,) = search.parse("020 7946 0018")

    assert any("+442079460018".endswith(end) for end in term.last_digits)


def test_four_digits_may_be_the_end_of_a_number_or_a_record_number():
    (term,) = search.parse("0101")

    assert term.last_digits == ("0101",)
    assert term.mrns == ("0101", "CP-000101")


@pytest.mark.parametrize("typed", ["CP-000123", "cp-123", "cp 123", "CP000123"])
def test_the_clinics_own_record_number_needs_no_zeros(typed):
    (term,) = search.parse(typed)

    assert "CP-000123" in term.mrns


def test_name_date_and_digits_are_three_terms():
    terms = search.parse("vega, marisol 1966-04-12")

    assert sorted(term.words for term in terms) == [(), ("marisol",), ("vega",)]


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "-", "\x00", "\ud800"])
def test_text_without_anything_to_search_for_has_no_terms(typed):
    assert search.parse(typed) == ()
