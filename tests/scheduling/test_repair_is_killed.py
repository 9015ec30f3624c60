"""The process that carries a plan out is killed; another one carries on."""

import subprocess
import sys

import pytest

from core.models import JournalEntry
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, RepairLine, RepairPlan
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.notifications.conftest import ROOT, environment
from tests.scheduling.repairing import TWO, a_plan, apply, start, start_undo

KILLED = -9
CARRY_ON = """
from datetime import datetime
from scheduling.repair import execution

execution.carry_on_all(now=datetime.fromisoformat({now!r}))
"""
DIE_AFTER = """
import os, signal
from scheduling.repair import execution

real, done = execution.attempt, []

def attempt(*args):
    if len(done) == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(args)
    real(*args)

execution.attempt = attempt
"""
DIE_INSIDE_A_LINE = """
import os, signal
from scheduling.models import RepairLine

RepairLine.save = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def at(committed_db):
    return make.practice(TWO)


@pytest.fixture
def plan(at):
    return a_plan(at, at.by_kind["clinician"][0], 0, 60, 120)


def carry_on(first=""):
    """In a process of its own: its return code."""
    code = f"import django; django.setup()\n{first}{CARRY_ON}"
    done = subprocess.run(
        [sys.executable, "-c", code.replace("{now!r}", repr(NOW.isoformat()))],
        cwd=ROOT,
        env=environment(),
        timeout=120,
        check=False,
    )
    return done.returncode


def count(state):
    return RepairLine.objects.filter(state=state).count()


def moves():
    """How often each visit was given somebody else, by the journal."""
    told = JournalEntry.objects.filter(name="appointment.reassigned")
    return sorted(told.values_list("stream", flat=True))


@pytest.mark.parametrize("after", [1, 2])
def test_killed_between_two_lines_another_process_moves_each_visit_once(plan, after):
    start(plan)

    assert carry_on(DIE_AFTER.format(after=after)) == KILLED
    assert (count("done"), count("proposed")) == (after, 3 - after)
    assert carry_on() == 0

    assert RepairPlan.objects.get().state == "applied"
    assert moves() == [
        f"appointment:{pk}"
        for pk in sorted(map(str, Appointment.objects.values_list("pk", flat=True)))
    ]
    assert booking_checks.findings(NOW) == []


def test_killed_inside_a_line_nothing_of_it_remains(plan):
    start(plan)

    assert carry_on(DIE_INSIDE_A_LINE) == KILLED
    assert (count("proposed"), moves()) == (3, [])
    assert carry_on() == 0

    assert (count("done"), len(moves())) == (3, 3)
    assert booking_checks.findings(NOW) == []


def test_killed_while_it_is_undone_another_process_takes_the_rest_back(plan):
    apply(plan)
    start_undo(plan, NOW)

    assert carry_on(DIE_AFTER.format(after=1)) == KILLED
    assert (count("undone"), count("done")) == (1, 2)
    assert carry_on() == 0

    assert (RepairPlan.objects.get().state, count("undone")) == ("undone", 3)
    back = JournalEntry.objects.filter(name="appointment.reassign_undone")
    assert len(set(back.values_list("stream", flat=True))) == back.count() == 3
    assert booking_checks.findings(NOW) == []
