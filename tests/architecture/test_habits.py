"""Habits of this house that no linter knows."""

import re
import tomllib

import pytest

from tests.architecture.tree import ROOT

# Their flush deletes rows that the app's role may not delete; `committed_db` and
# `live_site` give a database of the test's own instead. Split: this file is read too.
FLUSHERS = re.compile(
    "Transaction" + r"TestCase|LiveServer" + r"TestCase|transaction\s*=\s*True"
)
NOT_HERE = ("test_habits.py",)


def test_no_test_flushes_the_database():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "tests").rglob("*.py")
        if path.name not in NOT_HERE
        for match in FLUSHERS.finditer(path.read_text())
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "class TestIt(TransactionTestCase):",
        "class TestIt(StaticLiveServerTestCase):",
        "@pytest.mark.django_db(transaction=True)",
    ],
)
def test_a_flushing_test_is_noticed(line):
    assert FLUSHERS.search(line)


def dependency_lines():
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    wanted = {
        *project["project"]["dependencies"],
        *(
            one
            for group in project["project"]["optional-dependencies"].values()
            for one in group
        ),
        *(
            one
            for group in project["dependency-groups"].values()
            for one in group
            if isinstance(one, str)
        ),
    }
    return {
        one: next(line for line in text.splitlines() if f'"{one}"' in line)
        for one in wanted
    }


def test_every_dependency_says_why_it_is_here():
    assert [one for one, line in dependency_lines().items() if "#" not in line] == []


@pytest.mark.parametrize(
    "name",
    [
        "requirements",
        "requirements-demo",
        "requirements-dev",
        "requirements-image",
        "requirements-uv",
    ],
)
def test_every_requirement_is_pinned_and_hashed(name):
    text = (ROOT / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^ *#.*\n?", "", text).strip())

    assert entries
    pinned = re.compile(r"\S+==\S+.*--hash=sha256:", re.DOTALL)
    assert [one for one in entries if not pinned.match(one)] == []


def test_requirements_name_no_registry():
    for path in ROOT.glob("requirements*.txt"):
        assert "://" not in path.read_text()


def markdown_files():
    return [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "bench").glob("*.md"),
    ]


def test_links_between_documents_lead_somewhere():
    links = [
        (path, target)
        for path in markdown_files()
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
        if "://" not in target and not target.startswith("mailto:")
    ]

    assert links
    assert [
        (str(path), target)
        for path, target in links
        if not (path.parent / target).exists()
    ] == []
