"""What the tests of patients share: the events told, the errors named."""

from collections import defaultdict

import pytest

from core import events as core_events
from patients import events

EVENTS = [
    kind
    for kind in vars(events).values()
    if isinstance(kind, type)
    and issubclass(kind, core_events.Event)
    and kind is not core_events.Event
]


@pytest.fixture
def told(monkeypatch):
    """Every event of patients published in the test, in order; nobody else hears."""
    heard = []
    subscribers = defaultdict(list, {kind: [heard.append] for kind in EVENTS})
    monkeypatch.setattr(core_events, "_subscribers", subscribers)
    return heard


def errors_of(problem):
    """pointer → detail of the Invalid caught by pytest.raises."""
    return {error.pointer: error.detail for error in problem.value.errors}
