"""find_openings and check_booking from the command line."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core import clock
from scheduling.booking import holds
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, Hold
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.rest import nine

pytestmark = pytest.mark.django_db


def monday():
    """One about two years from now."""
    return nine(700).date()


def run(*args):
    """(exit code, standard output, standard error)"""
    out, err = StringIO(), StringIO()
    try:
        call_command(*args, stdout=out, stderr=err)
    except SystemExit as stop:
        return stop.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_find_openings_prints_a_line_for_each():
    slug = make.practice().clinic.slug

    code, out, _ = run(
        "find_openings", slug, "consultation", f"--from={monday()}", "--limit=2"
    )

    assert code == 0
    assert out.splitlines() == [
        f"Mon {monday()} 08:00  consult_room 1, clinician 1",
        f"Mon {monday()} 08:05  consult_room 1, clinician 1",
    ]


def test_find_openings_answers_as_json_with_wishes():
    slug = make.practice().clinic.slug

    code, out, _ = run(
        "find_openings",
        slug,
        "follow-up",
        f"--from={monday()}",
        "--weekdays=tue",
        "--earliest=09:00",
        "--limit=1",
        "--json",
    )

    assert code == 0
    tuesday = nine(700) + timedelta(days=1)
    assert json.loads(out)["openings"][0]["start"] == tuesday.isoformat()


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["nowhere", "consultation"], "no clinic"),
        (["{slug}", "surgery"], "no visit type"),
        (
            ["{slug}", "consultation", "--from={sunday}", "--to={sunday}"],
            "No opening",
        ),
        (["{slug}", "consultation", "--from={monday}", "--to={sunday}"], "before"),
        (["{slug}", "consultation", "--from=2099-03-01", "--to=2099-03-01"], "5 years"),
    ],
)
def test_find_openings_fails_with_a_reason(args, why):
    named = {
        "slug": make.practice().clinic.slug,
        "monday": monday(),
        "sunday": monday() - timedelta(days=1),
    }

    code, _, err = run("find_openings", *(arg.format(**named) for arg in args))

    assert code == 1
    assert why in err


def test_find_openings_refuses_wrong_usage():
    with pytest.raises(CommandError, match="name days"):
        run("find_openings", "x", "y", "--weekdays=someday")


@pytest.mark.parametrize("command", ["find_openings", "check_booking"])
def test_help_has_examples_and_exit_codes(command, capsys):
    with pytest.raises(SystemExit):
        call_command(command, "--help")

    text = capsys.readouterr().out
    assert "examples:" in text
    assert "exit codes:" in text


def test_check_booking_finds_nothing_wrong_with_ordinary_visits():
    at = make.practice()
    at.book()
    hold(at, start=NINE + minutes(60), lasts=timedelta(days=36_500))

    code, out, _ = run("check_booking")

    assert (code, out) == (
        0,
        "Nothing wrong (1 visits, 1 holds, 4 live reservations).\n",
    )


def hold(at, **fields):
    return holds.hold(
        clinic_id=at.clinic.pk, visit_type="consultation", by=BY, now=NOW, **fields
    )


def checks(now=NOW):
    return {finding.check for finding in booking_checks.findings(now)}


def test_check_booking_fails_in_words_and_json():
    visit = make.practice().book()
    Appointment.objects.update(status="cancelled")

    code, out, _ = run("check_booking", "--json")

    found = json.loads(out)["findings"]
    assert code == 1
    assert {f["check"] for f in found} == {"ended visits"}
    assert str(visit.pk) in found[0]["text"]
    assert "is live, but its visit" in run("check_booking")[1]


def test_finds_live_reservations_of_ended_holds():
    held = hold(make.practice(), start=NINE)
    Hold.objects.update(ended_at=NOW, ended_as="released")

    assert checks() == {"ended holds"}
    assert held.reservations.count() == 2


def test_finds_live_reservations_of_holds_expired_for_an_hour():
    hold(make.practice(), start=NINE, lasts=minutes(10))

    assert booking_checks.findings(NOW + minutes(69)) == []
    assert booking_checks.findings(NOW + minutes(71)) != []


def test_a_jump_of_a_demos_clock_makes_no_finding_of_a_hold():
    at = make.practice()
    hold(at, start=NINE, lasts=minutes(10))
    clock.set_to(NOW + timedelta(days=3))

    assert run("check_booking")[0] == 0
    assert checks(clock.now()) == {"ended holds"}
