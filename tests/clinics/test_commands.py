"""`create_clinic` and `create_api_key`: what they print, and their exit codes."""

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clinics.models import ApiKey, Clinic, Membership
from clinics.services import api_keys
from tests.factories import clinics as make

pytestmark = pytest.mark.django_db
OPEN = [
    "Bayou Joint Clinic",
    "--time-zone=America/Chicago",
    "--phone=+17135550100",
    "--address=1 Example Street",
]
ADMIN = "--admin-email=Admin@example.org"


def run(command, *args):
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    try:
        call_command(command, *args, stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue(), err.getvalue()


def test_opens_a_clinic_with_its_administrator(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("correct-horse-battery\n"))

    code, out, _ = run("create_clinic", *OPEN, ADMIN, "--password-stdin", "--json")

    made = json.loads(out)
    member = Membership.objects.get(user_id=made["admin"])
    assert (code, made["slug"]) == (0, "bayou-joint-clinic")
    assert (member.role, member.user.email) == ("admin", "admin@example.org")
    assert member.user.check_password("correct-horse-battery")


def test_a_dry_run_keeps_nothing():
    code, _, err = run("create_clinic", *OPEN, ADMIN, "--dry-run")

    assert code == 0
    assert "nothing was kept" in err
    assert not Clinic.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ("--time-zone=Mars/Olympus", "time_zone"),
        ("--phone=555", "phone"),
        ("--phone=", "phone"),
        ("--address= ", "address"),
        ("--holiday-calendar=US-ZZ", "holiday_calendar"),
        ("--holiday-calendar=Mars", "holiday_calendar"),
        ("--holiday-calendar=us", "holiday_calendar"),
        ("--admin-email=nobody", "email"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_kept(wrong, field):
    code, _, err = run("create_clinic", *OPEN, ADMIN, wrong)

    assert code == 1
    assert err.startswith(f"{field}: ")
    assert not Clinic.objects.exists()


def test_a_clinic_needs_its_zone():
    with pytest.raises(CommandError):
        call_command("create_clinic", "Bayou", ADMIN)


def test_prints_a_key_that_works():
    nurse = make.membership("nurse")

    code, out, _ = run(
        "create_api_key",
        nurse.user.email,
        f"--clinic={nurse.clinic.slug}",
        "--name=desk",
        "--json",
    )

    assert code == 0
    assert api_keys.authenticate(json.loads(out)["key"]) == nurse


@pytest.mark.parametrize("active", [True, False])
def test_no_key_for_somebody_who_does_not_work_here(active):
    gone = None if active else make.NOW
    nurse = make.membership("nurse", is_active=active, deactivated_at=gone)
    elsewhere = make.clinic() if active else nurse.clinic

    code, out, err = run(
        "create_api_key",
        nurse.user.email,
        f"--clinic={elsewhere.slug}",
        "--name=desk",
    )

    assert (code, out) == (1, "")
    assert "No active person" in err
    assert not ApiKey.objects.exists()


def test_a_dry_run_makes_no_key():
    nurse = make.membership("nurse")

    code, out, err = run(
        "create_api_key",
        nurse.user.email,
        f"--clinic={nurse.clinic.slug}",
        "--name=desk",
        "--dry-run",
    )

    assert (code, out) == (0, "")
    assert "nurse" in err
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("command", ["create_clinic", "create_api_key"])
def test_help_has_two_examples_and_the_exit_codes(command, capsys):
    with pytest.raises(SystemExit):
        call_command(command, "--help")

    text = capsys.readouterr().out
    assert text.count(f"manage.py {command}") >= 2
    assert "exit codes:" in text
