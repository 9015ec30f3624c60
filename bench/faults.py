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
# What takes longer has come to a standstill, and is a failure.
LONGEST_SECONDS = 2 * 3600


def figures() -> Iterator[Figure]:
    """Return how many tests of each file failed, as soon as it is over, and of all.

    What they say goes to standard error. `BENCH_FAULTS` names the files wanted, with
    commas: killed_senders,clocks.
    """
    run = failed = 0
    for path in sorted((ROOT / "tests/faults").glob("test_*.py")):
        name = path.stem.removeprefix("test_")
        if name not in os.environ.get("BENCH_FAULTS", name).split(","):
            continue
        tests, faults = _outcome(path)
        run, failed = run + tests, failed + faults
        yield Figure(f"faults.{name}", float(faults), "", 0, "at most")
    yield Figure("faults.run", float(run), "", 1, "at least")
    yield Figure("faults.failed", float(failed), "", 0, "at most")


def _outcome(path: Path) -> tuple[int, int]:
    """Run the tests of one file: how many there were, and how many failed."""
    environment = {**os.environ, "CRESTPATH_FAULTS": "full"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "faults.xml"
        command = [sys.executable, "-m", "pytest", str(path), "-q", "-n0"]
        try:
            subprocess.run(
                [*command, f"--junitxml={report}"],
                cwd=ROOT,
                env=environment,
                stdout=sys.stderr,
                check=False,
                timeout=LONGEST_SECONDS,
            )
            # Written by our own run; not at all if it was ended.
            suite = ElementTree.parse(report).getroot().find("testsuite")
        except (subprocess.TimeoutExpired, OSError):
            return 1, 1
    assert suite is not None
    count = suite.attrib
    return int(count["tests"]), int(count["failures"]) + int(count["errors"])
