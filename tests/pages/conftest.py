"""A clinic with a day's visits, and browsers signed in as its people."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from core import clock
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories import scheduling
from tests.factories import waitlist as waits
from tests.factories.scheduling import NINE

# Wednesday 8:30 in Houston, half an hour before the visit that is booked first.
NOW = datetime(2026, 9, 2, 13, 30, tzinfo=UTC)
THURSDAY = NINE + timedelta(days=1)


@pytest.fixture
def practice(db):
    clock.set_to(NOW)
    return scheduling.practice()


@pytest.fixture
def coordinator(practice) -> Client:
    return browser(make.membership("coordinator", at=practice.clinic))


@pytest.fixture
def auditor(practice) -> Client:
    return browser(make.membership("auditor", at=practice.clinic))


@pytest.fixture
def freed(practice):
    """The opening that a cancelled visit of Thursday at nine leaves."""
    return waits.freed(practice, start=THURSDAY, now=NOW)
