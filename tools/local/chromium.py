"""The browser of tests and pictures: found, or installed from Debian by root."""

import os
import shutil
import subprocess

from config.programs import CannotHereError
from tools.local.console import say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "apt-get update && apt-get install -y chromium"


def find() -> str | None:
    """The browser's path; CRESTPATH_CHROMIUM names one that is elsewhere."""
    chosen = os.environ.get("CRESTPATH_CHROMIUM")
    candidates = [chosen] if chosen else NAMES
    return next((path for name in candidates if (path := shutil.which(name))), None)


def ensure() -> str:
    """The browser's path, after installing it where that is ours to do."""
    found = find()
    if found:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("No Chromium found: installing Debian's.")
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", "chromium")
        found = find()
    if not found:
        raise CannotHereError(
            "The browser tests need Chromium. Run this as root, then try again:\n"
            f"    {INSTALL}"
        )
    return found


def _apt(*arguments: str) -> None:
    done = subprocess.run(
        ["apt-get", "-qq", *arguments],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise CannotHereError(f"apt-get {arguments[0]} failed. Run: {INSTALL}")
