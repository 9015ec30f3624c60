"""The side that SQL reads from a code, against the names of the official list."""

import json
import warnings
from importlib import import_module

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_the_side_of_every_official_code_is_known():
    """All M and S codes: the database never takes one for another side."""
    with warnings.catch_warnings():
        # It reads its data by a deprecated function of importlib.
        warnings.simplefilter("ignore", DeprecationWarning)
        icd = import_module("simple_icd_10_cm")
    codes = [code for code in icd.get_all_codes(True) if code[0] in "MS"]
    leaves = [code for code in codes if "-" not in code and icd.is_leaf(code)]
    told_by_name = {code: _named(icd.get_description(code)) for code in leaves}

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT jsonb_object_agg(code, procedures_side_of_code(code))::text"
            "  FROM unnest(%s::text[]) AS code",
            [leaves],
        )
        read = json.loads(cursor.fetchone()[0])

    assert len(leaves) > 37_000
    assert read == told_by_name


def _named(description: str) -> str:
    words = description.lower().replace("(", " ").replace("[", " ").replace("]", " ")
    named = {side for side in ("left", "right") if side in words.split()}
    return named.pop() if len(named) == 1 else ""
