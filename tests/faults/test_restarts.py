"""PostgreSQL goes down six times while eight clients book: nothing is lost."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT
from tools.local import postgres
from tools.local.account import account

RESTARTS = 6
NAME = "restarts"
PATIENCE_SECONDS = 120


@pytest.fixture
def cluster(private_state):
    """A server that is ours to stop, whatever DATABASE_URL says: migrated."""
    with postgres.running(NAME) as server:
        server.create_database("crestpath")
        owner = {"DATABASE_URL": server.url(postgres.OWNER, "crestpath")}
        migrate = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
        subprocess.run(migrate, cwd=ROOT, env=environment(owner), check=True)
        yield server
    if account().clusters != private_state:
        shutil.rmtree(account().clusters)


def environment(given):
    kept = {k: v for k, v in os.environ.items() if k != "MIGRATION_DATABASE_URL"}
    return kept | {"DJANGO_SETTINGS_MODULE": "config.settings_test"} | given


def test_six_immediate_restarts_lose_and_double_no_booking(cluster, tmp_path):
    with Booker(cluster, tmp_path) as booker:
        booked = [booker.acknowledged_after(0)]
        for _ in range(RESTARTS):
            time.sleep(0.5)
            crash()
            postgres.start(NAME)
            booked.append(booker.acknowledged_after(booked[-1]))

    told = booker.compare()
    assert told["acknowledged"] >= booked[-1] > booked[0] > 0
    assert told["missing"] == []
    assert told["doubled"] == 0
    assert told["findings"] == []
    assert told["deadlocks"] == 0


def crash():
    """As if its machine had: no checkpoint, no farewell to anybody."""
    who = account()
    stop = [who.binaries / "pg_ctl", "-D", who.clusters / f"pg-{NAME}", "-w"]
    assert who.run([*stop, "-m", "immediate", "stop"]).returncode == 0


class Booker:
    """The program of eight clients, and what it has had acknowledged."""

    def __init__(self, server, folder):
        self.folder = folder / "booked"
        self.folder.mkdir()
        self.environment = environment(server.environment("crestpath"))

    def __enter__(self):
        world = self.call("world")
        with (self.folder / "errors").open("w") as errors:
            self.clients = self.start("book", stdin=subprocess.PIPE, stderr=errors)
        self.clients.stdin.write(world)
        self.clients.stdin.close()
        return self

    def __exit__(self, *_):
        """Each client ends once its last question is answered."""
        (self.folder / "stop").touch()
        try:
            assert self.clients.wait(timeout=PATIENCE_SECONDS) == 0
        finally:
            self.clients.kill()
            self.clients.wait()

    def compare(self):
        return json.loads(self.call("compare"))

    def acknowledged_after(self, before):
        """How many there are once there are more: work goes on."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (now := self.acknowledged()) <= before:
            assert time.monotonic() < end, (self.folder / "errors").read_text()[-3000:]
            time.sleep(0.05)
        return now

    def acknowledged(self):
        lines = (p.read_text().count("\n") for p in self.folder.glob("*.acknowledged"))
        return sum(lines)

    def call(self, act):
        process = self.start(act, stdout=subprocess.PIPE)
        told, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0
        return told

    def start(self, act, **pipes):
        folder = [] if act == "world" else [str(self.folder)]
        command = [sys.executable, "-W", "ignore", "-m", "tests.faults.booker", act]
        return subprocess.Popen(
            [*command, *folder], cwd=ROOT, env=self.environment, text=True, **pipes
        )
