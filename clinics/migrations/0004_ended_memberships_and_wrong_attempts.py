from typing import ClassVar

from django.db import migrations, models

# Who was deactivated was so at every clinic.
END_MEMBERSHIPS = """
UPDATE clinics_membership m SET ended_at = u.deactivated_at
  FROM clinics_user u
 WHERE u.id = m.user_id AND NOT u.is_active
"""
# Requests sent before the update and repeated after it are answered as before; where
# somebody works at two clinics, which one it was is not known.
KEYS_OF_A_CLINIC = """
UPDATE core_idempotencykey k SET clinic_id = m.clinic_id
  FROM clinics_membership m
 WHERE k.clinic_id IS NULL AND k.actor = 'staff:' || m.user_id
   AND NOT EXISTS (SELECT FROM clinics_membership o
                    WHERE o.user_id = m.user_id AND o.id <> m.id)
"""


class Migration(migrations.Migration):
    """A membership can end at one clinic; wrong attempts count by account and place."""

    dependencies: ClassVar = [
        ("clinics", "0003_holidays_and_offers"),
        ("core", "0003_keys_of_a_clinic_and_a_shared_cache"),
    ]
    operations: ClassVar = [
        migrations.AddField(
            model_name="membership",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(END_MEMBERSHIPS, migrations.RunSQL.noop),
        migrations.RunSQL(KEYS_OF_A_CLINIC, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="WrongAttempts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("account_hash", models.CharField(max_length=64)),
                ("place_hash", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=12)),
                ("failures", models.PositiveIntegerField()),
                ("last_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_hash", "place_hash"),
                        name="wrong_attempts_once_per_place",
                    )
                ]
            },
        ),
    ]
