from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0005_waitlist"),
    ]

    operations = [
        migrations.AddField(
            model_name="absence",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
    ]
