"""Dumps of the database and back: PostgreSQL's own programs, found and called."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from config.programs import CannotHereError, wheel_binaries


class DumpFailedError(Exception):
    """The program said no; the text is what it said."""


def program(name: str) -> Path:
    """Return where `pg_dump` or `pg_restore` is: on PATH, else beside our own server.

    One older than the server is of no use. Raises CannotHereError with what to
    install.
    """
    wanted = _server_version()
    for found in _candidates(name):
        if _version(found) >= wanted:
            return found
    raise CannotHereError(
        f"There is no {name} of version {wanted} or newer here. Install PostgreSQL's "
        f"client programs (Debian: apt-get install postgresql-client-{wanted})."
    )


def _candidates(name: str) -> Iterator[Path]:
    found = shutil.which(name)
    if found:
        yield Path(found)
    with suppress(CannotHereError):
        ours = wheel_binaries() / name
        if ours.is_file():
            yield ours


def _server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def _version(found: Path) -> int:
    """The first number that the program calls itself; 0 if it does not run."""
    done = subprocess.run(  # noqa: S603  (found above)
        [found, "--version"], capture_output=True, text=True, check=False
    )
    number = re.search(r"\d+", done.stdout)
    return int(number[0]) if number else 0


def dump(to: Path) -> None:
    """Write the whole database to a new file, readable by its owner alone."""
    part = to.with_name(f"{to.name}.part")
    part.touch(mode=0o600)
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={part}")
    # Only a whole dump ever has the name asked for.
    part.rename(to)


def restore(source: Path) -> None:
    """Fill the (empty) database from a dump, all of it or nothing."""
    _run(
        "pg_restore",
        *("--no-owner", "--exit-on-error", "--single-transaction"),
        f"--dbname={settings.DATABASES['default']['NAME']}",
        str(source),
    )


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603  (found above)
        [program(name), *arguments],
        env=_environment(settings.DATABASES["default"]),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DumpFailedError(done.stderr.strip())


def _environment(database: Mapping[str, Any]) -> dict[str, str]:
    """The database as libpq reads it: a password on a command line can be seen."""
    named = {
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
        "PGSSLMODE": database["OPTIONS"].get("sslmode", ""),
    }
    return dict(os.environ) | {
        name: str(value) for name, value in named.items() if value
    }
