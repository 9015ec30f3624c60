import json
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"


def load_rules(apps, schema_editor):
    """Add the rule on systemic steroids to the table."""
    content = json.loads((DATA / "rules-2.json").read_text(encoding="utf-8"))
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
    dependencies = [("procedures", "0006_linked")]
    operations = [migrations.RunPython(load_rules, migrations.RunPython.noop)]
