"""A request that dies at any point changes nothing or all, and its key ends it (F3)."""

import json
import subprocess
import sys

from tests.conftest import ROOT
from tests.faults.sizes import size
from tests.notifications.conftest import environment

PATIENCE_SECONDS = size(300, 3600)
ACTS = {"book", "move", "cancel", "confirm a hold", "open an absence", "sign"}


def test_an_act_that_dies_anywhere_is_whole_after_it_is_asked_again(committed_db):
    command = [sys.executable, "-W", "ignore", "-m", "tests.faults.acts"]
    done = subprocess.run(
        [*command, str(size(6, 200))],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])

    assert told.keys() == ACTS
    for name, found in told.items():
        assert found["points"] > 20, name
        assert any(found["whole"]), name
        assert found["strange"] == [], name
