"""send_due and resume_sending as an operator uses them."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from django.core.management import call_command

from core import clock
from notifications.models import MailboxItem, Message
from notifications.services import providers
from tests.factories import notifications as make
from tests.factories.notifications import NOW
from tests.notifications.conftest import ROOT, environment


@pytest.mark.django_db
def test_send_due_sends_and_counts(capsys):
    make.booked()

    call_command("send_due", "--as-of", NOW.isoformat(), "--json")

    assert json.loads(capsys.readouterr().out) == {
        "claimed": 1,
        "sent": 1,
        "silent": "",
    }


@pytest.mark.django_db
def test_a_dry_run_sends_nothing(capsys):
    make.booked()

    call_command("send_due", "--dry-run", "--as-of", NOW.isoformat())

    assert capsys.readouterr().out == "1 due\n"
    assert not MailboxItem.objects.exists()


@pytest.mark.django_db
def test_send_due_says_that_sending_is_off_and_resume_turns_it_on(capsys):
    place, _, _ = make.booked()
    providers.pause(reason="drill", by=place.by, now=NOW)

    with pytest.raises(SystemExit) as stopped:
        call_command("send_due", "--as-of", NOW.isoformat())
    assert (stopped.value.code, Message.objects.filter(state="scheduled").count()) == (
        3,
        2,
    )
    call_command("resume_sending")
    call_command("send_due", "--as-of", NOW.isoformat())

    assert "1 sent of 1" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_restored_copy_resumes_only_when_told_so(settings, capsys):
    place, _, _ = make.booked()
    settings.INSTANCE_ID = "houston-1"
    providers.adopt(by=place.by, now=NOW)
    settings.INSTANCE_ID = "houston-2"

    with pytest.raises(SystemExit) as stopped:
        call_command("resume_sending")
    assert stopped.value.code == 1
    call_command("resume_sending", "--after-restore")
    call_command("send_due", "--as-of", NOW.isoformat())

    assert "1 sent of 1" in capsys.readouterr().out


def test_the_loop_sends_without_a_broker_and_stops_when_told(committed_db):
    make.committed()
    clock.set_to(NOW)
    loop = subprocess.Popen(
        [sys.executable, "manage.py", "send_due", "--loop", "--every", "0.1"],
        cwd=ROOT,
        env=environment(),
    )
    try:
        assert wait_for_mail(90)
    finally:
        os.kill(loop.pid, signal.SIGTERM)

    assert loop.wait(60) == 0


def wait_for_mail(seconds):
    """Return True once something has arrived in the mailbox."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if MailboxItem.objects.exists():
            return True
        time.sleep(0.1)
    return False
