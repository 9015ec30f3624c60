"""docker-compose.yml, the Dockerfile and the shell scripts, as far as they can be
checked without a container engine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.architecture.tree import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
LASTING = sorted(set(SERVICES) - {"migrate"})
TOOLS = Path(sys.executable).parent


def variables(text):
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_the_services_of_the_design_are_there():
    lasting = {"web", "worker", "pager", "beat", "postgres", "redis"}
    assert set(SERVICES) == {*lasting, "migrate"}


def test_services_wait_for_services_that_exist():
    waited_for = {
        (name, other, terms["condition"])
        for name, service in SERVICES.items()
        for other, terms in service.get("depends_on", {}).items()
    }

    assert waited_for
    for _, other, condition in waited_for:
        assert other in SERVICES
        assert condition != "service_healthy" or "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_has_a_health_check(name):
    assert SERVICES[name]["healthcheck"]["test"]


def test_data_is_kept_in_named_volumes():
    mounted = {
        mount.split(":")[0]
        for service in SERVICES.values()
        for mount in service.get("volumes", [])
        if not mount.startswith(".")
    }

    assert (
        mounted
        == set(COMPOSE["volumes"])
        == {
            *("postgres", "redis", "installation"),
        }
    )
    # Since 18 the image keeps its cluster in a folder below this one.
    assert "postgres:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]


def test_files_mounted_from_here_exist():
    mounts = [m for s in SERVICES.values() for m in s.get("volumes", []) if m[0] == "."]

    assert mounts
    assert all((ROOT / mount.split(":")[0]).exists() for mount in mounts)


def test_the_example_names_every_variable_and_no_other():
    needed = set(re.findall(r"\$\{([A-Z_]+):\?\}", TEXT))
    optional = set(re.findall(r"\$\{([A-Z_]+):-[^}]*\}", TEXT))

    example = variables((ROOT / ".env.example").read_text())

    assert needed
    assert set(example) == needed | optional


def test_the_example_holds_no_secret():
    example = variables((ROOT / ".env.example").read_text())

    for name, value in example.items():
        assert not value or not name.endswith(("_KEY", "_PASSWORD"))


def test_only_the_migration_sees_the_owners_password():
    seeing = {name for name, s in SERVICES.items() if "OWNER_PASSWORD" in str(s)}

    assert seeing == {"migrate", "postgres"}


@pytest.mark.parametrize(
    "command",
    [
        [
            "check-jsonschema",
            "--builtin-schema",
            "vendor.compose-spec",
            "docker-compose.yml",
        ],
        ["hadolint", "Dockerfile"],
        ["shellcheck", "run", ".ci/run", "docker/postgres-init.sh"],
    ],
    ids=lambda command: command[0],
)
def test_the_tool_has_no_complaint(command):
    tool, *arguments = command

    result = subprocess.run(
        [TOOLS / tool, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
