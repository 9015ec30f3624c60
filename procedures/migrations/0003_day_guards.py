from django.db import migrations

from core import guards_sql
from procedures.migrations.sql import day_guards_0003 as sql

SIGNED = (
    "procedures_checkin",
    "procedures_vitalsset",
    "procedures_sitemark",
    "procedures_timeout",
    "procedures_harvest",
    "procedures_discharge",
    "procedures_adverseevent",
    "procedures_handoff",
    "procedures_kituse",
    "procedures_processing",
    "procedures_release",
    "procedures_injection",
    "procedures_disposition",
    "procedures_response",
    "procedures_instrumentresponse",
)
APPEND_ONLY = (
    "procedures_lastdose",
    "procedures_aliquot",
    "procedures_localanaesthetic",
    "procedures_product",
    "procedures_scanincident",
    "procedures_incidentresolution",
    "procedures_instrumentversion",
    "procedures_timetableversion",
)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0002_guards")]
    operations = [
        *(migrations.RunSQL(*guards_sql.deny_signed_changes(t)) for t in SIGNED),
        *(migrations.RunSQL(*guards_sql.deny_changes(t)) for t in APPEND_ONLY),
        migrations.RunSQL(sql.PRODUCTS, sql.DROP_PRODUCTS),
        migrations.RunSQL(sql.DAY, sql.DROP_DAY),
        migrations.RunSQL(sql.INJECTION, sql.DROP_INJECTION),
        migrations.RunSQL(sql.VOLUMES, sql.DROP_VOLUMES),
        migrations.RunSQL(sql.FOLLOW_UPS, sql.DROP_FOLLOW_UPS),
    ]
