"""`./run check`: everything a tool can say about the code without running it."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from tools.local.console import FAILED, OK, USAGE, complain, say
from tools.local.paths import ROOT, state_folder

PACKAGES = (
    *("config", "demo", "pages", "notifications", "procedures", "scheduling"),
    *("patients", "clinics", "core", "tools", "tests", "bench"),
)
_PYTHON = (sys.executable,)
_MANAGE = (sys.executable, "-W", "ignore::RuntimeWarning", "manage.py")
_LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint()"

STEPS: Mapping[str, Sequence[str]] = {
    "ruff check": (*_PYTHON, "-m", "ruff", "check", "."),
    "ruff format": (
        *_PYTHON,
        "-m",
        "ruff",
        "format",
        "--check",
        "--output-format",
        "concise",
        ".",
    ),
    "templates": (*_PYTHON, "-m", "tools.local.templates", "--check"),
    "mypy": (*_PYTHON, "-m", "mypy", "manage.py", *PACKAGES),
    "import arrows": (*_PYTHON, "-c", _LINT_IMPORTS),
    "migrations": (*_MANAGE, "makemigrations", "--check", "--dry-run"),
    "deployment": (*_MANAGE, "check", "--deploy", "--fail-level", "WARNING"),
    "reference pages": (*_MANAGE, "write_reference", "--check"),
}


def run(arguments: Sequence[str]) -> int:
    """Run every check, also after one has failed; FAILED if any did."""
    if arguments:
        complain("usage: ./run check")
        return USAGE
    environment = production()
    failed = [name for name in STEPS if not _passes(name, environment)]
    say(f"Failed: {', '.join(failed)}" if failed else "Every check passed.")
    return FAILED if failed else OK


def production() -> dict[str, str]:
    """Settings as production has them, with throwaway keys and no database behind."""
    caches = state_folder() / "cache"
    kept = {k: v for k, v in os.environ.items() if k not in {"DEMO", "REDIS_URL"}}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "LINK_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": "postgresql://crestpath_app@/crestpath?host=/nowhere",
        "SITE_URL": "https://clinic.example.org",
        "ALLOWED_HOSTS": "clinic.example.org",
        "EMAIL_HOST": "mail.clinic.test",
        "DEFAULT_FROM_EMAIL": "visits@clinic.test",
        "SEND_MODE": "live",
        "MYPY_CACHE_DIR": str(caches / "mypy"),
        "RUFF_CACHE_DIR": str(caches / "ruff"),
        "IMPORT_LINTER_CACHE_DIR": str(caches / "imports"),
    }


def _passes(name: str, environment: Mapping[str, str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        STEPS[name],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    word = "FAILED" if done.returncode else "ok"
    say(f"{name:<16} {word:<6} {time.monotonic() - began:5.1f} s")
    if done.returncode:
        say(done.stdout.rstrip())
    return done.returncode == 0
