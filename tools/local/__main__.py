"""The commands behind `./run`, once a virtual environment is there to run them."""

import importlib
import sys
from collections.abc import Sequence

from config.programs import CannotHereError
from tools.local.children import StopAskedError
from tools.local.console import CANNOT_HERE, FAILED, USAGE, complain
from tools.local.manage import StepFailedError

# One module each: `./run test` does not load what only the demo needs.
COMMANDS = {
    "demo": "tools.local.demo",
    "test": "tools.local.suite",
    "check": "tools.local.checks",
    "fix": "tools.local.fixes",
    "bench": "tools.local.benchmarks",
    "screenshots": "tools.local.screenshots",
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    name, *rest = arguments or [""]
    if name not in COMMANDS:
        complain(f"Unknown command {name!r}: one of {', '.join(COMMANDS)}.")
        return USAGE
    try:
        return int(importlib.import_module(COMMANDS[name]).run(rest))
    except CannotHereError as error:
        complain(str(error))
        return CANNOT_HERE
    except StepFailedError as error:
        complain(str(error))
        return FAILED
    except StopAskedError as stop:
        return 128 + stop.number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
