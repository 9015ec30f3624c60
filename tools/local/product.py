"""The product on one machine: web, workers and beat between their servers."""

import os
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.programs import CannotHereError
from tools.local import keys
from tools.local.children import Child, stop_all
from tools.local.locks import alone
from tools.local.manage import StepFailedError, base_environment, migrate, read
from tools.local.paths import ROOT, logs_folder, state_folder
from tools.local.static import collect

_PORTS_TRIED = 200
_READY_SECONDS = 120.0


@dataclass(slots=True)
class RunningProduct:
    """The running product: its address, and the processes behind it."""

    url: str
    environment: Mapping[str, str]
    children: list[Child] = field(default_factory=list)

    def ended(self) -> Child | None:
        """A process that has ended although nobody asked it to."""
        return next((child for child in self.children if child.has_ended()), None)


def listen(wanted: int) -> socket.socket:
    """A listening socket on the first free port from `wanted` upwards.

    We listen ourselves and hand the socket on: between looking for a free port and
    using it, nobody can take it.
    """
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(128)
        except OSError:
            listener.close()
        else:
            return listener
    raise CannotHereError(f"No free port from {wanted} on: set PORT to another.")


def environment(urls: Mapping[str, str], port: int) -> dict[str, str]:
    """Variables that every process of the demo sees."""
    return {
        **base_environment(),
        **keys.environment(),
        **urls,
        "DEMO": "1",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "STATIC_ROOT": str(state_folder() / "static"),
    }


def for_the_app(settings: Mapping[str, str]) -> dict[str, str]:
    """The same without the owner's URL: the wall between the roles holds only if
    the product's processes never see it."""
    return {k: v for k, v in settings.items() if k != "MIGRATION_DATABASE_URL"}


def prepare(settings: Mapping[str, str], *wanted: str) -> str:
    """Migrate, collect static files and seed; what the seed says about signing in.

    `wanted` are options of the seed.
    """
    app_only = for_the_app(settings)
    with alone(state_folder() / "prepare.lock"):
        migrate(settings)
        collect(Path(settings["STATIC_ROOT"]), app_only)
        return read("seed_demo", *wanted, environment=app_only)


@contextmanager
def served(
    name: str, listener: socket.socket, settings: Mapping[str, str]
) -> Iterator[RunningProduct]:
    """Web, workers and beat, up and answering; stopped afterwards, each by its id."""
    port = listener.getsockname()[1]
    product = RunningProduct(f"http://127.0.0.1:{port}/", settings)
    app_only = for_the_app(settings)
    with tempfile.TemporaryDirectory(prefix="crestpath-beat-") as scratch:
        try:
            for part, command in _commands(listener.fileno(), scratch).items():
                log = logs_folder() / f"{name}-{part}.log"
                product.children.append(
                    Child(
                        part,
                        command,
                        log=log,
                        folder=ROOT,
                        environment=app_only,
                        keep=[listener.fileno()] if part == "web" else [],
                    )
                )
            listener.close()
            _wait_until_ready(product)
            yield product
        finally:
            stop_all(product.children)


def _commands(descriptor: int, scratch: str) -> dict[str, Sequence[str]]:
    gunicorn = [
        *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
        *("--bind", f"fd://{descriptor}", "--worker-class", "gthread"),
        *("--workers", "2", "--threads", "8", "--no-control-socket"),
    ]
    celery = [sys.executable, "-m", "celery", "-A", "config.celery"]
    return {
        "web": gunicorn,
        "worker": [
            *(*celery, "worker", "--loglevel", "INFO", "--concurrency", "2"),
            *("--without-gossip", "--without-mingle"),
        ],
        "pager": [
            *(*celery, "worker", "--loglevel", "INFO", "--pool", "threads"),
            *("--concurrency", "4", "--queues", "pages", "--hostname", "pager@%h"),
            *("--without-gossip", "--without-mingle"),
        ],
        "beat": [
            *(*celery, "beat", "--loglevel", "INFO", "--pidfile", ""),
            *("--schedule", os.path.join(scratch, "schedule")),
        ],
    }


def _wait_until_ready(product: RunningProduct) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        fallen = product.ended()
        if fallen:
            raise StepFailedError(f"{fallen.name} did not start: see {fallen.log}")
        if _answers(product.url):
            return
    raise StepFailedError(f"The web server does not answer: see {logs_folder()}")


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 -- our own http URL
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        time.sleep(0.1)
        return False
    return True
