"""The addresses of pages: each constant of them stands for one form."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from pages.patient import urls as patient
from pages.staff import urls as staff


@pytest.mark.parametrize("module", [staff, patient], ids=["staff", "patient"])
def test_no_part_of_an_address_is_named_twice(module):
    source = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    named = Counter(
        target.id
        for line in source.body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    )

    assert [name for name, times in named.items() if times > 1] == []
