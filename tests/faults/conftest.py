"""A PostgreSQL that is ours to crash and to freeze, whatever DATABASE_URL says."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tools.local import postgres
from tools.local.account import account

NAME = "restarts"
DATABASE = "crestpath"


class Cluster:
    """One server of our own, with a migrated database."""

    def __init__(self, server):
        self.server = server
        self.environment = environment(server.environment(DATABASE))
        self.frozen = []

    def crash(self):
        """As if its machine had: no checkpoint, no farewell to anybody."""
        who = account()
        stop = [who.binaries / "pg_ctl", "-D", who.clusters / f"pg-{NAME}", "-w"]
        assert who.run([*stop, "-m", "immediate", "stop"]).returncode == 0

    def start(self):
        postgres.start(NAME)

    def freeze(self):
        """Stop the server and all of its processes where they are."""
        first = int(
            (account().clusters / f"pg-{NAME}/postmaster.pid").read_text().split()[0]
        )
        table = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        )
        pairs = [map(int, line.split()) for line in table.stdout.splitlines()]
        self.frozen = [first, *(pid for pid, parent in pairs if parent == first)]
        for pid in self.frozen:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in self.frozen:
            os.kill(pid, signal.SIGCONT)
        self.frozen = []


@pytest.fixture
def cluster(private_state):
    with postgres.running(NAME) as server:
        server.create_database(DATABASE)
        owner = {"DATABASE_URL": server.url(postgres.OWNER, DATABASE)}
        migrate = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
        subprocess.run(migrate, cwd=ROOT, env=environment(owner), check=True)
        made = Cluster(server)
        yield made
        made.thaw()
    if account().clusters != private_state:
        shutil.rmtree(account().clusters)


def environment(given):
    kept = {k: v for k, v in os.environ.items() if k != "MIGRATION_DATABASE_URL"}
    return kept | {"DJANGO_SETTINGS_MODULE": "config.settings_test"} | given
