"""Faults at full size: the tests of tests/faults, with thousands where the suite has
hundreds. They start servers of their own where a fault is about one."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from bench.figures import Figure

ROOT = Path(__file__).resolve().parent.parent


def figures() -> Iterator[Figure]:
    """Return how many of the tests failed; what they say goes to standard error."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "faults.xml"
        environment = {**os.environ, "CRESTPATH_FAULTS": "full"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "tests/faults",
                "-q",
                "-n0",
                f"--junitxml={report}",
            ],
            cwd=ROOT,
            env=environment,
            stdout=sys.stderr,
            check=False,
        )
        # Written by our own run.
        suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    failed = int(suite.attrib["failures"]) + int(suite.attrib["errors"])
    yield Figure("faults.run", float(suite.attrib["tests"]), "", 1, "at least")
    yield Figure("faults.failed", float(failed), "", 0, "at most")
