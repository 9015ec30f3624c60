"""Runs the search from a start, within the numbers that the environment gives."""

import hashlib
import os
import random
import sys
from unittest import mock

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.stateful import run_state_machine_as_test

from tests.procedures.ways_round.ground import Ground
from tests.procedures.ways_round.machine import Days

# Five starts, each searched in parts that different processes can take.
PARTS = (0, 1)
SHARDS = 5 * len(PARTS)
RUNS = int(os.environ.get("WAYS_ROUND_RUNS", "1000"))
WHOLE = -(-RUNS * len(PARTS) // SHARDS)  # of a start that is searched in one go
STEPS = int(os.environ.get("WAYS_ROUND_STEPS", "6"))
COLLECT = bool(os.environ.get("WAYS_ROUND_COLLECT"))
ONLY = os.environ.get("WAYS_ROUND_ONLY", "")
# The suite lives the same days each time: what it proves does not depend on luck.
# 0 draws a fresh seed, for searches besides the suite.
SEED = int(os.environ.get("WAYS_ROUND_SEED", "20261201"))


def without_constants():
    """Let chance alone choose, whatever else is imported.

    One time in twenty Hypothesis draws a number it has read in those files of the
    product that happen to be imported: the same seed then means other days in another
    order of tests, and in a checkout below a folder called `test`.
    """
    return mock.patch.object(
        HypothesisProvider, "_maybe_draw_constant", return_value=None
    )


def search(
    start: Ground,
    *,
    steps: int = STEPS,
    runs: int = -(-RUNS // SHARDS),
    part: int = 0,
    number: int = SEED,
    shrinks: bool = True,
    collect: bool = COLLECT,
    only: str | tuple[str, ...] = ONLY,
) -> type[Days]:
    """Live that many days from `start`; the machine's class, with what it counted.

    The suite has one seed a part; 0 draws another, which is in the log.
    """
    number = number + part if number else random.randrange(1, 10**9)
    machine: type[Days] = type(
        "Searched",
        (Days,),
        {
            "ground": start,
            "tried": type(Days.tried)(),
            "found": {},
            "lived": hashlib.sha256(),
            "collect": collect,
            "only": only,
        },
    )
    sys.stdout.write(f"WAYS_ROUND_SEED={number}, {runs} runs of {steps} steps\n")
    start.world.trace.clear()
    with without_constants():
        run_state_machine_as_test(
            seed(number)(machine),
            settings=settings(
                max_examples=runs,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                derandomize=False,
                phases=(Phase.generate, *((Phase.shrink,) if shrinks else ())),
                suppress_health_check=list(HealthCheck),
            ),
        )
    sys.stdout.write(report(machine))
    return machine


def done(machine: type[Days], act: str) -> int:
    """Return how often that act was accepted, in a hundred runs."""
    return 100 * machine.tried[act, ()] // machine.runs


def report(machine: type[Days]) -> str:
    """Report what was tried and what broke, for whoever reads the log."""
    lines = [f"{machine.runs} runs, {machine.lived.hexdigest()[:12]}"]
    lines += [f"{n:5} {act} {' '.join(c)}" for (act, c), n in _sorted(machine.tried)]
    for code, (run, trace) in sorted(machine.found.items(), key=lambda one: one[1][0]):
        lines += [f"== {code}, first in run {run}", *(f"   {one}" for one in trace)]
    return "\n".join(lines)


def _sorted(tried):
    return sorted(tried.items(), key=lambda one: one[0])
