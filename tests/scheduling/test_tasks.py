"""The job that ends holds whose time is over."""

import pytest

from core import clock
from scheduling.booking import holds
from scheduling.models import Hold
from scheduling.tasks import release_expired_holds
from tests.factories import scheduling as make
from tests.factories.scheduling import BY, NINE, minutes

pytestmark = pytest.mark.django_db


def test_the_job_ends_expired_holds_and_running_it_twice_is_once(monkeypatch):
    at = make.practice()
    made = NINE - minutes(600)
    held = holds.hold(
        clinic_id=at.clinic.pk,
        visit_type="consultation",
        start=NINE,
        lasts=minutes(10),
        by=BY,
        now=made,
    )
    monkeypatch.setattr(clock, "now", lambda: made + minutes(10))

    assert (release_expired_holds(), release_expired_holds()) == (1, 0)
    assert Hold.objects.get(pk=held.pk).ended_as == "expired"
    assert at.book().status == "booked"
