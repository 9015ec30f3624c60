"""Processes of our own that work on the test's committed database."""

import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.db import connection

from notifications import channels
from tests.notifications.scripted import Scripted

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def environment(**more: str) -> dict[str, str]:
    """What a child process needs to see the database this test sees."""
    named = connection.settings_dict
    host = quote(named["HOST"], safe="")
    port = f"&port={named['PORT']}" if named["PORT"] else ""
    login = quote(named["USER"]) + (
        f":{quote(named['PASSWORD'])}" if named["PASSWORD"] else ""
    )
    url = f"postgresql://{login}@/{named['NAME']}?host={host}{port}"
    settings = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings_test"}
    return os.environ | settings | more


@pytest.fixture
def child(committed_db):
    """Run Python code in a process of its own: its return code."""

    def run(code: str, **more: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", "import django; django.setup()\n" + code],
            cwd=ROOT,
            env=environment(**more),
            timeout=120,
            check=False,
        )
        return done.returncode

    return run


@pytest.fixture
def provider(monkeypatch):
    """Put a scripted provider in the file channel's place."""

    def use(*answers, capability="opaque"):
        scripted = Scripted(*answers, capability=capability)
        monkeypatch.setitem(channels.PROVIDERS, "file", scripted)
        return scripted

    return use
