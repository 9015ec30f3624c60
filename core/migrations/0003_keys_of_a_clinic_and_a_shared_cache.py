from typing import ClassVar

from django.db import migrations, models

# As `createcachetable` makes it; here, so that the owner does and `migrate` is enough.
CACHE = """
CREATE TABLE core_cache (
  cache_key varchar(255) NOT NULL PRIMARY KEY,
  value text NOT NULL,
  expires timestamptz NOT NULL
);
CREATE INDEX core_cache_expires ON core_cache (expires);
"""
# On the way back, a key that a person used at two clinics has no place.
FORGET_SHARED_KEYS = """
DELETE FROM core_idempotencykey k
 WHERE EXISTS (SELECT FROM core_idempotencykey o
                WHERE o.actor = k.actor AND o.key = k.key AND o.id <> k.id)
"""


class Migration(migrations.Migration):
    """An idempotency key is a membership's; what processes share is in PostgreSQL."""

    dependencies: ClassVar = [("core", "0002_guards")]
    operations: ClassVar = [
        migrations.RemoveConstraint(
            model_name="idempotencykey",
            name="idempotency_key_used_once_by_actor",
        ),
        migrations.RunSQL("SELECT 1", FORGET_SHARED_KEYS),
        migrations.AddField(
            model_name="idempotencykey",
            name="clinic_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.UniqueConstraint(
                fields=("actor", "clinic_id", "key"),
                name="idempotency_key_used_once_by_actor_at_clinic",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(CACHE, "DROP TABLE core_cache"),
    ]
