import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from procedures.migrations.sql import icd10_0014, kits_0014

GUARDS = (*icd10_0014.GUARDS, *kits_0014.GUARDS)


class Migration(migrations.Migration):
    """The database knows whole ICD-10-CM codes, and the second person of a kit."""

    dependencies = [
        ("procedures", "0013_alarms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="kituse",
            name="is_typed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="kituse",
            name="second_person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        *(migrations.RunSQL(guard.forward, guard.backward) for guard in GUARDS),
    ]
