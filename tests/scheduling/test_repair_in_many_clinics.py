"""If nobody interferes, every plan is carried out as it is, and taken back wholly."""

from datetime import datetime

import pytest

from scheduling.models import Conflict
from tests.scheduling.acts import live
from tests.scheduling.broken_days import plans
from tests.scheduling.repairing import apply, as_booked, check_clean, states, undo

pytestmark = pytest.mark.usefixtures("committed_db")


def in_the_way():
    return list(Conflict.objects.filter(resolved_at=None).order_by("pk"))


def planned(line):
    return {
        (
            claim["need"],
            claim["resource"],
            datetime.fromisoformat(claim["start"]),
            datetime.fromisoformat(claim["end"]),
        )
        for claim in line.claims
    }


def has(line):
    wanted = ("need", "resource", "starts_at", "ends_at")
    return set(live(line.appointment).values_list(*wanted))


@pytest.mark.parametrize("part", range(3))
def test_each_line_comes_out_as_planned_and_goes_back(part):
    for plan in plans(range(part * 7, part * 7 + 7)):
        before, opened = as_booked(), in_the_way()

        apply(plan)

        assert set(states(plan)) == {"done"}, plan.lines.values("position", "detail")
        for line in plan.lines.exclude(way="call"):
            assert has(line) == planned(line)
        undo(plan)
        assert (plan.state, as_booked(), in_the_way()) == ("undone", before, opened)
    check_clean()
