"""`any_of` finds what `in` finds, whatever the column holds, by one parameter."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import ContactPoint, Patient
from tests.factories import scheduling as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def both():
    at = make.practice()
    return [at.patient(sms_consent=True), at.patient(sms_consent=True)]


def test_ids_relations_numbers_and_texts_are_found(both):
    ids = [patient.pk for patient in both]
    numbers = list(ContactPoint.objects.values_list("value", flat=True))

    assert Patient.objects.filter(pk__any_of=ids).count() == 2
    assert Patient.objects.filter(clinic__any_of={both[0].clinic_id}).count() == 2
    points = ContactPoint.objects.filter(patient__any_of=ids[:1])
    assert {point.patient_id for point in points} == {ids[0]}
    assert ContactPoint.objects.filter(value__any_of=numbers).count() == len(numbers)
    assert not ContactPoint.objects.filter(value__any_of=['{"', "',"]).exists()


def test_none_of_nothing_is_found_and_all_are_left(both):
    assert not Patient.objects.filter(pk__any_of=[]).exists()
    assert Patient.objects.exclude(pk__any_of=[]).count() == 2
    assert Patient.objects.exclude(pk__any_of=[both[0].pk]).get() == both[1]


def test_a_hundred_ids_are_one_parameter(both):
    with CaptureQueriesContext(connection) as statements:
        list(Patient.objects.filter(pk__any_of=[both[0].pk] * 100))

    assert statements[0]["sql"].count("'") == 2
