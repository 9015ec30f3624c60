"""Processes that end with us: each is stopped by its own id, never by its name."""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tools.local.console import complain

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 40.0

if sys.platform == "linux":
    _libc = ctypes.CDLL(None)

    def die_with_parent() -> None:
        """Ask the kernel to end this new process when its parent is killed."""
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

else:

    def die_with_parent() -> None:
        """Nothing to ask for here: only Linux can tell."""


class StopAskedError(Exception):
    """Somebody pressed Ctrl-C or sent a signal to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first ending signal into StopAskedError; later ones are ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def ask(number: int, _frame: FrameType | None) -> None:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        raise StopAskedError(number)

    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Child:
    """A server or worker of ours and the log it writes.

    It inherits the open file descriptors in `keep`.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        folder: Path,
        environment: Mapping[str, str],
        keep: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        with open(log, "ab") as out:
            # A session of its own: Ctrl-C reaches us alone, and we stop it in order.
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                pass_fds=keep,
                preexec_fn=die_with_parent,
            )

    def has_ended(self) -> bool:
        return self.process.poll() is not None


def stop_all(children: Sequence[Child]) -> None:
    """End them all, last started first; kill what does not end in time."""
    for child in reversed(children):
        if not child.has_ended():
            child.process.terminate()
    end = time.monotonic() + _GRACE_SECONDS
    for child in reversed(children):
        try:
            child.process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            complain(f"{child.name} did not end in time and was killed.")
            child.process.kill()
            child.process.wait()
