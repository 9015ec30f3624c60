"""Resources, hours and visit types; and what a booking costs."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from core import events
from core.problems import Invalid
from scheduling.booking import book
from scheduling.setup import services as setup
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.acts import act

pytestmark = pytest.mark.django_db


def test_booking_takes_few_statements(allowed, monkeypatch):
    monkeypatch.setattr(events, "_subscribers", events.defaultdict(list))
    at = make.practice()
    patient = at.patient()

    with CaptureQueriesContext(connection) as statements:
        at.book(patient, visit_type="bmc-ultrasound")

    counted = [
        q["sql"]
        for q in statements
        if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "SET"))
    ]
    assert len(counted) <= 17, "\n".join(counted)


def test_a_new_version_of_a_type_leaves_booked_visits_alone():
    at = make.practice(ship=False)
    make.visit_type(at.clinic)
    visit = at.book(visit_type="visit")

    newer = make.visit_type(
        at.clinic, make.PhaseSpec("Visit", 0, 60, (make.NeedSpec(("clinician",)),))
    )
    moved = act(book.move, visit, start=NINE + minutes(60))

    assert (newer.version, newer.active) == (2, True)
    assert moved.end - moved.start == minutes(30)
    assert at.book(visit_type="visit", start=NINE + minutes(120)).end == NINE + minutes(
        180
    )


def test_a_visit_type_the_engine_cannot_offer_is_refused():
    at = make.practice({})
    pair = make.NeedSpec(("nurse",), key="n", count=2)
    one = make.NeedSpec(("nurse",), same_as="n")

    with pytest.raises(Invalid, match="same number"):
        make.visit_type(
            at.clinic,
            make.PhaseSpec("A", 0, 5, (pair,)),
            make.PhaseSpec("B", 5, 5, (one,)),
        )


def test_hours_that_overlap_are_refused():
    at = make.practice({})
    bad = {0: [(make.time(8), make.time(12)), (make.time(11), make.time(13))]}

    with pytest.raises(Invalid, match="do not overlap"):
        setup.set_hours(clinic_id=at.clinic.pk, hours=bad, by=BY, now=NOW)


def test_shipping_visit_types_twice_changes_nothing():
    at = make.practice({})

    assert setup.ship_visit_types(clinic=at.clinic, by=BY, now=NOW) == []


def test_one_active_version_is_the_databases_word():
    at = make.practice(ship=False)
    first = make.visit_type(at.clinic)
    make.visit_type(at.clinic)
    first.active = True

    with pytest.raises(IntegrityError):
        first.save()
