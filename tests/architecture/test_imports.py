"""Each import contract holds, and each is broken once on purpose to see it bite."""

import shutil
import subprocess
import sys
import tomllib

import pytest

from tests.architecture.tree import CHAIN, ROOT

LINT = "from importlinter.cli import lint_imports_command as lint; lint()"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]

# contract id: the file that breaks it, and the import it makes
VIOLATIONS = {
    "chain": ("core/broken.py", "patients.events"),
    "inside": ("patients/domain/broken.py", "patients.services"),
    "procedures-rooms": ("procedures/products/broken.py", "procedures.acts"),
    "scheduling-subjects": ("scheduling/booking/broken.py", "scheduling.waitlist"),
    "scheduling-rest": ("scheduling/booking/broken.py", "rest_framework"),
    "pure": ("scheduling/timegrid/broken.py", "django.db"),
    "tools": ("config/broken.py", "tools.local.console"),
    "pages-surface": ("pages/broken.py", "scheduling.models"),
    "notifications-surface": ("notifications/services/broken.py", "procedures.models"),
    "procedures-surface": ("procedures/visits/broken.py", "patients.models"),
    "scheduling-surface": ("scheduling/booking/broken.py", "clinics.models"),
    "patients-surface": ("patients/services/broken.py", "clinics.models"),
    "requests": ("patients/services/broken.py", "clinics.web.views"),
    "circles": ("clinics/domain/broken.py", "clinics.web.views"),
}
# A circle is told by its parts instead of its modules.
TOLD = {"circles": "- .domain -> .web (1 import)"}


def lint(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-c", LINT, "--cache-dir", str(folder / "cache"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for app in (*CHAIN, "tools"):
        shutil.copytree(
            ROOT / app,
            folder / app,
            ignore=shutil.ignore_patterns("static", "templates"),
        )
    return folder


def test_every_contract_has_its_violation():
    assert {contract["id"] for contract in CONTRACTS} == set(VIOLATIONS)


def test_every_app_is_closed_to_the_apps_left_of_it():
    closed = {
        (contract["source_modules"][0], module)
        for contract in CONTRACTS
        if contract["id"].endswith("-surface")
        for module in contract["forbidden_modules"]
    }

    expected = {
        (left, f"{right}.{part}")
        for place, right in enumerate(CHAIN[3:-1], 3)
        # config puts together, the demo plays everybody: both may reach everything.
        for left in CHAIN[2:place]
        for part in ("models", "api")
        if list((ROOT / right).glob(f"{part}*"))
    }
    assert expected <= closed


def test_every_contract_is_kept(copy):
    result = lint(copy)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_violation_breaks_the_contract(copy, contract):
    name, target = VIOLATIONS[contract]
    (copy / name).write_text(f"import {target}\n")

    result = lint(copy, "--contract", contract)

    (copy / name).unlink()
    assert result.returncode == 1
    importer = name.removesuffix(".py").replace("/", ".")
    told = TOLD.get(contract, f"{importer} -> {target.removesuffix('.db')}")
    assert told in result.stdout
