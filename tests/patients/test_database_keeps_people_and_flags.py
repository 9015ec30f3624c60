"""Record numbers, red flags, links and keys that SQL may not change."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from clinics.models import ApiKey
from tests.factories import clinics as make
from tests.factories.clinics import NOW
from tests.factories.patients import link, patient, task

pytestmark = pytest.mark.django_db


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def refused(words, statement, *values):
    with pytest.raises(IntegrityError, match=words):
        run(statement, *values)


def test_a_patient_keeps_their_record_number_and_clinic():
    one, other = patient(), make.clinic()

    change = "UPDATE patients_patient SET {} WHERE id = %s"
    assert run(change.format("language = 'es'"), one.pk) == 1
    refused("keeps their record number", change.format("mrn = 'CP-9'"), one.pk)
    refused(
        "keeps their record number", change.format(f"clinic_id = {other.pk}"), one.pk
    )


@pytest.mark.parametrize(
    "field",
    ["birth_date = '1990-01-01'", "given_name = 'Ana'", "biological_sex = 'male'"],
)
def test_who_a_patient_is_changes_with_a_version(field):
    one = patient()

    change = f"UPDATE patients_patient SET {field}{{}} WHERE id = %s"
    refused("with a new version only", change.format(""), one.pk)
    assert run(change.format(", version = version + 1"), one.pk) == 1
    refused("with a new version only", change.format(", version = 1"), one.pk)


CLOSE = (
    "UPDATE patients_task SET done_at = %s, done_by = 'staff:1', clinician_id = %s,"
    " contacted_at = %s, outcome = 'Spoke to her.' WHERE id = %s"
)


@pytest.mark.parametrize("tier", [1, 2])
def test_a_red_flag_is_closed_by_a_clinician_of_the_clinic(tier):
    doctor = make.membership("clinician")
    flag = task(doctor.clinic, tier=tier)
    nurse = make.membership("nurse", doctor.clinic)
    elsewhere = make.membership("clinician")

    for person in (nurse, elsewhere):
        refused(
            "once a clinician of the clinic", CLOSE, NOW, person.user_id, NOW, flag.pk
        )
    later = NOW + timedelta(hours=1)
    refused("once a clinician", CLOSE, NOW, doctor.user_id, later, flag.pk)
    assert run(CLOSE, NOW, doctor.user_id, NOW, flag.pk) == 1


def test_a_red_flag_keeps_its_tier_and_is_not_deleted():
    doctor = make.membership("clinician")
    flag = task(doctor.clinic, tier=1)

    refused("at its tier", "UPDATE patients_task SET tier = 4 WHERE id = %s", flag.pk)
    refused("at its tier", "UPDATE patients_task SET kind = 'x' WHERE id = %s", flag.pk)
    refused("not deleted", "DELETE FROM patients_task WHERE id = %s", flag.pk)
    assert run(CLOSE, NOW, doctor.user_id, NOW, flag.pk) == 1
    reopened = "UPDATE patients_task SET done_at = NULL, done_by = '' WHERE id = %s"
    refused("as it was closed", reopened, flag.pk)
    retold = "UPDATE patients_task SET outcome = 'Nobody called.' WHERE id = %s"
    refused("as it was closed", retold, flag.pk)


def test_a_link_opens_for_its_own_patient():
    one, other = patient(), patient()
    opened = link(one)

    change = "UPDATE patients_patientlink SET {} WHERE id = %s"
    assert run(change.format("revoked_at = now()"), opened.pk) == 1
    refused("its own patient", change.format(f"patient_id = '{other.pk}'"), opened.pk)
    refused("its own patient", change.format("purpose = 'offer'"), opened.pk)


def test_a_contact_is_ended_and_not_deleted():
    patient()

    refused("not deleted", "DELETE FROM patients_contactpoint")


def test_a_membership_and_a_key_stay_whose_they_are():
    member, other = make.membership("nurse"), make.membership("admin")
    make.api_key(member)
    key = ApiKey.objects.get(membership=member)

    moved = "UPDATE clinics_membership SET clinic_id = %s WHERE id = %s"
    refused("never changed", moved, other.clinic_id, member.pk)
    taken = "UPDATE clinics_apikey SET membership_id = %s WHERE id = %s"
    refused("never changed", taken, other.pk, key.pk)
    revoked = "UPDATE clinics_apikey SET revoked_at = {} WHERE id = %s"
    assert run(revoked.format("now()"), key.pk) == 1
    refused("never changed", revoked.format("NULL"), key.pk)


def test_a_clinic_may_not_let_time_outs_grow_old():
    here = make.clinic()
    change = "UPDATE clinics_clinic SET time_out_valid_minutes = %s WHERE id = %s"

    assert run(change, 10, here.pk) == 1
    refused("clinic_time_outs_are_fresh", change, 600, here.pk)


@pytest.mark.parametrize(
    "statement", ["TRUNCATE patients_task", "DROP TABLE patients_task"]
)
def test_the_app_has_rows_only(statement):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        run(statement)
