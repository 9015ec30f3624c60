from django.db import migrations

# A rule a person can read, and the SQLSTATE of a check. AFTER triggers, so that a
# table's own constraints speak first.
SAY_NO = """
CREATE FUNCTION patients_say_no() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = '23514';
END $$;
"""
DROP_SAY_NO = "DROP FUNCTION patients_say_no();"

# Each is a table, a name, an event, a condition, and what is said then.
REFUSALS = (
    (
        "patient",
        "keeps_number_and_clinic",
        "UPDATE OF mrn, clinic_id",
        "(OLD.mrn, OLD.clinic_id) IS DISTINCT FROM (NEW.mrn, NEW.clinic_id)",
        "a patient keeps their record number and their clinic",
    ),
    (
        "patient",
        "amended_by_version",
        "UPDATE OF given_name, family_name, birth_date, biological_sex, version",
        """NEW.version < OLD.version OR (NEW.version = OLD.version
         AND (OLD.given_name, OLD.family_name, OLD.birth_date, OLD.biological_sex)
         IS DISTINCT FROM
         (NEW.given_name, NEW.family_name, NEW.birth_date, NEW.biological_sex))""",
        "who a patient is changes with a new version only",
    ),
    (
        "contactpoint",
        "is_kept",
        "DELETE",
        "true",
        "a contact is ended, not deleted",
    ),
    (
        "patientlink",
        "keeps_its_patient",
        "UPDATE OF patient_id, purpose",
        "(OLD.patient_id, OLD.purpose) IS DISTINCT FROM (NEW.patient_id, NEW.purpose)",
        "a link opens for its own patient only",
    ),
    (
        "task",
        "keeps_what_it_is_about",
        "UPDATE OF clinic_id, patient_id, kind, tier, created_at",
        """(OLD.clinic_id, OLD.patient_id, OLD.kind, OLD.tier, OLD.created_at)
         IS DISTINCT FROM
         (NEW.clinic_id, NEW.patient_id, NEW.kind, NEW.tier, NEW.created_at)""",
        "a task stays about what it is about, at its tier",
    ),
    (
        "task",
        "done_stays_done",
        "UPDATE",
        """OLD.done_at IS NOT NULL
         AND (OLD.done_at, OLD.clinician_id, OLD.contacted_at, OLD.outcome)
         IS DISTINCT FROM
         (NEW.done_at, NEW.clinician_id, NEW.contacted_at, NEW.outcome)""",
        "a closed task stays as it was closed",
    ),
    (
        "task",
        "flag_is_kept",
        "DELETE",
        "OLD.tier IN (1, 2)",
        "a red flag is closed by a clinician, not deleted",
    ),
)

# INV-18: who spoke to the patient is a clinician of the clinic, and did before.
BY_A_CLINICIAN = """
CREATE FUNCTION patients_flag_closed_by_a_clinician() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.contacted_at > NEW.done_at OR NOT EXISTS (
      SELECT FROM clinics_membership m
       WHERE m.user_id = NEW.clinician_id AND m.clinic_id = NEW.clinic_id
         AND m.role IN ('clinician', 'medical_director')) THEN
    RAISE EXCEPTION 'a red flag is closed once a clinician of the clinic has spoken to the patient'
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER patients_task_closed_by_a_clinician
  AFTER INSERT OR UPDATE OF done_at ON patients_task
  FOR EACH ROW WHEN (NEW.tier IN (1, 2) AND NEW.done_at IS NOT NULL)
  EXECUTE FUNCTION patients_flag_closed_by_a_clinician();
"""
DROP_BY_A_CLINICIAN = """
DROP TRIGGER patients_task_closed_by_a_clinician ON patients_task;
DROP FUNCTION patients_flag_closed_by_a_clinician();
"""


def _refuse(table, name, event, condition, sentence):
    trigger = f"patients_{table}_{name}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {trigger} AFTER {event} ON patients_{table}"
        f" FOR EACH ROW WHEN ({condition})"
        f" EXECUTE FUNCTION patients_say_no('{sentence}')",
        f"DROP TRIGGER {trigger} ON patients_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0004_one_name"),
        ("clinics", "0003_holidays_and_offers"),
    ]
    operations = [
        migrations.RunSQL(SAY_NO, DROP_SAY_NO),
        *(_refuse(*refusal) for refusal in REFUSALS),
        migrations.RunSQL(BY_A_CLINICIAN, DROP_BY_A_CLINICIAN),
    ]
