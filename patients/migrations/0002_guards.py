from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from core import guards_sql

KEEP_PATIENTS = """
CREATE TRIGGER patients_patient_is_kept
  BEFORE DELETE ON patients_patient
  FOR EACH ROW EXECUTE FUNCTION core_deny_change();
CREATE TRIGGER patients_patient_is_kept_whole
  BEFORE TRUNCATE ON patients_patient
  FOR EACH STATEMENT EXECUTE FUNCTION core_deny_change();
"""
RELEASE_PATIENTS = """
DROP TRIGGER patients_patient_is_kept ON patients_patient;
DROP TRIGGER patients_patient_is_kept_whole ON patients_patient;
"""

# A message names the contact it went to, so its value is final.
KEEP_CONTACT_VALUES = """
CREATE TRIGGER patients_contactpoint_value_is_final
  BEFORE UPDATE OF patient_id, system, value ON patients_contactpoint
  FOR EACH ROW
  WHEN ((OLD.patient_id, OLD.system, OLD.value)
        IS DISTINCT FROM (NEW.patient_id, NEW.system, NEW.value))
  EXECUTE FUNCTION core_deny_change();
"""
RELEASE_CONTACT_VALUES = """
DROP TRIGGER patients_contactpoint_value_is_final ON patients_contactpoint;
"""

# The words of a name in any order, and the last digits of a number.
SEARCH_INDEXES = """
CREATE INDEX patient_search_name ON patients_patient
  USING gin (search_name gin_trgm_ops);
CREATE INDEX contact_last_digits ON patients_contactpoint
  (reverse(value) text_pattern_ops) WHERE ended_at IS NULL;
"""
DROP_SEARCH_INDEXES = """
DROP INDEX patient_search_name;
DROP INDEX contact_last_digits;
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial"), ("core", "0002_guards")]
    operations = [
        TrigramExtension(),
        migrations.RunSQL(*guards_sql.deny_changes("patients_channelconsent")),
        migrations.RunSQL(KEEP_PATIENTS, RELEASE_PATIENTS),
        migrations.RunSQL(KEEP_CONTACT_VALUES, RELEASE_CONTACT_VALUES),
        migrations.RunSQL(SEARCH_INDEXES, DROP_SEARCH_INDEXES),
    ]
