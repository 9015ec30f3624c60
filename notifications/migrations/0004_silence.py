from django.db import migrations

# The last word: nothing passes its gate for a patient who died or asked for silence,
# whichever way it came there. One look-up by key for each message that leaves.
SILENCE = """
CREATE FUNCTION notifications_nobody_is_disturbed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM patients_patient p
              WHERE p.id = NEW.patient_id AND p.standing <> '') THEN
    RAISE EXCEPTION 'nothing is sent to a patient who died or asked for silence'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER notifications_message_nobody_is_disturbed
  BEFORE UPDATE OF state ON notifications_message
  FOR EACH ROW WHEN (NEW.state = 'sending' AND OLD.state <> 'sending'
                     AND NEW.patient_id IS NOT NULL)
  EXECUTE FUNCTION notifications_nobody_is_disturbed();
"""
DROP_SILENCE = """
DROP TRIGGER notifications_message_nobody_is_disturbed ON notifications_message;
DROP FUNCTION notifications_nobody_is_disturbed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_pipeline"),
        ("patients", "0006_alarms"),
    ]
    operations = [migrations.RunSQL(SILENCE, DROP_SILENCE)]
