from django.db import migrations

# Whose visit it is and where is what was booked; a visit is cancelled, not deleted.
KEEP_APPOINTMENTS = """
CREATE TRIGGER scheduling_appointment_keeps_its_patient
  BEFORE UPDATE OF patient_id, clinic_id ON scheduling_appointment
  FOR EACH ROW
  WHEN ((OLD.patient_id, OLD.clinic_id) IS DISTINCT FROM (NEW.patient_id, NEW.clinic_id))
  EXECUTE FUNCTION core_deny_change();
CREATE TRIGGER scheduling_appointment_is_kept
  BEFORE DELETE ON scheduling_appointment
  FOR EACH ROW EXECUTE FUNCTION core_deny_change();
"""
RELEASE_APPOINTMENTS = """
DROP TRIGGER scheduling_appointment_keeps_its_patient ON scheduling_appointment;
DROP TRIGGER scheduling_appointment_is_kept ON scheduling_appointment;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0010_moves_know_the_status"),
        ("core", "0002_guards"),
    ]
    operations = [migrations.RunSQL(KEEP_APPOINTMENTS, RELEASE_APPOINTMENTS)]
