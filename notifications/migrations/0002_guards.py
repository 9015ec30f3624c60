from django.db import migrations

from core import guards_sql

# The same table as notifications.domain.states.TRANSITIONS; a test compares them.
TRANSITIONS = """
CREATE FUNCTION notifications_check_transition() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'scheduled' THEN
      RAISE EXCEPTION 'a message begins as scheduled, not as %', NEW.state
        USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.dedupe_key <> OLD.dedupe_key OR NEW.patient_id IS DISTINCT FROM OLD.patient_id
     OR NEW.user_id IS DISTINCT FROM OLD.user_id
  THEN
    RAISE EXCEPTION 'a message never changes what it is or whom it is for'
      USING ERRCODE = '23514';
  END IF;
  IF NEW.state = OLD.state OR (CASE OLD.state
      WHEN 'scheduled' THEN NEW.state IN
        ('claimed', 'cancelled', 'expired', 'suppressed', 'superseded')
      WHEN 'claimed' THEN NEW.state IN
        ('scheduled', 'sending', 'dead',
         'cancelled', 'expired', 'suppressed', 'superseded')
      WHEN 'sending' THEN NEW.state IN
        ('scheduled', 'uncertain', 'accepted', 'delivered', 'undelivered', 'dead')
      WHEN 'uncertain' THEN NEW.state IN
        ('scheduled', 'accepted', 'delivered', 'undelivered', 'dead')
      WHEN 'accepted' THEN NEW.state IN ('delivered', 'undelivered')
      WHEN 'dead' THEN NEW.state IN ('accepted', 'delivered')
      ELSE false END)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a message cannot go from % to %', OLD.state, NEW.state
    USING ERRCODE = '23514';
END $$;

CREATE TRIGGER notifications_message_transition
  BEFORE INSERT OR UPDATE ON notifications_message
  FOR EACH ROW EXECUTE FUNCTION notifications_check_transition();
CREATE TRIGGER notifications_message_is_kept
  BEFORE DELETE ON notifications_message
  FOR EACH ROW EXECUTE FUNCTION core_deny_change();
"""
DROP_TRANSITIONS = """
DROP TRIGGER notifications_message_is_kept ON notifications_message;
DROP TRIGGER notifications_message_transition ON notifications_message;
DROP FUNCTION notifications_check_transition();
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("core", "0002_guards")]

    operations = [
        migrations.RunSQL(TRANSITIONS, DROP_TRANSITIONS),
        migrations.RunSQL(*guards_sql.deny_changes("notifications_attempt")),
        migrations.RunSQL(*guards_sql.deny_changes("notifications_attemptoutcome")),
    ]
