from django.db import migrations

from core import guards_sql


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunSQL(guards_sql.DENY_FUNCTION, guards_sql.DROP_DENY_FUNCTION),
        migrations.RunSQL(guards_sql.JOURNAL, guards_sql.DROP_JOURNAL),
        migrations.RunSQL(*guards_sql.deny_changes("core_journalentry")),
    ]
