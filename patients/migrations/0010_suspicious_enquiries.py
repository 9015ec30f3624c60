from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patients", "0009_preferences")]
    operations = [
        migrations.AddField(
            model_name="enquiry",
            name="is_suspicious",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
