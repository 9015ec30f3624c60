"""`./run fix`: what tools can repair by themselves."""

import subprocess
import sys
from collections.abc import Sequence

from tools.local import templates
from tools.local.console import USAGE, complain
from tools.local.paths import ROOT


def run(arguments: Sequence[str]) -> int:
    """Repair and format the Python code and the templates; the rest is for a person."""
    if arguments:
        complain("usage: ./run fix")
        return USAGE
    ruff = [sys.executable, "-m", "ruff"]
    left = subprocess.run([*ruff, "check", "--fix", "."], cwd=ROOT, check=False)
    formatted = subprocess.run([*ruff, "format", "."], cwd=ROOT, check=False)
    return left.returncode or formatted.returncode or templates.run([])
