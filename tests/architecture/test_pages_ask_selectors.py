"""Pages ask selectors and services: they neither import the ORM nor build queries.

import-linter knows outside packages as a whole only, so `django.db` is looked for here.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOT

QUERYING = frozenset(
    {
        "aggregate",
        "annotate",
        "bulk_create",
        "exclude",
        "filter",
        "in_bulk",
        "objects",
        "order_by",
        "prefetch_related",
        "select_for_update",
        "select_related",
        "values_list",
    }
)
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def orm_in(text: str) -> Iterator[str]:
    """Yield what a module takes of the ORM, each with its line."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ImportFrom(module=str(module)) if module.startswith("django.db"):
                yield f"{node.lineno}: import of {module}"
            case ast.Import(names=names):
                for one in names:
                    if one.name.startswith("django.db"):
                        yield f"{node.lineno}: import of {one.name}"
            case ast.Attribute(value=ast.Name(id="register"), attr="filter"):
                pass  # of template tags
            case ast.Attribute(attr=name) if name in QUERYING:
                yield f"{node.lineno}: .{name}"


@pytest.mark.parametrize(
    "text",
    [
        "from django.db import models",
        "import django.db.models",
        "rows = Episode.objects.all()",
        "found = patient.episodes.filter(stage='ready')",
        "names = list(rows.values_list('name'))",
    ],
)
def test_a_query_in_a_page_is_found(text):
    assert list(orm_in(text))


def test_a_filter_for_templates_is_no_query():
    assert not list(orm_in("@register.filter\ndef day(at): ..."))


def test_no_page_builds_a_query():
    found = {
        str(path.relative_to(ROOT)): list(orm_in(path.read_text())) for path in PAGES
    }

    assert {name: lines for name, lines in found.items() if lines} == {}
