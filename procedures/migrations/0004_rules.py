import json
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"


def load_rules(apps, schema_editor):
    """Put the first version of the rules into the table."""
    content = json.loads((DATA / "rules-1.json").read_text())
    table = apps.get_model("procedures", "RuleVersion")
    table.objects.bulk_create(
        table(
            version=content["version"],
            effective_from=date.fromisoformat(content["effective_from"]),
            **rule,
        )
        for rule in content["rules"]
    )


class Migration(migrations.Migration):
    dependencies = [("procedures", "0003_day_guards")]
    operations = [migrations.RunPython(load_rules, migrations.RunPython.noop)]
