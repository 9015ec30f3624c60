import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0009_email_for_answers"),
        ("notifications", "0007_inbound_texts"),
        ("patients", "0010_suspicious_enquiries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Asked",
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
                ("kind", models.CharField(max_length=40)),
                ("text", models.CharField(blank=True, default="", max_length=60)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("planned_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_has_one_recipient",
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("patient__isnull", False), ("user", None)),
                    models.Q(("task__isnull", False), ("user__isnull", False)),
                    models.Q(
                        ("patient", None),
                        ("subject__startswith", "enquiry:"),
                        ("user", None),
                    ),
                    models.Q(("inbound__isnull", False), ("user", None)),
                    models.Q(
                        ("patient", None),
                        ("subject__startswith", "asked:"),
                        ("user__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="message_has_one_recipient",
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="clinic",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinics.clinic",
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="link",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patientlink",
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="opens",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patientlink",
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="patient",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="asked",
            index=models.Index(
                condition=models.Q(("planned_at", None)),
                fields=["asked_at"],
                name="asked_to_plan",
            ),
        ),
        migrations.AddIndex(
            model_name="asked",
            index=models.Index(
                fields=["patient", "-asked_at"], name="asked_of_patient"
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.CheckConstraint(
                condition=models.Q(("user", None), ("patient", None), _connector="OR"),
                name="asked_by_one_person_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("planned_at", None),
                    models.Q(("clinic__isnull", False), ("user__isnull", False)),
                    models.Q(("clinic__isnull", False), ("patient__isnull", False)),
                    _connector="OR",
                ),
                name="asked_is_planned_for_somebody_somewhere",
            ),
        ),
    ]
