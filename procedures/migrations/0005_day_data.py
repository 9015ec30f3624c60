import json
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"


def load(apps, schema_editor):
    """Put the first questionnaires and the first timetable into their tables."""
    instruments = json.loads((DATA / "instruments.json").read_text(encoding="utf-8"))
    table = apps.get_model("procedures", "InstrumentVersion")
    table.objects.bulk_create(
        table(key=entry["key"], version=entry["version"], definition=entry)
        for entry in instruments["instruments"]
    )
    timetable = json.loads((DATA / "milestones.json").read_text(encoding="utf-8"))
    apps.get_model("procedures", "TimetableVersion").objects.create(**timetable)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0004_rules")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
