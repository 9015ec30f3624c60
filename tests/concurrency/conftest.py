"""After every race: the checker finds nothing, and PostgreSQL counted no deadlock."""

import pytest

from core import locks
from scheduling.consistency import checks as booking_checks
from tests import lock_order
from tests.factories.clinics import NOW
from tests.rivals import deadlocks


@pytest.fixture(autouse=True)
def nothing_wrong_at_the_end(request, committed_db):
    """Only the owner can break the schema; a test that asks for that role says itself
    what must be found. Without locks, deadlocks are what is to be expected."""
    yield
    names = request.fixturenames
    if "owner_connection" not in names:
        assert booking_checks.findings(NOW) == []
    if "without_locks" not in names:
        assert deadlocks() == 0


@pytest.fixture
def watch():
    """Fails the test if any transaction locks out of order."""
    with lock_order.watched() as watching:
        yield watching
    assert watching.faults == []


@pytest.fixture
def without_locks(monkeypatch):
    """Rows are read as ever, but nobody queues for them."""
    monkeypatch.setattr(locks, "lock", lambda rows: list(rows.order_by("pk")))
