"""Who listens and who objects in these tests."""

import pytest

from core import events
from scheduling.services import rules


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
