"""A private PostgreSQL: made on first use, shared by runs that overlap, healed after
a kill -9. It listens on a Unix socket in a folder that only its owner may enter, so its
roles need no passwords.

    with postgres.running("test") as server:
        os.environ.update(server.environment("crestpath"))
"""

import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.programs import CannotHereError
from tools.local.account import Account, account
from tools.local.locks import Presence, alone
from tools.local.paths import digest, logs_folder, short_temporary_folder, state_folder

Connection = psycopg.Connection[tuple[Any, ...]]

SUPERUSER = "postgres"
OWNER = "crestpath_owner"  # migrations; owns the databases
APP = "crestpath_app"  # web, worker, beat; owns nothing

_SETTINGS = {"listen_addresses": "''", "max_connections": "200"}
# Tests' data may die with the machine; a server that was killed keeps every row, so
# commits still wait until the kernel has them.
_THROWAWAY = {"fsync": "off", "full_page_writes": "off"}
_START_TRIES = 40
_OF_A_RUN = re.compile(r"crestpath_(?:smoke|test|bench)_(\d+)(?:_|$)")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, named by the folder of its socket."""

    socket: Path

    def url(self, role: str, database: str) -> str:
        """A URL that libpq, psycopg and our settings understand."""
        folder = quote(str(self.socket), safe="")
        return f"postgresql://{role}@/{database}?host={folder}"

    def environment(self, database: str) -> dict[str, str]:
        """Variables for processes that work on `database` in the two roles."""
        return {
            "DATABASE_URL": self.url(APP, database),
            "MIGRATION_DATABASE_URL": self.url(OWNER, database),
        }

    def connect(self, role: str = SUPERUSER, database: str = "postgres") -> Connection:
        """A connection that commits each statement."""
        url = self.url(role, database)
        return psycopg.connect(url, autocommit=True, connect_timeout=5)

    def create_database(self, name: str) -> None:
        """Make the database for the owner's migrations unless it is there."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        # The second error is what the loser of a race with another run sees.
        there = (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)
        with suppress(*there), self.connect(OWNER) as connection:
            connection.execute(statement)

    def drop_database(self, name: str) -> None:
        """Remove the database, sessions in it included."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                    sql.Identifier(name)
                )
            )


@contextmanager
def running(name: str) -> Iterator[Server]:
    """The server `name`, started if need be; the last user of several stops it."""
    lock = state_folder() / f"pg-{name}.lock"
    with alone(lock):
        presence = Presence(state_folder() / f"pg-{name}.users")
        server = start(name)
    try:
        yield server
    finally:
        with alone(lock):
            if presence.is_last():
                stop(name)
            presence.leave()


def start(name: str) -> Server:
    """Start the cluster `name`, making or healing it first; returns once it answers."""
    who = account()
    data = who.clusters / f"pg-{name}"
    server = Server(_socket_folder(who, data))
    if not data.exists():
        _initialise(who, data)
    for _ in range(_START_TRIES):
        if _answers(server):
            break
        # After a kill -9 the old process and its shared memory linger for about a
        # second, so a start that fails is tried again. `pg_ctl status` is no help: it
        # believes the pid of a zombie.
        if _launch(who, data, server, throwaway=name != "demo"):
            time.sleep(0.25)
    else:
        raise CannotHereError(f"PostgreSQL did not start: see {_log(who, data)}")
    _create_roles(server)
    _drop_leftovers(server)
    return server


def stop(name: str) -> None:
    """Stop the cluster `name`, rolling back whoever is still connected."""
    who = account()
    data = who.clusters / f"pg-{name}"
    command: list[str | Path] = [who.binaries / "pg_ctl", "-D", data, "-w"]
    who.run([*command, "-m", "fast", "stop"], _log(who, data))
    with suppress(OSError):  # not empty: it did not stop, and still listens there
        _socket_folder(who, data).rmdir()


def _initialise(who: Account, data: Path) -> None:
    half_made = data.with_name(f"{data.name}.new")
    shutil.rmtree(half_made, ignore_errors=True)
    half_made.mkdir(mode=0o700)
    who.own(half_made)
    locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    command: list[str | Path] = [who.binaries / "initdb", "-D", half_made]
    command += ["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync"]
    made = who.run([*command, f"--locale={locale}"], _log(who, data))
    if made.returncode:
        raise CannotHereError(f"PostgreSQL's initdb failed: see {_log(who, data)}")
    # Renamed when whole: a run killed in the middle leaves no half-made cluster.
    half_made.rename(data)


def _launch(who: Account, data: Path, server: Server, *, throwaway: bool) -> int:
    settings = _SETTINGS | (_THROWAWAY if throwaway else {})
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    command: list[str | Path] = [who.binaries / "pg_ctl", "-D", data, "-w", "-t", "60"]
    command += ["-l", _log(who, data), "-o", f"{options} -k {server.socket}"]
    return who.run([*command, "start"]).returncode


def _answers(server: Server) -> bool:
    try:
        server.connect().close()
    except psycopg.OperationalError as error:
        return _is_starting(error) and _wait_until_ready(server)
    return True


def _is_starting(error: psycopg.OperationalError) -> bool:
    return "starting up" in str(error) or "not yet accepting" in str(error)


def _wait_until_ready(server: Server) -> bool:
    for _ in range(240):
        time.sleep(0.25)
        try:
            server.connect().close()
        except psycopg.OperationalError as error:
            if not _is_starting(error):
                return False
        else:
            return True
    return False


def _create_roles(server: Server) -> None:
    with server.connect() as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles").fetchall()
        there = {row[0] for row in rows}
        if OWNER not in there:
            connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
        if APP not in there:
            connection.execute(f"CREATE ROLE {APP} LOGIN")
        # Whoever drops a database here may end the app's last connections to it.
        connection.execute(f"GRANT pg_signal_backend TO {OWNER}")


def _drop_leftovers(server: Server) -> None:
    """Drop what runs that were killed left behind: their databases bear their pid."""
    with server.connect() as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
    for (name,) in rows:
        named = _OF_A_RUN.match(name)
        if named and not _is_alive(int(named[1])):
            server.drop_database(name)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _socket_folder(who: Account, data: Path) -> Path:
    uid = os.geteuid() if who.uid is None else who.uid
    folder = short_temporary_folder() / f"crestpath-{digest(f'{uid}{data}')}"
    folder.mkdir(mode=0o700, exist_ok=True)
    who.own(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise CannotHereError(f"{folder} is not private to this user: remove it.")
    return folder


def _log(who: Account, data: Path) -> Path:
    folder = logs_folder() if who.uid is None else who.clusters
    log = folder / f"{data.name}.log"
    if who.uid is not None and not log.exists():
        log.touch(mode=0o600)
        who.own(log)
    return log
