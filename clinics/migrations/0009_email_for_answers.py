from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinics", "0008_text_number")]
    operations = [
        migrations.AddField(
            model_name="clinic",
            name="email",
            field=models.EmailField(
                blank=True, db_default="", default="", max_length=254
            ),
        ),
    ]
