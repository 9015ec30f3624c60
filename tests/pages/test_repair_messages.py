"""The page of a plan's messages, for many visits as for few."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from notifications.services import reviews
from patients.services import consents
from scheduling.models import RepairLine
from tests.factories import repair, scheduling
from tests.factories.scheduling import NINE, minutes
from tests.pages.conftest import NOW
from tests.scheduling.acts import WHO, away

pytestmark = pytest.mark.django_db

THURSDAY = NINE.replace(day=3)
ROWS = 6


@pytest.fixture
def practice(db):
    clock.set_to(NOW)
    return scheduling.practice({**scheduling.ONE_OF_EACH, "clinician": 2})


def a_plan(practice, visits, day=THURSDAY):
    """So many patients who agreed to texts move, as nobody else is free that day."""
    one, other = practice.by_kind["clinician"]
    for number in range(visits):
        who = practice.patient(language="es" if number % 2 else "en")
        consents.grant(patient_id=who.pk, channel="sms", **WHO)
        practice.book(who, clinician=one.pk, start=day + minutes(60 * number))
    hours = {"start": day - minutes(60), "end": day + minutes(480)}
    away(practice, resource_id=other.pk, **hours)
    absence = away(practice, resource_id=one.pk, **hours)
    return repair.propose(absence_id=absence.pk, clinic_id=practice.clinic.pk, **WHO)


def asked_for(client, plan):
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("staff:repair_messages", args=[plan.pk]))
    return len(asked), page.content.decode()


def test_six_visits_are_as_many_statements_as_two(coordinator, practice):
    reviews.approve(clinic_id=practice.clinic.pk, language="es", **WHO)
    few = a_plan(practice, 2)
    many = a_plan(practice, ROWS, THURSDAY + timedelta(days=7))

    asked_for(coordinator, few)  # What is read once per process is read here.
    for_two, page = asked_for(coordinator, few)
    for_six, longer_page = asked_for(coordinator, many)

    assert page.count('class="message"') == 2
    assert longer_page.count('class="message"') == ROWS
    assert longer_page.count('class="message" lang="es"') == ROWS // 2
    assert for_six == for_two


def test_six_patients_to_telephone_are_as_many_statements_as_two(coordinator, practice):
    plans = [a_plan(practice, 2), a_plan(practice, ROWS, THURSDAY + timedelta(days=7))]
    RepairLine.objects.update(way="call", start=None)

    asked_for(coordinator, plans[0])
    for_two, for_six = (asked_for(coordinator, plan) for plan in plans)

    assert f"Phone first ({ROWS})" in for_six[1]
    assert for_six[0] == for_two[0]
