from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinics", "0006_refusals")]
    operations = [
        migrations.AddField(
            model_name="clinic",
            name="email",
            field=models.EmailField(
                blank=True, db_default="", default="", max_length=254
            ),
        ),
    ]
