"""Collects the static files when they changed since they were last collected."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from tools.local.manage import manage
from tools.local.paths import ROOT


def collect(folder: Path, environment: Mapping[str, str]) -> None:
    """Fill `folder` for whitenoise; a stamp written last says what it was made from."""
    stamp, wanted = folder / ".stamp", _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    manage("collectstatic", "--noinput", "-v0", environment=environment)
    stamp.write_text(wanted)


def _fingerprint() -> str:
    found = hashlib.sha256((ROOT / "requirements-demo.txt").read_bytes())
    for path in sorted(ROOT.glob("*/static/**/*")):
        if path.is_file():
            facts = path.stat()
            found.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return found.hexdigest()
