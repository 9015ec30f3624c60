"""PostgreSQL goes down six times while eight clients book: nothing is lost."""

import json
import subprocess
import sys
import time

from tests.conftest import ROOT
from tests.faults.sizes import size
from tests.faults.test_message_sender import eventually

RESTARTS = 6
MESSAGES = size(300, 3000)
PATIENCE_SECONDS = 120


def test_six_immediate_restarts_lose_and_double_no_booking(cluster, tmp_path):
    with Booker(cluster, tmp_path) as booker:
        booked = [booker.acknowledged_after(0)]
        for _ in range(RESTARTS):
            time.sleep(0.5)
            cluster.crash()
            cluster.start()
            booked.append(booker.acknowledged_after(booked[-1]))

    told = booker.compare()
    assert told["acknowledged"] >= booked[-1] > booked[0] > 0
    assert told["missing"] == []
    assert told["doubled"] == 0
    assert told["findings"] == []
    assert told["deadlocks"] == 0


def test_six_immediate_restarts_under_a_sender_lose_and_double_no_message(
    cluster, tmp_path
):
    """It sends all the while; what it called is written down afterwards."""
    taken = tmp_path / "taken"
    taken.mkdir()
    command = [sys.executable, "-W", "ignore", "-m", "tests.faults.senders", "looping"]
    sender = subprocess.Popen(
        [*command, "idempotent", str(MESSAGES), str(taken)],
        cwd=ROOT,
        env=cluster.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for number in range(RESTARTS):
            # Midway: a share of them has left since it was last down.
            least = (number + 1) * MESSAGES // (RESTARTS + 2)
            assert eventually(lambda n=least: len(list(taken.iterdir())) >= n)
            assert sender.poll() is None
            cluster.crash()
            cluster.start()
        output, _ = sender.communicate("over\n", timeout=PATIENCE_SECONDS)
    finally:
        sender.kill()
        sender.wait()
    told = json.loads(output.splitlines()[-1])

    assert told["restarts_seen"] > 0
    assert told["told"] == told["messages"] == MESSAGES + 1
    assert (told["lost"], told["unknown_to_us"], told["doubled"]) == (0, 0, 0)
    assert (told["uncertain"], told["faults"]) == (0, [])


class Booker:
    """The program of eight clients, and what it has had acknowledged."""

    def __init__(self, server, folder):
        self.folder = folder / "booked"
        self.folder.mkdir()
        self.environment = server.environment

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
