"""Tasks over REST: red flags first, with what became known, for those who treat."""

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from patients.models import TaskNote
from patients.services import task_notes
from tests.factories import clinics as make_clinic
from tests.factories import patients as make
from tests.factories.clinics import NOW
from tests.factories.patients import BY

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return make_clinic.clinic()


def flag(clinic, tier=2):
    who = make.patient(clinic)
    task = make.task(clinic, kind="red-flag", tier=tier, patient_id=who.pk)
    task_notes.add(task_id=task.pk, text="Pain 9", by=BY, now=NOW)
    return task


def listed(clinic, role):
    key = make_clinic.api_key(make_clinic.membership(role, clinic))
    client = Client(headers={"Authorization": f"Bearer {key}"})
    return client.get("/api/v1/tasks/").json()["results"]


def test_red_flags_come_by_tier_and_before_what_is_due_sooner(clinic):
    make.task(clinic, due_at=NOW)
    tiers = [flag(clinic, tier).tier for tier in (3, 1, 2)]

    assert [one["tier"] for one in listed(clinic, "nurse")] == [*sorted(tiers), None]


@pytest.mark.parametrize(
    ("role", "texts"), [("nurse", ["Pain 9"]), ("coordinator", [])]
)
def test_what_a_patient_told_is_for_those_who_treat(clinic, role, texts):
    flag(clinic)

    [one] = listed(clinic, role)
    assert [note["text"] for note in one["notes"]] == texts


def test_a_note_is_never_changed(clinic):
    flag(clinic)

    with connection.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("UPDATE patients_tasknote SET text = 'Pain 1'")


def test_a_long_note_is_cut_rather_than_lost(clinic):
    task = make.task(clinic)

    task_notes.add(task_id=task.pk, text="x" * 3000, by=BY, now=NOW)

    assert len(TaskNote.objects.get().text) == 2000
