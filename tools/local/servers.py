"""Both servers for one command: those named in the environment, or our own."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tools.local import postgres, valkey


@contextmanager
def database(cluster: str, name: str, *, keep: bool = True) -> Iterator[dict[str, str]]:
    """The database's two URLs; made in our own cluster unless DATABASE_URL is set.

    Without `keep`, what we made is dropped afterwards; a given one is never dropped.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        owner = os.environ.get("MIGRATION_DATABASE_URL") or given
        yield {"DATABASE_URL": given, "MIGRATION_DATABASE_URL": owner}
        return
    with postgres.running(cluster) as server:
        server.create_database(name)
        try:
            yield server.environment(name)
        finally:
            if not keep:
                server.drop_database(name)


@contextmanager
def broker(cluster: str) -> Iterator[dict[str, str]]:
    """The broker's URL: REDIS_URL if set, else a server of our own."""
    given = os.environ.get("REDIS_URL")
    if given:
        yield {"REDIS_URL": given}
        return
    with valkey.running(cluster) as url:
        yield {"REDIS_URL": url}


@contextmanager
def both(cluster: str, name: str, *, keep: bool = True) -> Iterator[dict[str, str]]:
    """Database and broker together."""
    with ExitStack() as stack:
        urls = stack.enter_context(database(cluster, name, keep=keep))
        yield urls | stack.enter_context(broker(cluster))
