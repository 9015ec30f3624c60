"""Every interleaving of two acts comes out as if one had come after the other."""

from datetime import time

import pytest

from core.db import unit_of_work
from core.refusal import Refused
from scheduling.consistency import checks as booking_checks
from scheduling.models import Resource
from tests.concurrency.days import Day
from tests.concurrency.interleaving import Harness
from tests.concurrency.pairs import PAIRS
from tests.factories import scheduling as make
from tests.factories.clinics import NOW

# Gone while it is matched, an opening is taken; gone before, it suits nobody.
GONE = {"SlotTaken", "NotForThem", "NobodyMatches"}
ALWAYS = {weekday: [(time(0), time(0))] for weekday in range(7)}


def told(result):
    """An outcome, as it can be compared with another day's."""
    if isinstance(result, Refused):
        return "Refused", tuple(reason.code for reason in result.reasons)
    name = type(result).__name__
    return "gone" if name in GONE else name


def one_after_the_other(day, acts, order):
    results = {}
    for which in order:
        try:
            results[which] = unit_of_work(acts[which])
        except Exception as error:  # noqa: BLE001  (compared, not hidden)
            results[which] = error
    outcome = told(results[0]), told(results[1]), day.facts()
    day.is_over()
    return outcome


@pytest.mark.parametrize(
    ("arrange", "points"),
    PAIRS.items(),
    ids=[arrange.__name__ for arrange in PAIRS],
)
def test_every_interleaving_is_as_one_after_the_other(arrange, points, watch):
    at = make.practice({"clinician": 1, "consult_room": 1}, hours=ALWAYS, ship=False)
    make.visit_type(at.clinic)
    serial = [
        one_after_the_other(day, arrange(day), order)
        for number, order in enumerate([(0, 1), (1, 0)])
        for day in [Day(at, number)]
    ]

    seen, stopped = [], [set(), set()]
    with Harness() as harness:
        for number, order in enumerate(harness.orders(), start=len(serial)):
            day = Day(at, number)
            one, other = harness.run(arrange(day), order)
            seen.append((told(one), told(other), day.facts()))
            for stops, passed in zip(stopped, harness.passed, strict=True):
                stops.add(tuple(passed))
            day.is_over()
            assert seen[-1] in serial, (order, harness.passed, one, other)
            # All of the checker's questions are asked of all days at the end.
            assert booking_checks.findings(NOW, ["overlaps", "patients"]) == [], order

    assert [outcome for outcome in serial if outcome not in seen] == []
    assert tuple(max(stops, key=len) for stops in stopped) == points


def test_acts_that_do_not_lock_are_caught():
    at = make.practice({"clinician": 1}, hours=ALWAYS, ship=False)
    pk = at.one("clinician").pk

    def add(letter):
        """Read, then write: whoever writes last has not seen the other."""
        resource = Resource.objects.get(pk=pk)
        resource.name += letter
        resource.save()

    names = set()
    with Harness() as harness:
        for order in harness.orders():
            Resource.objects.filter(pk=pk).update(name="")
            harness.run([lambda: add("a"), lambda: add("b")], order)
            names.add(Resource.objects.get(pk=pk).name)
            assert harness.passed == [["write", "commit"]] * 2

    assert names - {"ab", "ba"} == {"a", "b"}
