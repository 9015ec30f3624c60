"""Folders of the door's files; nothing is written outside them."""

import hashlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def state_folder() -> Path:
    """The folder of clusters, logs and keys: `.local/`, or what the door chose."""
    chosen = os.environ.get("CRESTPATH_LOCAL")
    folder = Path(chosen) if chosen else ROOT / ".local"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def logs_folder() -> Path:
    """The folder of the servers' logs."""
    folder = state_folder() / "logs"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def digest(text: str) -> str:
    """Ten hex digits that stand for `text` where names must be short."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def short_temporary_folder() -> Path:
    """A temporary folder that every run of one user agrees on.

    Not TMPDIR when /tmp will do: a socket's path is limited to 107 bytes, and the
    next run, with another TMPDIR, must find the same socket.
    """
    if os.access("/tmp", os.W_OK | os.X_OK):  # noqa: S108 -- the folder below is private
        return Path("/tmp")  # noqa: S108
    return Path(tempfile.gettempdir())
