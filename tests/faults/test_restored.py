"""A backup taken before 80 messages left, restored beside: none leaves again."""

import os
import subprocess
import sys
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connections

from config import dumps
from core.db import unit_of_work
from notifications.models import MailboxItem, Message, SendingInstance
from notifications.services.sending import send_due
from tests.conftest import ROOT, named, use
from tests.factories.notifications import NOW
from tests.faults.fake_provider import many

SENT = 80


@pytest.fixture
def beside(server):
    """An empty database on the same server: its name and its owner's URL."""
    name = f"{server.prefix}_restored"
    server.execute(f'CREATE DATABASE "{name}"')
    server.made.append(name)
    return name, named(server.owner_url, name)


def test_a_database_restored_beside_sends_nothing_before_somebody_says_so(
    committed_db, beside, tmp_path, settings
):
    settings.INSTANCE_ID = "houston-1"
    unit_of_work(partial(many, SENT - 1))
    send_due(as_of=NOW, limit=1)
    call_command("backup", str(tmp_path / "before.dump"))
    send_due(as_of=NOW)
    assert MailboxItem.objects.count() == SENT
    name, owner = beside

    restore(tmp_path / "before.dump", owner)

    use(name)
    assert Message.objects.filter(kind="confirmation").count() == SENT
    assert send_due(as_of=NOW).silent == "paused"
    with pytest.raises(SystemExit) as stopped:
        call_command("resume_sending")
    assert stopped.value.code == 1
    assert MailboxItem.objects.count() == 1
    call_command("resume_sending", "--after-restore")
    assert send_due(as_of=NOW).silent == ""
    assert MailboxItem.objects.count() == SENT
    use(committed_db)


def restore(source, owner):
    environment = {"DATABASE_URL": owner, "INSTANCE_ID": "houston-1"}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    command = [sys.executable, "-W", "ignore", "manage.py", "restore", str(source)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Sending is paused" in done.stdout


def test_a_copy_under_the_same_name_is_told_by_its_database(committed_db, settings):
    settings.INSTANCE_ID = "houston-1"
    unit_of_work(partial(many, 2))
    send_due(as_of=NOW, limit=1)

    SendingInstance.objects.update(database="another cluster/1")

    assert send_due(as_of=NOW).silent == "other_instance"


@pytest.mark.django_db
def test_an_installation_names_itself_once(tmp_path, settings):
    from notifications.selectors import providers

    settings.INSTANCE_FILE = tmp_path / "state" / "instance-id"

    first = providers.instance_name()
    providers._from_file.cache_clear()

    assert first
    assert providers.instance_name() == first


@pytest.mark.django_db
def test_a_backup_without_its_program_says_what_to_install(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(dumps, "_candidates", lambda name: iter(()))

    with pytest.raises(SystemExit) as stopped:
        call_command("backup", str(tmp_path / "x.dump"))

    assert stopped.value.code == 3
    assert "postgresql-client" in capsys.readouterr().err
    assert not (tmp_path / "x.dump").exists()


def test_a_backup_overwrites_nothing_and_a_restore_needs_an_empty_database(
    committed_db, tmp_path, capsys
):
    there = tmp_path / "there.dump"
    there.write_text("kept")

    for command in ("backup", "restore"):
        with pytest.raises(SystemExit) as stopped:
            call_command(command, str(there))
        assert stopped.value.code == 1

    told = capsys.readouterr().err
    assert "is there already" in told
    assert "not empty" in told
    assert there.read_text() == "kept"
    assert connections["default"].settings_dict["NAME"] == committed_db
