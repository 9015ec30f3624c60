"""`./run demo`: the whole product with invented patients, until it is stopped.

With `--smoke`: the same processes over a database of their own, walked once over HTTP.
"""

import os
import time
from collections.abc import Sequence

from tools.local import product, servers
from tools.local.children import StopAskedError, stoppable
from tools.local.console import FAILED, OK, USAGE, complain, say
from tools.local.manage import call
from tools.local.paths import logs_folder

DEFAULT_PORT = 8000


def run(arguments: Sequence[str]) -> int:
    """Run the demo or, with --smoke, the walk; its exit code."""
    if list(arguments) not in ([], ["--smoke"]):
        complain("usage: ./run demo [--smoke]")
        return USAGE
    with stoppable():
        return _smoke() if arguments else _demo()


def _demo() -> int:
    wanted = int(os.environ.get("PORT") or DEFAULT_PORT)
    with product.listen(wanted) as listener, servers.both("demo", "crestpath") as urls:
        port = listener.getsockname()[1]
        if port != wanted:
            say(f"Port {wanted} is taken: using {port}.")
        settings = product.environment(urls, port)
        words = product.prepare(settings)
        try:
            with product.served("demo", listener, settings) as running:
                _tell(running.url, words)
                return _watch(running)
        except StopAskedError:
            say("Stopped.")
            return OK


def _tell(url: str, words: str) -> None:
    say(f"\n{words.strip()}\n")
    say(f"Crestpath is at {url}")
    say(f"Logs are in {logs_folder()}. Stop it with Ctrl-C.")


def _watch(running: product.RunningProduct) -> int:
    while True:
        time.sleep(0.5)
        fallen = running.ended()
        if fallen:
            complain(f"{fallen.name} has ended: see {fallen.log}")
            return FAILED


def _smoke() -> int:
    name = f"crestpath_smoke_{os.getpid()}"
    with (
        product.listen(int(os.environ.get("PORT") or DEFAULT_PORT)) as listener,
        servers.both("smoke", name, keep=False) as urls,
    ):
        settings = product.environment(urls, listener.getsockname()[1])
        # The walk brings its own patients: a minute less to wait.
        product.prepare(settings, "--empty")
        with product.served("smoke", listener, settings) as running:
            return call("smoke", "--url", running.url, environment=settings)
