"""What the database itself refuses, in plain SQL, as the app's role."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection
from psycopg.errors import CheckViolation

from patients.models import ChannelConsent, Enquiry, PatientLink
from tests.factories import clinics as make
from tests.factories.clinics import NOW
from tests.factories.patients import BY, enquiry, link, patient, task

pytestmark = pytest.mark.django_db

A_CLINIC = """
INSERT INTO clinics_clinic (name, short_name, slug, time_zone, phone, address,
  approval_valid_days, consent_valid_days, product_limit_minutes,
  time_out_valid_minutes, severe_policy, sends_on, next_mrn, created_at)
VALUES ('B', 'B', 'owner-b', 'UTC', '', '', 1, 1, 1, 1, 'hard', true, 1, now())
"""
A_PATIENT = """
INSERT INTO patients_patient (id, clinic_id, mrn, given_name, family_name,
  search_name, birth_date, biological_sex, sexual_development_disorder, language,
  time_zone, version, created_at)
SELECT gen_random_uuid(), id, 'X-1', 'A', 'B', ' a b', '1966-04-12', 'unknown', '',
  'en', '', 1, now() FROM clinics_clinic WHERE slug = 'owner-b'
"""
AN_ANSWER = """
INSERT INTO patients_channelconsent
  (patient_id, channel, granted, at, by, wording_version)
SELECT id, 'sms', true, now(), 'staff:1', 'sms-1' FROM patients_patient
 WHERE mrn = 'X-1'
"""


@pytest.fixture
def owner(owner_connection):
    """The owner, in a transaction that is taken back, with one patient's answer."""
    with owner_connection.transaction(force_rollback=True):
        for statement in (A_CLINIC, A_PATIENT, AN_ANSWER):
            owner_connection.execute(statement)
        # Else TRUNCATE is refused for another reason: checks still to be made.
        owner_connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield owner_connection


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(by, statement, *values, error=IntegrityError):
    """Run `statement`; the error must name `by`, the constraint or the rule."""
    with pytest.raises(error, match=by):
        run(statement, *values)


def test_the_app_is_not_the_owner():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, count(*) FROM pg_tables"
            " WHERE tableowner = current_user GROUP BY 1"
        )
        assert cursor.fetchone() is None


def test_a_patient_is_never_deleted():
    refused(
        "never changed",
        "DELETE FROM patients_patient WHERE id = %s",
        patient(phone="").pk,
    )


def test_patients_are_never_truncated():
    patient()

    refused(
        "permission denied|never changed",
        "TRUNCATE patients_patient CASCADE",
        error=DatabaseError,
    )


def test_not_even_the_owner_deletes_a_patient(owner):
    with pytest.raises(CheckViolation, match="never changed"):
        owner.execute("DELETE FROM patients_patient")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE patients_channelconsent SET granted = NOT granted",
        "DELETE FROM patients_channelconsent",
        "TRUNCATE patients_channelconsent",
    ],
)
def test_an_answer_to_a_channel_is_never_edited(statement):
    patient(sms_consent=True)

    with pytest.raises(ProgrammingError, match="permission denied"):
        run(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE patients_channelconsent SET granted = NOT granted",
        "DELETE FROM patients_channelconsent",
        "TRUNCATE patients_channelconsent",
    ],
)
def test_the_triggers_guard_answers_from_the_owner_as_well(owner, statement):
    with pytest.raises(CheckViolation, match="never changed"):
        owner.execute(statement)


def test_a_contact_keeps_its_value():
    patient()

    refused("never changed", "UPDATE patients_contactpoint SET value = '+17135550199'")


@pytest.mark.parametrize(
    ("system", "value"),
    [
        ("phone", "7135550101"),
        ("phone", "+0135550101"),
        ("phone", "+1713555010a"),
        ("phone", "someone@example.org"),
        ("email", "+17135550101"),
        ("email", "nobody"),
        ("fax", "+17135550101"),
    ],
)
def test_a_contact_has_the_shape_of_its_system(system, value):
    refused(
        "contact_value_has_the_shape_of_its_system",
        "INSERT INTO patients_contactpoint (id, patient_id, system, value, created_at)"
        " VALUES (gen_random_uuid(), %s, %s, %s, %s)",
        patient(phone="").pk,
        system,
        value,
        NOW,
    )


def test_one_contact_of_each_system_is_current():
    refused(
        "contact_one_current_of_each_system",
        "INSERT INTO patients_contactpoint (id, patient_id, system, value, created_at)"
        " VALUES (gen_random_uuid(), %s, 'phone', '+17135550199', %s)",
        patient().pk,
        NOW,
    )


def test_two_links_never_share_a_hash():
    marisol = patient()
    one, other = link(marisol), link(marisol)

    refused(
        "token_hash",
        "UPDATE patients_patientlink SET token_hash = %s WHERE id = %s",
        one.token_hash,
        other.pk,
    )


def test_a_subject_and_revision_has_one_link():
    marisol = patient()
    one, other = link(marisol), link(marisol)

    refused(
        "link_one_for_each_purpose_subject_revision",
        "UPDATE patients_patientlink SET subject = %s WHERE id = %s",
        one.subject,
        other.pk,
    )


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("token_hash", "a-token-itself-22-char", "link_stores_a_sha256"),
        ("failures", 5, "link_locks_at_the_fifth_failure"),
        ("failures", 6, "link_locks_at_the_fifth_failure"),
        ("locked_at", NOW, "link_locks_at_the_fifth_failure"),
        ("purpose", "cancel", "link_purpose_is_known"),
    ],
)
def test_a_link_keeps_its_rules(column, value, constraint):
    link(patient())

    refused(constraint, f"UPDATE patients_patientlink SET {column} = %s", value)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("language", "fr", "patient_language_is_spoken_here"),
        ("biological_sex", "f", "patient_sex_is_known_code"),
        ("birth_date", "1899-12-31", "patient_born_since_1900"),
        ("mrn", "", "patient_mrn_is_a_code"),
        ("mrn", "A 1", "patient_mrn_is_a_code"),
        ("version", 0, "patient_version_counts_from_one"),
    ],
)
def test_a_patient_keeps_its_rules(column, value, constraint):
    patient()

    refused(constraint, f"UPDATE patients_patient SET {column} = %s", value)


def test_a_patient_is_no_duplicate_of_itself():
    patient()

    refused(
        "patient_is_no_duplicate_of_itself",
        "UPDATE patients_patient SET duplicate_of_id = id",
    )


def test_a_record_number_is_given_once_at_a_clinic():
    here = make.clinic()
    patient(here, mrn="DEMO-1")
    other = patient(here)

    refused(
        "patient_mrn_is_unique_at_a_clinic",
        "UPDATE patients_patient SET mrn = 'demo-1' WHERE id = %s",
        other.pk,
    )


@pytest.mark.parametrize("tier", [1, 2])
@pytest.mark.parametrize("missing", ["clinician_id", "contacted_at", "outcome"])
def test_a_red_flag_is_not_closed_without(missing, tier):
    doctor = make.membership("clinician")
    given = {"clinician_id": doctor.user_id, "contacted_at": NOW, "outcome": "Seen."}
    given[missing] = "" if missing == "outcome" else None
    urgent = task(doctor.clinic, tier=tier)

    refused(
        "task_urgent_closes_with_clinician_contact_outcome",
        "UPDATE patients_task SET done_at = %s, done_by = 'staff:1',"
        " clinician_id = %s, contacted_at = %s, outcome = %s WHERE id = %s",
        NOW,
        *given.values(),
        urgent.pk,
    )


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("tier", 5, "task_tier_is_one_to_four"),
        ("done_at", NOW, "task_done_at_and_by_together"),
        ("acknowledged_by", "staff:1", "task_acknowledged_at_and_by_together"),
        ("text", "", "task_says_what_and_who"),
    ],
)
def test_a_task_keeps_its_rules(column, value, constraint):
    task()

    refused(constraint, f"UPDATE patients_task SET {column} = %s", value)


def test_a_subject_has_one_open_task_of_a_kind():
    here = make.clinic()
    task(here, subject="link:1")
    task(here, subject="link:2")

    refused(
        "task_open_once_for_a_subject", "UPDATE patients_task SET subject = 'link:1'"
    )


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("phone", "", "enquiry_can_be_answered"),
        ("phone", "713 555 0142", "enquiry_phone_is_e164"),
        ("language", "fr", "enquiry_language_is_spoken_here"),
        ("closed_at", NOW, "enquiry_closed_at_and_by_together"),
    ],
)
def test_an_enquiry_keeps_its_rules(column, value, constraint):
    enquiry()

    refused(constraint, f"UPDATE patients_enquiry SET {column} = %s", value)


def test_rows_of_no_patient_are_refused():
    stranger = "5f0e7c1e-0000-4000-8000-000000000001"
    run(
        "INSERT INTO patients_channelconsent"
        " (patient_id, channel, granted, at, by, wording_version)"
        " VALUES (%s, 'sms', true, %s, 'staff:1', 'sms-1')",
        stranger,
        NOW,
    )

    refused("foreign key", "SET CONSTRAINTS ALL IMMEDIATE")


def test_what_the_app_may_change_it_can():
    marisol = patient(sms_consent=True)
    link(marisol)
    sent = enquiry()

    run("UPDATE patients_patientlink SET expires_at = %s", NOW + timedelta(days=1))
    run("DELETE FROM patients_enquiry WHERE id = %s", sent.pk)

    assert PatientLink.objects.get().expires_at == NOW + timedelta(days=1)
    assert not Enquiry.objects.exists()
    assert ChannelConsent.objects.get().by == str(BY)


def test_a_patient_has_at_least_one_name():
    patient()

    refused(
        "patient_has_a_name",
        "UPDATE patients_patient SET given_name = %s, family_name = ''",
        "  ",
    )
