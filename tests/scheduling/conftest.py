"""Who listens and who objects in these tests."""

import pytest

from core import events
from scheduling.booking import rules
from tests import lock_order


@pytest.fixture
def heard(monkeypatch):
    """The events published, in order."""
    told = []
    monkeypatch.setattr(events, "publish", told.append)
    return told


@pytest.fixture
def no_rules(monkeypatch):
    monkeypatch.setattr(rules, "_rules", [])


@pytest.fixture
def allowed(monkeypatch):
    """One rule that never objects."""
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])


@pytest.fixture
def in_lock_order():
    """Locks are taken in the one order there is."""
    with lock_order.watched() as watch:
        yield
    assert watch.faults == []


@pytest.fixture
def ill(at):
    """The clinician who falls ill; `at` is the practice of the file that asks."""
    return at.by_kind["clinician"][0]


@pytest.fixture
def other(at):
    """Who could stand in."""
    return at.by_kind["clinician"][1]
