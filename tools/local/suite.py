"""`./run test`: pytest between servers of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from tools.local import chromium, servers
from tools.local.children import StopAskedError, stoppable
from tools.local.paths import ROOT

# The whole suite uses both cores; a file's tests stay together, as they share set-up.
# In the order of the folders: xdist would begin with the files of many tests and end
# with those of few, which are the long ones, and one core would wait for the other.
EVERYTHING = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


def run(arguments: Sequence[str]) -> int:
    """Run every test, or what `arguments` (pytest's own) select; pytest's exit code."""
    browser = chromium.ensure()
    with stoppable(), servers.both("test", "crestpath_test") as urls:
        environment = os.environ | urls | {"CRESTPATH_CHROMIUM": browser}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [sys.executable, "-m", "pytest", *(arguments or EVERYTHING)]
        return _supervise(command, environment)


def _supervise(command: Sequence[str], environment: dict[str, str]) -> int:
    # In our own process group: Ctrl-C reaches pytest itself, which then reports.
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        return process.wait()
    except StopAskedError as stop:
        if stop.number != signal.SIGINT:
            process.send_signal(stop.number)
        return process.wait(60)
