"""The demo's processes: on a free port, ended in order, never left behind."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tools.local import children, keys, product, valkey
from tools.local.children import Child, stop_all

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STAY_DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", end="", flush=True)
time.sleep(60)
"""
DEAF = [sys.executable, "-c", STAY_DEAF]
# A supervisor that starts a child, says its pid, and waits to be killed.
SUPERVISOR = """
import sys, time
from pathlib import Path
from tools.local.children import Child
child = Child("sleep", [sys.executable, "-c", "import time; time.sleep(60)"],
              log=Path(sys.argv[1]), folder=Path("/"), environment={})
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def start(command):
        log = tmp_path / f"{len(started)}.log"
        child = Child("part", command, log=log, folder=tmp_path, environment={})
        started.append(child)
        return child

    yield start
    for child in started:
        child.process.kill()
        child.process.wait()


def eventually(condition):
    for _ in range(400):
        if condition():
            return True
        time.sleep(0.05)
    return False


def is_running(pid):
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_a_taken_port_makes_it_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with product.listen(port) as listener:
            assert port < listener.getsockname()[1] <= port + 200


def test_children_are_ended_each_by_its_own_id(start):
    one, other = start(SLEEP), start(SLEEP)

    stop_all([one])

    assert one.has_ended()
    assert not other.has_ended()


def test_a_child_that_will_not_end_is_killed(start, monkeypatch):
    monkeypatch.setattr(children, "_GRACE_SECONDS", 0.2)
    child = start(DEAF)
    assert eventually(lambda: child.log.read_text() == "deaf")

    stop_all([child])

    assert child.process.returncode == -signal.SIGKILL


def test_children_end_when_their_supervisor_is_killed(tmp_path):
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, tmp_path / "log"],
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(supervisor.stdout.readline())
    assert is_running(pid)

    supervisor.kill()
    supervisor.communicate()

    assert eventually(lambda: not is_running(pid))


def test_valkey_wants_its_password_and_is_gone_afterwards(private_state):
    with valkey.running("door") as url:
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), 2) as stranger:
            stranger.sendall(b"PING\r\n")
            assert stranger.recv(100).startswith(b"-NOAUTH")

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 2)


def test_the_demos_keys_are_made_once_and_private(private_state, monkeypatch):
    for name in keys.NAMES:
        monkeypatch.delenv(name, raising=False)

    first, second = keys.environment(), keys.environment()

    assert first == second
    assert len(set(first.values())) == len(keys.NAMES)
    assert os.stat(private_state / "keys.json").st_mode & 0o077 == 0


def test_the_products_processes_never_see_the_owners_url(private_state):
    settings = product.environment(
        {"DATABASE_URL": "app", "MIGRATION_DATABASE_URL": "owner"}, 8000
    )

    assert "MIGRATION_DATABASE_URL" not in product.for_the_app(settings)
    assert product.for_the_app(settings)["DATABASE_URL"] == "app"
