"""Django's own PostgreSQL back end, with connections that lose patience."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from core.postgres import patience, patient_for

SIGN_OF_LIFE_SECONDS = 2.0


class Connection(psycopg.Connection[Any]):
    """A connection that is closed once an answer has taken too long."""

    def wait(
        self, gen: Any, interval: float = 0.1, timeout: float | None = None
    ) -> Any:
        """Wait for an answer. Raises OperationalError without a SQLSTATE."""
        try:
            return super().wait(gen, interval, timeout or patience())
        except psycopg.OperationalError as error:
            if error.sqlstate is None:
                # In the middle of an answer it is of no more use to anybody, and a
                # ROLLBACK would wait as long again.
                self.pgconn.finish()
            raise


class _Driver:
    """The module psycopg, whose `connect` makes such connections."""

    connect = staticmethod(Connection.connect)

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    """Named by its module in the settings' ENGINE."""

    Database = _Driver()  # type: ignore[assignment]

    def is_usable(self) -> bool:
        """Ask an old connection for a sign of life; Django does so before requests."""
        with patient_for(SIGN_OF_LIFE_SECONDS):
            return bool(super().is_usable())
