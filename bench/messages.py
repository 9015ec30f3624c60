"""Draining due messages, against the build before, raw SQL, and other conditions.

Each drain is a process of its own (`bench/drain.py`) on a fresh copy of a database
with that many due reminders, so that no run sees what another left behind.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.figures import Figure
from bench.messages_raw import drain as drain_raw

ROOT = Path(__file__).resolve().parent.parent
DRAIN = ROOT / "bench" / "drain.py"
PEER = "BENCH_PEER"
OTHER_SENDER = "BENCH_POST_OFFICE"
# A smaller count is for a quick look; the targets are for this one.
MANY = int(os.environ.get("BENCH_MESSAGES", "20000"))
FEW = MANY // 10
# The build before does 47 a second: this many tell its rate in 20 seconds.
PEER_LIMIT = min(1_000, MANY // 10)
PAIRS = 2
TURNS = 3
PROVIDER_MS = 20


class CannotCompareError(Exception):
    """The figure needs something that is not here; the text says what."""


@dataclass(frozen=True, slots=True)
class Build:
    """A checkout and the filled databases that its own migrations made."""

    folder: Path
    name: str


def figures() -> Iterator[Figure]:
    """Every figure that this machine can measure; raises CannotCompareError last."""
    ours = Build(ROOT, "ours")
    with _filled(ours, MANY) as many, _filled(ours, FEW) as few:
        yield from _by_itself(many, few)
        slow = _run(ours, many, "slow", str(PROVIDER_MS))
        yield Figure(
            "messages.slow_provider", slow["per_second"], "/s", 500, "at least"
        )
        yield Figure("messages.slow_memory", slow["pss_mib"], "MiB", 150, "at most")
        page = _run(ours, many, "page")
        yield Figure("messages.priority", page["seconds"], "s", 5, "at most")
        yield from _against_the_build_before(many)


def _by_itself(many: str, few: str) -> Iterator[Figure]:
    """In turns, the median of the turns' ratios: what else the machine does falls on
    all of them alike."""
    ours = Build(ROOT, "ours")
    runs, to_raw, to_few = [], [], []
    for _ in range(TURNS):
        small = [_run(ours, few, "drain")["per_second"]]
        with _copy_of(many) as database:
            raw = [drain_raw(_url(database, "DATABASE_URL"))]
        runs.append(_run(ours, many, "drain"))
        with _copy_of(many) as database:
            raw.append(drain_raw(_url(database, "DATABASE_URL")))
        small.append(_run(ours, few, "drain")["per_second"])
        to_raw.append(runs[-1]["per_second"] / statistics.mean(raw))
        to_few.append(runs[-1]["per_second"] / statistics.mean(small))
    _print_other_sender(runs[-1]["per_second"])
    rate = statistics.median(run["per_second"] for run in runs)
    yield Figure("messages.statements", runs[0]["statements"], "", 3, "at most")
    for name, ratios, least in (
        ("messages.vs_raw", to_raw, 0.25),
        ("messages.linear", to_few, 0.8),
    ):
        floor = rate / statistics.median(ratios)
        yield Figure(name, rate, "/s", least, "at least", floor)


def _against_the_build_before(many: str) -> Iterator[Figure]:
    """A B A B, the median of the pairs' ratios."""
    folder = os.environ.get(PEER, "")
    if not (folder and (Path(folder) / "manage.py").exists()):
        raise CannotCompareError(
            f"messages.vs_before needs {PEER}, a checkout of that build:\n"
            "    git worktree add /tmp/before 7c6f4c7 && "
            f"{PEER}=/tmp/before ./run bench messages"
        )
    peer = Build(Path(folder), "before")
    with _filled(peer, MANY) as theirs:
        rates = [
            (
                _run(Build(ROOT, "ours"), many, "drain")["per_second"],
                _run(peer, theirs, "drain", str(PEER_LIMIT))["per_second"],
            )
            for _ in range(PAIRS)
        ]
    ratio = statistics.median(ours / before for ours, before in rates)
    before = statistics.median(rate for _, rate in rates)
    yield Figure("messages.vs_before", ratio * before, "/s", 10, "at least", before)


def _print_other_sender(ours: float) -> None:
    """Our rate beside that of another project's sender, where somebody has made an
    environment with it: it has no gate and no lease, so this is no target."""
    python = os.environ.get(OTHER_SENDER, "")
    program = os.environ.get(f"{OTHER_SENDER}_DRAIN", "")
    if not (python and program):
        sys.stderr.write(
            f"messages.post_office: not run. {OTHER_SENDER} names a Python with "
            f"django-post-office, {OTHER_SENDER}_DRAIN the program that drains.\n"
        )
        return
    with _database("post_office") as name:
        url = _url(name, "MIGRATION_DATABASE_URL")
        # Our servers listen on a socket, which a program may not look for in a query.
        socket = parse_qs(urlsplit(url).query).get("host", [""])[0]
        done = subprocess.run(
            [python, program, str(MANY)],
            env={**os.environ, "DATABASE_URL": url, "PGHOST": socket},
            check=True,
            capture_output=True,
            text=True,
        )
    theirs = json.loads(done.stdout.splitlines()[-1])["per_second"]
    told = {
        "name": "messages.vs_post_office",
        "value": round(ours),
        "unit": "/s",
        "floor": theirs,
        "ratio": round(ours / theirs, 3),
        "goal": 0.25,
    }
    sys.stderr.write(f"{json.dumps(told)}\n")


def _run(build: Build, filled: str, *arguments: str) -> dict[str, Any]:
    """Run one command of the draining program on a copy of a filled database."""
    with _copy_of(filled) as database:
        return _program(build, database, *arguments)


def _program(build: Build, database: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(DRAIN), *arguments],
        cwd=build.folder,
        env=_environment(build, database),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _environment(build: Build, database: str) -> Mapping[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": _url(database, "DATABASE_URL"),
        "MIGRATION_DATABASE_URL": _url(database, "MIGRATION_DATABASE_URL"),
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "PYTHONPATH": str(build.folder),
    }


@contextmanager
def _filled(build: Build, count: int) -> Iterator[str]:
    """A database of that build's own with so many due reminders, never drained."""
    with _database(f"{build.name}_{count}") as name:
        environment = _environment(build, name)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"],
            cwd=build.folder,
            env={**environment, "DATABASE_URL": environment["MIGRATION_DATABASE_URL"]},
            check=True,
        )
        _program(build, name, "fill", str(count))
        with psycopg.connect(
            _url(name, "MIGRATION_DATABASE_URL"), autocommit=True
        ) as connection:
            connection.execute("VACUUM ANALYZE")
        yield name


@contextmanager
def _copy_of(filled: str) -> Iterator[str]:
    with _database("drained", template=filled) as name:
        yield name


@contextmanager
def _database(suffix: str, template: str = "template1") -> Iterator[str]:
    base = urlsplit(os.environ["MIGRATION_DATABASE_URL"]).path.lstrip("/")
    name = f"{base}_{suffix}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
        sql.Identifier(name)
    )
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(
        os.environ["MIGRATION_DATABASE_URL"], autocommit=True
    ) as connection:
        connection.execute(drop)
        connection.execute(make)
        try:
            yield name
        finally:
            connection.execute(drop)


def _url(database: str, variable: str) -> str:
    """The server that `variable` names, with another database."""
    return urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{database}"))
