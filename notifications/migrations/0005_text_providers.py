from django.db import migrations, models
from django.db.models import Q

# What a provider tells late may be news of a copy sent before: it arrived although it
# is about to go again, or although the first word was that it had not.
FUNCTION = """
CREATE OR REPLACE FUNCTION notifications_check_transition() RETURNS trigger
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
        ('claimed', 'cancelled', 'expired', 'suppressed', 'superseded'{arrived})
      WHEN 'claimed' THEN NEW.state IN
        ('scheduled', 'sending', 'dead',
         'cancelled', 'expired', 'suppressed', 'superseded'{arrived})
      WHEN 'sending' THEN NEW.state IN
        ('scheduled', 'uncertain', 'accepted', 'delivered', 'undelivered', 'dead')
      WHEN 'uncertain' THEN NEW.state IN
        ('scheduled', 'accepted', 'delivered', 'undelivered', 'dead')
      WHEN 'accepted' THEN NEW.state IN ('delivered', 'undelivered')
      {undelivered}WHEN 'dead' THEN NEW.state IN ('accepted', 'delivered')
      ELSE false END)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a message cannot go from % to %', OLD.state, NEW.state
    USING ERRCODE = '23514';
END $$;
"""
NEW = FUNCTION.format(
    arrived=", 'accepted', 'delivered'",
    undelivered="WHEN 'undelivered' THEN NEW.state = 'delivered'\n      ",
)
OLD = FUNCTION.format(arrived="", undelivered="")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_silence")]
    operations = [
        migrations.AddField(
            "providerevent",
            "provider_message_id",
            models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            "providerstate",
            "weight_off",
            models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            "providerstate",
            "weight_off_at",
            models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            "providerstate",
            models.CheckConstraint(
                condition=Q(weight_off__lte=90),
                name="provider_keeps_a_tenth_of_its_weight",
            ),
        ),
        migrations.RunSQL(NEW, OLD),
    ]
