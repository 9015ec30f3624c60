from django.db import migrations

from core import guards_sql

SIGNED = (
    "procedures_evaluation",
    "procedures_decision",
    "procedures_override",
    "procedures_consent",
)
APPEND_ONLY = (
    "procedures_signature",
    "procedures_targetfinding",
    "procedures_evaluationmedication",
    "procedures_evaluationlab",
    "procedures_decisionrule",
    "procedures_consenttarget",
    "procedures_consentrevocation",
    "procedures_ruleversion",
)

# A target is part of what was signed; an episode never changes its patient.
KEEP_PLAN = """
CREATE TRIGGER procedures_target_never_changes
  BEFORE UPDATE OR DELETE ON procedures_target
  FOR EACH ROW EXECUTE FUNCTION core_deny_change();
CREATE TRIGGER procedures_episode_keeps_its_patient
  BEFORE UPDATE OF patient_id, clinic_id ON procedures_episode
  FOR EACH ROW
  WHEN ((OLD.patient_id, OLD.clinic_id) IS DISTINCT FROM (NEW.patient_id, NEW.clinic_id))
  EXECUTE FUNCTION core_deny_change();
CREATE TRIGGER procedures_episode_is_kept
  BEFORE DELETE ON procedures_episode
  FOR EACH ROW EXECUTE FUNCTION core_deny_change();
"""
RELEASE_PLAN = """
DROP TRIGGER procedures_target_never_changes ON procedures_target;
DROP TRIGGER procedures_episode_keeps_its_patient ON procedures_episode;
DROP TRIGGER procedures_episode_is_kept ON procedures_episode;
"""

# A HARD rule has no override, whoever writes the row.
NO_HARD_OVERRIDE = """
CREATE FUNCTION procedures_refuse_hard_override() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM procedures_ruleversion r
              WHERE r.id = NEW.rule_id AND r.level = 'HARD' AND r.code <> 'SEV-01') THEN
    RAISE EXCEPTION 'a HARD rule has no override' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER procedures_override_is_never_of_a_hard_rule
  BEFORE INSERT ON procedures_override
  FOR EACH ROW EXECUTE FUNCTION procedures_refuse_hard_override();
"""
ALLOW_HARD_OVERRIDE = """
DROP TRIGGER procedures_override_is_never_of_a_hard_rule ON procedures_override;
DROP FUNCTION procedures_refuse_hard_override();
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial"), ("core", "0002_guards")]
    operations = [
        *(migrations.RunSQL(*guards_sql.deny_signed_changes(t)) for t in SIGNED),
        *(migrations.RunSQL(*guards_sql.deny_changes(t)) for t in APPEND_ONLY),
        migrations.RunSQL(KEEP_PLAN, RELEASE_PLAN),
        migrations.RunSQL(NO_HARD_OVERRIDE, ALLOW_HARD_OVERRIDE),
    ]
