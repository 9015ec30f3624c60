"""Senders that are killed, die at any point, or are frozen: nothing lost or doubled."""

import json
import subprocess
import sys

import pytest

from notifications.domain.catalogue import KINDS
from tests.conftest import ROOT
from tests.faults.sizes import FULL, size
from tests.notifications.conftest import environment

PATIENCE_SECONDS = size(300, 3600)
CAPABILITIES = ("idempotent", "callback", "opaque")


@pytest.fixture
def senders(committed_db):
    """Run the program of dying senders on a database of its own: what it printed."""

    def run(*asked):
        command = [sys.executable, "-W", "ignore", "-m", "tests.faults.senders"]
        done = subprocess.run(
            [*command, *map(str, asked)],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        # Whatever was logged stands before it.
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_sender_that_dies_at_any_point_loses_and_doubles_nothing(senders, capability):
    told = senders("points", capability, size(1, 2), size(3, 0))

    for kind, fates in told.items():
        assert len(fates) >= 25
        for point, fate in enumerate(fates):
            must_arrive = KINDS[kind].must_arrive
            assert is_right(fate, capability, must_arrive), (kind, point, fate)
        assert 1 in {fate["copies"] for fate in fates}


def is_right(fate, capability, must_arrive):
    """Once; where nobody can know, listed: an extra copy only of what must arrive."""
    arrived = fate["state"] in ("accepted", "delivered")
    if capability != "opaque":
        return arrived and fate["copies"] == 1
    if not arrived:
        in_doubt = fate["state"] == "uncertain" and fate["listed"]
        return in_doubt and fate["copies"] <= (2 if must_arrive else 1)
    again = must_arrive and fate["doubts"] > 0
    return fate["copies"] == 1 or (again and fate["copies"] == 2)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_senders_killed_at_random_lose_nothing_and_send_nothing_after_a_cancellation(
    senders, capability
):
    messages, kills = size(300, 5000), size(20, 120)

    told = senders("kills", capability, messages, kills, 7)

    assert told["kills"] >= kills
    assert told["messages"] == messages + 1
    assert told["told"] + told["cancelled"] + told["uncertain"] == messages + 1
    assert (told["lost"], told["unknown_to_us"]) == (0, 0)
    assert told["after_cancellation"] == 0
    assert told["not_told_it_is_off"] == 0
    assert told["doubled_unlisted"] == 0
    assert told["faults"] == []
    if capability == "opaque":
        # Only what was killed twice in its call, and a person is asked about each.
        assert told["uncertain_unlisted"] == 0
        assert told["most_copies"] <= 2
    else:
        # Five minutes after the last of them died.
        assert (told["doubled"], told["uncertain"]) == (0, 0)


@pytest.mark.parametrize("capability", ["idempotent", "opaque"])
def test_a_sender_frozen_beyond_its_lease_doubles_nothing_that_is_not_listed(
    senders, capability
):
    messages = size(60, 200)

    told = senders("frozen", capability, messages)

    assert told["told"] + told["uncertain"] == messages + 1
    assert (told["lost"], told["unknown_to_us"]) == (0, 0)
    assert told["doubled_unlisted"] == 0
    # Nothing can help inside the call: one more copy, and it is said.
    assert told["doubled"] <= (0 if capability == "idempotent" else 1)


def test_the_suite_runs_small_sizes_and_the_bench_the_full_ones():
    assert size(1, 2) == (2 if FULL else 1)
