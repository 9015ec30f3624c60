"""Repair plans of generated days, beside the build before in the same minutes.

Both builds generate the same days from the same seeds, by their own tests' generator,
and take turns day by day. `BENCH_PLANS=20` is for a quick look.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.messages import PEER, CannotCompareError

ROOT = Path(__file__).resolve().parent.parent
SEEDS = range(int(os.environ.get("BENCH_PLANS", "280")))
TEN = 10  # visits: 278 of these days have so many
FOURTEEN = 14

# Answers a seed on each line with what planning that day took and led to. The first day
# is planned uncounted: a worker has loaded its solver by then.
_PLANS = """
import json, sys, time
from tests.scheduling.sick_days import a_sick_day
{imports}
plan(a_sick_day(0, visits=2))
for line in sys.stdin:
    seed, most = json.loads(line)
    visits = a_sick_day(seed, visits=most)
    answer = {{"visits": len(visits)}}
    if len(visits) == most:
        began = time.process_time()
        found = plan(visits)
        answer["seconds"] = time.process_time() - began
        answer["exact"] = found.exact
        answer["cost"] = cost_of(visits, found.placements)
    print(json.dumps(answer), flush=True)
"""
_OURS = "from scheduling.repair.problem import cost_of\n"
_OURS += "from scheduling.repair.solve import solve as plan"
_BEFORE = "from scheduling.domain.placing import cost_of\n"
_BEFORE += "from scheduling.domain.repair import repair as plan"


class Planner:
    """One build in a process of its own, asked for one day after the other."""

    def __init__(self, folder: Path, imports: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PLANS.format(imports=imports)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Planner":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def day(self, seed: int, most: int) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([seed, most]) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


def figures() -> Iterator[Figure]:
    """How many days are proven best, and how long that takes; raises
    CannotCompareError last."""
    folder = os.environ.get(PEER, "")
    peer = Path(folder) if folder and (Path(folder) / "manage.py").exists() else None
    ours, before = [], []
    with ExitStack() as stack:
        mine = stack.enter_context(Planner(ROOT, _OURS))
        theirs = stack.enter_context(Planner(peer, _BEFORE)) if peer else None
        for seed in SEEDS:
            found = mine.day(seed, TEN)
            if found["visits"] == TEN:
                ours.append(found)
                before += [theirs.day(seed, TEN)] if theirs else []
        longest = _a_day_of(mine, FOURTEEN)
    proven = sum(found["exact"] for found in ours)
    yield Figure("plans.proven", proven, f"of {len(ours)}", len(ours), "at least")
    yield Figure("plans.fourteen", longest["exact"], "proven", 1, "at least")
    yield Figure("plans.fourteen_seconds", longest["seconds"], "s", 30, "at most")
    if not before:
        raise CannotCompareError(
            f"plans.mean needs {PEER}, a checkout of 7c6f4c7: see bench/README.md"
        )
    both = [
        (a["cost"], b["cost"])
        for a, b in zip(ours, before, strict=True)
        if a["exact"] and b["exact"]
    ]
    dearer = sum(a != b for a, b in both)
    yield Figure("plans.other_cost", dearer, f"of {len(both)}", 0, "at most")
    yield Figure("plans.mean", _mean(ours), "s", 0.2, "at most", _mean(before))


def _a_day_of(planner: Planner, visits: int) -> dict[str, Any]:
    """The first generated day with so many visits."""
    days = (planner.day(seed, visits) for seed in range(1_000))
    return next(found for found in days if found["visits"] == visits)


def _mean(found: list[dict[str, Any]]) -> float:
    return statistics.fmean(one["seconds"] for one in found)
