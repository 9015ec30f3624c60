"""Choice of the provider that carries a text."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from notifications import channels
from notifications.domain import shares
from notifications.domain.shares import BACK_EVERY, MOST_OFF, STEP
from tests.factories.notifications import NOW

RESTING = {"twilio": 80, "telnyx": 20}


def share_of(name, *, off=None, usable=("twilio", "telnyx"), resting=RESTING):
    weights = shares.weights(resting, off or {})
    points = [number / 1000 for number in range(1000)]
    found = Counter(shares.pick(weights, usable, point) for point in points)
    return found[name] / 1000


def test_at_rest_each_carries_its_weight():
    assert share_of("twilio") == pytest.approx(0.8, abs=0.002)
    assert share_of("telnyx") == pytest.approx(0.2, abs=0.002)


def test_a_failing_one_carries_less_and_never_nothing():
    found = []
    off = 0
    for _ in range(12):
        off = shares.after_failures(off, 1)
        found.append(share_of("twilio", off={"twilio": off}))

    assert found == sorted(found, reverse=True)
    assert off == MOST_OFF
    assert found[-1] == pytest.approx(8 / 28, abs=0.002)


def test_it_has_its_weight_back_step_by_step():
    steps = [
        shares.off_now(MOST_OFF, NOW, NOW + number * BACK_EVERY) for number in range(12)
    ]

    assert steps == [*range(MOST_OFF, 0, -STEP), 0, 0, 0]
    assert shares.off_now(50, NOW, NOW - timedelta(hours=1)) == 50
    assert shares.off_now(50, None, NOW) == 0


def test_when_one_cannot_the_other_takes_all():
    assert share_of("telnyx", usable=["telnyx"]) == 1
    assert shares.pick(shares.weights(RESTING, {}), [], 0.5) is None


def test_a_stand_by_carries_only_what_no_other_can():
    resting = {"twilio": 100, "telnyx": 0}

    assert share_of("telnyx", resting=resting) == 0
    assert share_of("telnyx", resting=resting, usable=["telnyx"]) == 1


def test_who_has_just_failed_a_message_is_asked_last():
    weights = shares.weights(RESTING, {})

    assert shares.pick(weights, list(RESTING), 0.1, avoid="twilio") == "telnyx"
    assert shares.pick(weights, ["twilio"], 0.1, avoid="twilio") == "twilio"


def test_the_ids_of_messages_spread_evenly():
    points = [
        shares.point_of(UUID(int=number * 7919), attempts)
        for number in range(500)
        for attempts in (0, 1)
    ]

    assert all(0 <= point < 1 for point in points)
    assert sum(point < 0.8 for point in points) == pytest.approx(800, abs=60)


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ("twilio", {"twilio": 100}),
        ("twilio:80,telnyx:20", {"twilio": 80, "telnyx": 20}),
        (" twilio:80 , telnyx:0", {"twilio": 80, "telnyx": 0}),
        ("twilio:many", {"twilio": -1}),
        ("none", {"none": 100}),
    ],
)
def test_the_setting_is_read(setting, found):
    assert channels.parsed(setting) == found
