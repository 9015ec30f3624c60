"""The demo loads whatever the date."""

from datetime import UTC, datetime

import pytest

from pages.demo import seed
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db


def test_where_a_case_has_a_time_the_clinic_around_it_takes_the_next():
    friday = datetime(2026, 11, 27, 7, 25, tzinfo=UTC)

    seed.seed(friday)

    ahead = Appointment.objects.filter(during__startswith__gt=friday, status="booked")
    assert ahead.exists()
