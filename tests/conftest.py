"""One PostgreSQL for the session: the owner migrates a template, the app's role
works in clones of it. `db` rolls back; `committed_db` is a clone of its own."""

import gc
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from config.settings_test import database as database_settings
from tests import live
from tests.shown import shown
from tools.local import postgres
from tools.local.account import account

# Playwright keeps an event loop running in the main thread; our views never await.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parent.parent
CLOSES_WITHIN_SECONDS = 20
OWNER_URL = os.environ.get("MIGRATION_DATABASE_URL", "")


def named(url: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def fingerprint() -> str:
    """Changes whenever a migrated database would come out differently."""
    patterns = ("*/migrations/*.py", "*/*sql*.py", "*/data/*.json", "*/apps.py")
    sources = sorted({*ROOT.glob("core/grants.py"), *chain(*map(ROOT.glob, patterns))})
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


class Server:
    """The test server as its owner sees it: makes and drops databases.

    The migrated template is kept for later sessions under the fingerprint of what
    made it; whoever finds it missing makes it, one session at a time.
    """

    def __init__(self, owner_url: str) -> None:
        self.owner_url = owner_url
        self.prefix = f"crestpath_test_{os.getpid()}"
        self.template = f"crestpath_template_{fingerprint()}"
        self.made: list[str] = []

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(named(self.owner_url, "postgres"), autocommit=True)

    def execute(self, statement: str) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def create_template(self) -> None:
        with self.connect() as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext('template'))")
            known = connection.execute("SELECT datname FROM pg_database").fetchall()
            if (self.template,) not in known:
                self._forget_old(connection, [name for (name,) in known])
                self._make_template(connection)

    def _forget_old(self, connection: psycopg.Connection, known: list[str]) -> None:
        for name in known:
            if name.startswith("crestpath_template_"):
                with suppress(psycopg.errors.ObjectInUse):  # another session clones it
                    connection.execute(f'DROP DATABASE "{name}"')

    def _make_template(self, connection: psycopg.Connection) -> None:
        # Under another name until it is whole: a kill must not leave half of one.
        raw = f"{self.prefix}_raw"
        connection.execute(f'DROP DATABASE IF EXISTS "{raw}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{raw}"')
        environment = os.environ | {
            "DATABASE_URL": named(self.owner_url, raw),
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        connection.execute(f'ALTER DATABASE "{raw}" RENAME TO "{self.template}"')

    def clone(self, name: str) -> str:
        database = f"{self.prefix}_{name}"
        copy = f'CREATE DATABASE "{database}" TEMPLATE "{self.template}"'
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        try:
            self.execute(f"{copy} STRATEGY wal_log")
        except psycopg.errors.InvalidCatalogName:
            # A session of other sources has tidied our template away: make it again.
            self.create_template()
            self.execute(f"{copy} STRATEGY wal_log")
        self.made.append(database)
        return database

    def drop(self, database: str) -> None:
        # On a server that was given, the owner may not be allowed to end the app's last
        # connections; a request that was still under way closes its own in a moment,
        # a thread that is over when its connection is collected.
        end = time.monotonic() + CLOSES_WITHIN_SECONDS
        while True:
            try:
                self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
            except psycopg.errors.InsufficientPrivilege:
                if time.monotonic() > end:
                    raise
                gc.collect()
                time.sleep(0.1)
            else:
                return

    def drop_all(self) -> None:
        for database in self.made:
            self.drop(database)


def use(database: str) -> None:
    """Point Django's one alias at `database`; open connections are closed."""
    connection = connections["default"]
    connection.close()
    settings.DATABASES["default"]["NAME"] = database
    connection.settings_dict["NAME"] = database


def connect_as(url: str) -> None:
    """Point Django's one alias at another server and role."""
    connections["default"].close()
    settings.DATABASES["default"] |= database_settings(url)
    connections["default"].settings_dict |= database_settings(url)


@pytest.fixture(scope="session")
def owner_url() -> Iterator[str]:
    """The owner's way in: the one given, or that of a server started for us."""
    if OWNER_URL:
        yield OWNER_URL
        return
    with postgres.running("test") as embedded:
        connect_as(embedded.url(postgres.APP, "postgres"))
        yield embedded.url(postgres.OWNER, "postgres")


@pytest.fixture(scope="session")
def server(owner_url: str) -> Iterator[Server]:
    made = Server(owner_url)
    made.create_template()
    yield made
    connections["default"].close()
    made.drop_all()


@pytest.fixture(scope="session")
def django_db_setup(server: Server, django_db_blocker: object) -> None:
    """Instead of pytest-django's own: a clone, seen as the app's role."""
    use(server.clone("main"))


@contextmanager
def database_of_ones_own(server: Server, blocker: Any, name: str) -> Iterator[str]:
    """A clone that takes real commits while the block lasts: its name."""
    main = connections["default"].settings_dict["NAME"]
    database = server.clone(name)
    use(database)
    with blocker.unblock():
        yield database
        connections["default"].close()
    use(main)
    server.drop(database)


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest,
    server: Server,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[str]:
    """A database of one's own for real commits, threads and processes: its name."""
    if request.node.get_closest_marker("django_db"):
        pytest.fail("committed_db is no django_db test: take one of the two")
    with database_of_ones_own(server, django_db_blocker, "committed") as name:
        yield name


@pytest.fixture
def owner_connection(server: Server) -> Iterator[psycopg.Connection]:
    """The current database as its owner: for tampering."""
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(named(server.owner_url, name), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def live_application() -> object:
    # A request's thread gives its connection back, or the clone could not be dropped.
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    return live.application()


@pytest.fixture
def live_site(committed_db: str, live_application: Any) -> Iterator[str]:
    """The product on a real port over a database of the test's own: its URL."""
    with live.served(live_application) as url:
        before, settings.SITE_URL = settings.SITE_URL, url
        settings.CSRF_TRUSTED_ORIGINS = [url]
        yield url
        settings.SITE_URL = before
        settings.CSRF_TRUSTED_ORIGINS = [before]


@pytest.fixture(autouse=True)
def pages_as_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tests read a page without the blanks of its template's layout."""
    request = Client.request

    def shown_answer(client: Client, **environment: Any) -> Any:
        answer = request(client, **environment)
        kind = answer.get("Content-Type", "")
        if kind.startswith("text/html") and not answer.streaming:
            answer.content = shown(answer.content.decode()).encode()
        return answer

    monkeypatch.setattr(Client, "request", shown_answer)


@pytest.fixture
def private_state(tmp_path, monkeypatch):
    """Clusters and logs of the test's own."""
    monkeypatch.setenv("CRESTPATH_LOCAL", str(tmp_path / "state"))
    account.cache_clear()
    yield tmp_path / "state"
    account.cache_clear()
