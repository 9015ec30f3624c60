from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# A membership is one person's at one clinic, a key is one membership's for good, and
# a key that was revoked stays so.
KEEP_KEYS = """
CREATE TRIGGER clinics_membership_stays_its_persons
  BEFORE UPDATE OF user_id, clinic_id ON clinics_membership
  FOR EACH ROW
  WHEN ((OLD.user_id, OLD.clinic_id) IS DISTINCT FROM (NEW.user_id, NEW.clinic_id))
  EXECUTE FUNCTION core_deny_change();
CREATE TRIGGER clinics_apikey_stays_what_it_is
  BEFORE UPDATE OF membership_id, prefix, key_hash, revoked_at ON clinics_apikey
  FOR EACH ROW
  WHEN ((OLD.membership_id, OLD.prefix, OLD.key_hash)
        IS DISTINCT FROM (NEW.membership_id, NEW.prefix, NEW.key_hash)
        OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL))
  EXECUTE FUNCTION core_deny_change();
"""
RELEASE_KEYS = """
DROP TRIGGER clinics_membership_stays_its_persons ON clinics_membership;
DROP TRIGGER clinics_apikey_stays_what_it_is ON clinics_apikey;
"""


class Migration(migrations.Migration):
    dependencies = [("clinics", "0005_late_entry"), ("core", "0002_guards")]
    operations = [
        AddConstraintNotValid(
            model_name="clinic",
            constraint=models.CheckConstraint(
                condition=models.Q(("time_out_valid_minutes__lte", 15)),
                name="clinic_time_outs_are_fresh",
            ),
        ),
        migrations.RunSQL(KEEP_KEYS, RELEASE_KEYS),
    ]
