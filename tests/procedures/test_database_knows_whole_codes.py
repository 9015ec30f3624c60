"""The length of a code that SQL knows, against the official list."""

import json
import warnings
from importlib import import_module

import pytest
from django.db import connection

from procedures.rules.icd10 import BadCode, read

pytestmark = pytest.mark.django_db

with warnings.catch_warnings():
    # It reads its data by a deprecated function of importlib.
    warnings.simplefilter("ignore", DeprecationWarning)
    published = import_module("simple_icd_10_cm")


def faults(codes):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT jsonb_object_agg(code, procedures_code_fault(code))::text"
            "  FROM unnest(%s::text[]) AS code",
            [codes],
        )
        return json.loads(cursor.fetchone()[0])


@pytest.fixture(scope="module")
def codes():
    return [code for code in published.get_all_codes(True) if "-" not in code]


def test_every_official_code_of_the_chapters_is_whole(codes):
    leaves = [c for c in codes if c[0] in "MS" and published.is_leaf(c)]

    found = faults(leaves)

    assert len(found) > 37_000
    assert {code: fault for code, fault in found.items() if fault} == {}


def test_no_category_of_the_chapters_is(codes):
    categories = [
        c for c in codes if c[0] in "MS" and len(c) > 2 and not published.is_leaf(c)
    ]

    taken = [code for code, fault in faults(categories).items() if not fault]

    assert len(categories) > 3_000
    assert taken == []


def test_what_the_service_takes_the_database_takes_and_no_seventh_character_is_lost(
    codes,
):
    leaves = [c for c in codes if c[0] in "MS" and published.is_leaf(c)][::41]
    tried = [change for c in leaves for change in (c[:-1], f"{c}A", c, f"{c[:-1]}I")]
    tried = sorted({one for one in tried if len(one) <= 8})

    read_by_us = {code: is_taken(code) for code in tried}

    too_strict = [c for c, fault in faults(tried).items() if fault and read_by_us[c]]
    assert too_strict == []


def is_taken(code):
    try:
        return read(code).text == code
    except BadCode:
        return False


@pytest.mark.parametrize(
    "code", ["M17", "M17.1", "S83.241", "S83.24", "m17.11", "1234", "M1A.0"]
)
def test_what_is_no_whole_code_has_its_reason(code):
    assert faults([code])[code]


@pytest.mark.parametrize("code", ["Z96.651", "E11.9", "I10", "M17.11", "S83.241A"])
def test_codes_as_they_are_written_have_none(code):
    assert faults([code])[code] == ""
