import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core import guards_sql
from procedures.migrations.sql import corrections_0011 as sql


def _to(model, related_name="+"):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0010_scans"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="EnteredInError",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("record_kind", models.CharField(max_length=32)),
                ("record_id", models.UUIDField()),
                ("reason", models.CharField(max_length=500)),
                ("entered_by_name", models.CharField(max_length=120)),
                ("second_person_name", models.CharField(max_length=120)),
                ("occurred_at", models.DateTimeField()),
                ("entered_by", _to(settings.AUTH_USER_MODEL)),
                ("episode", _to("procedures.episode", "errors")),
                ("second_person", _to(settings.AUTH_USER_MODEL)),
                ("signature", _to("procedures.signature")),
            ],
            options={
                "ordering": ["occurred_at", "record_kind"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("record_kind", "record_id"),
                        name="entered_in_error_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("entered_by", models.F("second_person")), _negated=True
                        ),
                        name="entered_in_error_by_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__regex", ".{10,}")),
                        name="entered_in_error_is_explained",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("record_kind__in", list(sql.TABLES))),
                        name="entered_in_error_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(*guards_sql.deny_changes("procedures_enteredinerror")),
        migrations.RunSQL(sql.SUPERSEDED, sql.DROP_SUPERSEDED),
        *(migrations.RunSQL(*sql.explained(kind)) for kind in sql.TABLES),
        migrations.RunSQL(sql.HOLD, sql.DROP_HOLD),
        migrations.RunSQL(sql.CONTACTS, sql.CONTACTS_BEFORE),
    ]
