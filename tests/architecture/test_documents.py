"""Documents that name files name files that exist."""

import re

import pytest

from tests.architecture.tree import ROOT

MAP = ROOT / "docs/explanation/architecture.md"
HEADING = re.compile(r"(?m)^###? (\w+).*$")
NAMED = re.compile(r"`([\w.<>/-]*/[\w.<>/-]*)`")


def missing_paths(text, *folders):
    """Paths in backquotes that are in none of `folders`; `<screen>` is any name."""
    return [
        name
        for name in NAMED.findall(text)
        if not any(
            list(folder.glob(re.sub(r"<\w+>", "*", name.rstrip("/"))))
            for folder in folders
        )
    ]


def sections(text):
    """(first word of the heading, text below it) of each section."""
    found = HEADING.split(text)
    return list(zip(found[1::2], found[2::2], strict=True))


def test_the_map_names_folders_that_exist():
    # Below "### scheduling" names begin with that folder.
    missing = {
        name: missing_paths(part, ROOT, ROOT / name)
        for name, part in sections(MAP.read_text())
    }

    assert {"Map", "pages", "scheduling", "procedures", "notifications"} <= set(missing)
    assert {name: paths for name, paths in missing.items() if paths} == {}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("see `core/nowhere.py`", ["core/nowhere.py"]),
        ("see `pages/staff/<screen>/views.py` and `core/db.py`", []),
        ("see `pages/staff/<screen>/none.py`", ["pages/staff/<screen>/none.py"]),
    ],
)
def test_a_path_that_leads_nowhere_is_noticed(line, expected):
    assert missing_paths(line, ROOT) == expected
