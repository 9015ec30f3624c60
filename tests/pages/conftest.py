"""A clinic with a day's visits, and browsers signed in as its people."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from core import clock
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories import scheduling

# Wednesday 8:30 in Houston, half an hour before the visit that is booked first.
NOW = datetime(2026, 9, 2, 13, 30, tzinfo=UTC)


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
