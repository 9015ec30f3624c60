"""Nobody is written to while days are lived at random: that has tests of its own."""

from collections import defaultdict

import pytest

from core import events


@pytest.fixture(autouse=True)
def without_messages(monkeypatch):
    """Of those who hear of events, only the ones the acts themselves rest on."""
    kept = {
        kind: [one for one in heard if not one.__module__.startswith("notifications")]
        for kind, heard in events._subscribers.items()
    }
    monkeypatch.setattr(events, "_subscribers", defaultdict(list, kept))
