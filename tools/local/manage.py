"""Running `manage.py` as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping

from tools.local.children import StopAskedError
from tools.local.paths import ROOT


class StepFailedError(Exception):
    """A command that the rest depends on did not succeed; it has said why."""


def call(*arguments: str, environment: Mapping[str, str]) -> int:
    """Run one management command, its words going to the terminal; its exit code."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
    )
    try:
        return process.wait()
    except StopAskedError:
        process.terminate()
        process.wait()
        raise


def manage(*arguments: str, environment: Mapping[str, str]) -> None:
    """Run one management command that the rest depends on."""
    if call(*arguments, environment=environment):
        raise StepFailedError(f"manage.py {arguments[0]} failed.")


def read(*arguments: str, environment: Mapping[str, str]) -> str:
    """Run one management command and return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StepFailedError(f"manage.py {arguments[0]} failed.\n{done.stdout}")
    return done.stdout


def migrate(environment: Mapping[str, str]) -> None:
    """Migrate as the databases' owner: this process's DATABASE_URL is the owner's."""
    owner = environment["MIGRATION_DATABASE_URL"]
    manage("migrate", "-v0", environment={**environment, "DATABASE_URL": owner})


def base_environment() -> dict[str, str]:
    """Our environment, fit for processes of the product."""
    environment = dict(os.environ)
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    environment["PYTHONUNBUFFERED"] = "1"
    return environment
