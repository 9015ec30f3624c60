"""Openings kept aside: made, booked, given back, expired."""

from datetime import timedelta

import pytest

from core.problems import Invalid, NotFound
from core.refusal import Refused
from scheduling.booking import holds
from scheduling.booking.errors import InvalidStart, SlotTaken
from scheduling.models import Hold
from scheduling.visit_types.variation import Variation
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.acts import at_hold, last_entry, live

pytestmark = pytest.mark.django_db


def test_a_hold_keeps_others_out():
    at = make.practice()
    at_hold(at)

    with pytest.raises(SlotTaken):
        at.book()


def test_a_hold_lasts_longer_for_staff():
    at = make.practice()

    by_job = at_hold(at)
    by_staff = at_hold(
        at, start=NINE + timedelta(days=7), by=make.make.actor("coordinator", at.clinic)
    )

    assert by_job.expires_at - NOW == timedelta(minutes=10)
    assert by_staff.expires_at - NOW == timedelta(hours=48)


def test_a_hold_never_outlasts_its_opening():
    at = make.practice()

    held = at_hold(at, by=staff(at))

    assert held.expires_at == NINE


def test_booking_a_hold_takes_over_its_reservations():
    at = make.practice()
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk)
    rows = set(live(held).values_list("pk", flat=True))

    visit = at.book(patient, hold_id=held.pk)

    held.refresh_from_db()
    assert set(live(visit).values_list("pk", flat=True)) == rows
    assert held.ended_as == "booked"


def test_an_expired_hold_cannot_be_booked():
    at = make.practice()
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk, lasts=minutes(10))

    with pytest.raises(SlotTaken):
        at.book(patient, hold_id=held.pk, now=NOW + minutes(10))


def test_a_hold_that_lost_a_resource_cannot_be_booked():
    at = make.practice()
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk)
    live(held).filter(resource=at.one("clinician")).update(released_at=NOW)

    with pytest.raises(SlotTaken):
        at.book(patient, hold_id=held.pk)


def test_another_patients_hold_is_not_found():
    at = make.practice()
    held = at_hold(at, patient_id=at.patient().pk)

    with pytest.raises(NotFound):
        at.book(at.patient(), hold_id=held.pk)


def test_a_hold_is_booked_at_its_own_start_only():
    at = make.practice()
    held = at_hold(at)

    with pytest.raises(InvalidStart, match="another start"):
        at.book(hold_id=held.pk, start=NINE + minutes(5))


def test_releasing_a_hold_frees_the_time():
    at = make.practice()
    held = at_hold(at)

    holds.release(hold_id=held.pk, by=BY, now=NOW)

    assert at.book().status == "booked"
    assert last_entry(f"hold:{held.pk}").name == "hold.released"


def test_expired_holds_are_released_and_standing_ones_kept():
    at = make.practice()
    short = at_hold(at, lasts=minutes(10), patient_id=at.patient().pk)
    long = at_hold(at, start=NINE + minutes(60), lasts=minutes(60))

    ended = holds.release_expired_holds(by=BY, now=NOW + minutes(10))

    assert ended == 1
    assert Hold.objects.get(pk=short.pk).ended_as == "expired"
    assert not live(short).exists()
    assert live(long).count() == 2


def staff(at):
    return make.make.actor("coordinator", at.clinic)


def test_a_held_opening_is_booked_with_its_own_variation(allowed):
    at = make.practice()
    patient = at.patient()
    two = Variation(targets=2, sedation="oral")
    held = at_hold(
        at, visit_type="bmc-ultrasound", patient_id=patient.pk, variation=two
    )

    visit = at.book(patient, hold_id=held.pk)

    assert Variation.from_data(visit.variation) == two
    assert (visit.start, visit.end) == (held.start, held.end)


def test_an_extended_hold_stands_longer():
    at = make.practice()
    by = staff(at)
    held = at_hold(at, by=by, start=NINE + timedelta(days=7))

    longer = holds.extend(hold_id=held.pk, by=by, now=NOW + timedelta(hours=24))

    assert longer.expires_at == NOW + timedelta(hours=72)
    assert last_entry(f"hold:{held.pk}").name == "hold.extended"


def test_an_extension_lasts_as_long_as_asked_for():
    at = make.practice()
    held = at_hold(at, by=staff(at), lasts=minutes(30))

    longer = holds.extend(hold_id=held.pk, lasts=minutes(60), by=staff(at), now=NOW)

    assert longer.expires_at == NOW + minutes(60)


def test_an_extension_never_shortens():
    at = make.practice()
    held = at_hold(at, by=staff(at), lasts=minutes(90))

    refused = holds.extend(hold_id=held.pk, lasts=minutes(60), by=staff(at), now=NOW)

    assert [reason.code for reason in refused.reasons] == ["hold-longer"]


def test_an_extension_ends_when_the_visit_would_start():
    at = make.practice()
    held = at_hold(at, by=staff(at), lasts=minutes(30))

    longer = holds.extend(hold_id=held.pk, by=staff(at), now=NOW)

    assert longer.expires_at == NINE


def test_a_hold_until_its_visit_would_start_says_that_it_gets_no_longer():
    at = make.practice()
    held = at_hold(at, by=staff(at))

    refused = holds.extend(hold_id=held.pk, by=staff(at), now=NOW + minutes(60))

    assert [reason.code for reason in refused.reasons] == ["hold-start"]
    assert "until it begins" in refused.reasons[0].text


def test_an_extension_by_seconds_says_that_nothing_would_change():
    at = make.practice()
    held = at_hold(at, by=staff(at), start=NINE + timedelta(days=7))

    soon = NOW + timedelta(seconds=20)
    refused = holds.extend(hold_id=held.pk, by=staff(at), now=soon)

    assert [reason.code for reason in refused.reasons] == ["hold-longer"]


def test_staff_extend_by_48_hours_at_a_time():
    at = make.practice()
    held = at_hold(at, by=staff(at))

    with pytest.raises(Invalid, match="48 hours at a time"):
        holds.extend(hold_id=held.pk, lasts=timedelta(hours=49), by=staff(at), now=NOW)


def test_a_hold_of_staff_stands_7_days_in_all():
    at = make.practice()
    by, start = staff(at), NINE + timedelta(days=28)
    held = at_hold(at, by=by, start=start)
    for day in range(1, 6):
        held = holds.extend(hold_id=held.pk, by=by, now=NOW + timedelta(days=day))

    refused = holds.extend(hold_id=held.pk, by=by, now=NOW + timedelta(days=6))

    assert held.expires_at == NOW + timedelta(days=7)
    assert isinstance(refused, Refused)
    assert "7 days at most" in refused.reasons[0].text


def test_a_hold_on_the_web_stands_30_minutes_in_all():
    at = make.practice()
    held = at_hold(at)
    for minute in (9, 18, 27):
        held = holds.extend(hold_id=held.pk, by=BY, now=NOW + minutes(minute))

    refused = holds.extend(hold_id=held.pk, by=BY, now=NOW + minutes(29))

    assert held.expires_at == NOW + minutes(30)
    assert "30 minutes at most" in refused.reasons[0].text


@pytest.mark.parametrize("late", [10, 60])
def test_a_hold_that_is_over_is_not_extended(late):
    at = make.practice()
    held = at_hold(at)

    refused = holds.extend(hold_id=held.pk, by=BY, now=NOW + minutes(late))

    held.refresh_from_db()
    assert [reason.code for reason in refused.reasons] == ["hold-over"]
    assert held.expires_at == NOW + minutes(10)
    assert last_entry(f"hold:{held.pk}").name == "hold.extend.refused"


def test_a_hold_that_lost_a_resource_is_not_extended():
    at = make.practice()
    held = at_hold(at)
    live(held).filter(resource=at.one("clinician")).update(released_at=NOW)

    refused = holds.extend(hold_id=held.pk, by=BY, now=NOW + minutes(5))

    assert [reason.code for reason in refused.reasons] == ["hold-over"]


def test_another_clinics_hold_is_not_extended():
    held, other = at_hold(make.practice()), make.practice({})

    with pytest.raises(NotFound):
        holds.extend(hold_id=held.pk, clinic_id=other.clinic.pk, by=BY, now=NOW)


def test_a_patient_has_two_holds_at_most():
    at = make.practice()
    patient = at.patient()
    for hours in (0, 1):
        at_hold(at, start=NINE + timedelta(hours=hours), patient_id=patient.pk)

    third = {"start": NINE + timedelta(hours=2), "patient_id": patient.pk}
    refused = at_hold(at, **third)

    assert [reason.code for reason in refused.reasons] == ["too-many-holds"]
    assert at_hold(at, **third, now=NOW + minutes(10)).ended_at is None
