import json
from datetime import date
from pathlib import Path

from django.db import migrations

from core import guards_sql
from procedures.migrations.sql import stops_0009 as sql

DATA = Path(__file__).resolve().parent.parent / "data"
APPEND_ONLY = (
    "procedures_stop",
    "procedures_stopcontradiction",
    "procedures_stoplift",
    "procedures_lateentry",
)


def load_rules(apps, schema_editor):
    """Add the rest of the table of rules, and the hours of a held anticoagulant."""
    content = json.loads((DATA / "rules-3.json").read_text(encoding="utf-8"))
    table = apps.get_model("procedures", "RuleVersion")
    table.objects.bulk_create(
        table(
            **{
                "version": content["version"],
                "effective_from": date.fromisoformat(content["effective_from"]),
                **rule,
            }
        )
        for rule in content["rules"]
    )


class Migration(migrations.Migration):
    dependencies = [("procedures", "0008_stops")]
    operations = [
        *(migrations.RunSQL(*guards_sql.deny_changes(t)) for t in APPEND_ONLY),
        migrations.RunSQL(*guards_sql.deny_signed_changes("procedures_notdone")),
        migrations.RunSQL(sql.STOPS, sql.DROP_STOPS),
        migrations.RunSQL(sql.BLOCKED, sql.DROP_BLOCKED),
        migrations.RunSQL(sql.NOT_DONE, sql.DROP_NOT_DONE),
        migrations.RunPython(load_rules, migrations.RunPython.noop),
    ]
