"""`./run bench [NAME]`: the benchmarks over servers of their own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tools.local import servers
from tools.local.children import StopAskedError, die_with_parent, stoppable
from tools.local.manage import migrate
from tools.local.paths import ROOT


def run(arguments: Sequence[str]) -> int:
    """Run the named benchmark, or all of them; 1 when a figure misses its target."""
    name = f"crestpath_bench_{os.getpid()}"
    with stoppable(), servers.both("bench", name, keep=False) as urls:
        environment = {
            **os.environ,
            **urls,
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
        }
        migrate(environment)
        return _measure(arguments, environment)


def _measure(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "bench", *arguments]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(environment),
        # A session of its own: Ctrl-C reaches us alone, and we end it.
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    try:
        return process.wait()
    except StopAskedError:
        process.terminate()
        process.wait()
        raise
