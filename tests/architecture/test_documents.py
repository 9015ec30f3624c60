"""Documents that name files name files that exist."""

import ast
import re

import pytest

from tests.architecture.tree import ROOT

MAP = ROOT / "docs/explanation/architecture.md"
CHANGE = ROOT / "docs/how-to/change.md"
RECIPES = {
    "A field on the harvest record",
    "A check-in kind",
    "A resource kind",
    "A staff screen",
    "A search wish",
    "A recorded act",
}
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


def recipes():
    """Text of each recipe by its title."""
    found = re.split(r"(?m)^## (.+)$", CHANGE.read_text())
    return dict(zip(found[1::2], found[2::2], strict=True))


def names_in(path):
    """Names that a module binds at its top."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {one.id for one in targets if isinstance(one, ast.Name)}
    return found


def test_the_recipes_are_the_changes_that_are_made_often():
    assert set(recipes()) == RECIPES


@pytest.mark.parametrize("title", sorted(RECIPES))
def test_a_recipe_names_files_that_exist(title):
    text = recipes()[title]

    assert re.findall(r"(?m)^\| `", text)
    assert missing_paths(text, ROOT) == []


@pytest.mark.parametrize("title", sorted(RECIPES))
def test_a_recipe_names_the_registry_that_picks_the_change_up(title):
    line = re.search(r"(?m)^Picked up by `([^`]+)`: (.+)$", recipes()[title])

    assert line, title
    assert set(re.findall(r"`(\w+)`", line[2])) <= names_in(ROOT / line[1])
