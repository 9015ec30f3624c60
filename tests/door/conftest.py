"""Copies of the project, and `./run` in them as a person would call it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = Path(sys.executable).parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".local", ".venv*", ".*_cache", ".hypothesis")
OURS = ("CRESTPATH_", "DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "PYTEST_")


class Project:
    """A copy of the project in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environment(self, **changes: str | None) -> dict[str, str]:
        """A person's environment with our virtual environment lent; None removes."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        given = {"CRESTPATH_VENV": str(VENV)} | changes
        return {k: v for k, v in (kept | given).items() if v is not None}

    def start(self, *arguments: str, **changes: str | None) -> "subprocess.Popen[str]":
        """`./run …`, called from another folder, without a terminal."""
        return subprocess.Popen(
            [self.folder / "run", *arguments],
            cwd="/",
            env=self.environment(**changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(
        self, *arguments: str, timeout: float = 120, **changes: str | None
    ) -> tuple[int, str]:
        """The same to its end: exit code and all it printed."""
        process = self.start(*arguments, **changes)
        words, _ = process.communicate(timeout=timeout)
        return process.returncode, words

    def write(self, name: str, text: str) -> str:
        """Put a file into the copy; its name."""
        (self.folder / name).write_text(text)
        return name


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh copy on a path with spaces."""
    folder = tmp_path / "a path with spaces" / "crest path"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    return Project(folder)
