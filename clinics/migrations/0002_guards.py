from typing import ClassVar

from django.db import migrations

from core.guards_sql import deny_changes


class Migration(migrations.Migration):
    """The access log takes INSERT and SELECT only, whoever is connected."""

    dependencies: ClassVar = [
        ("clinics", "0001_initial"),
        ("core", "0002_guards"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(*deny_changes("clinics_accesslogentry")),
    ]
