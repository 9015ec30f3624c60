from django.db import migrations

from procedures import (
    refusals_0012_day_sql,
    refusals_0012_decision_sql,
    refusals_0012_path_sql,
    refusals_0012_product_sql,
    refusals_0012_sides_sql,
    refusals_0012_sql,
)

GUARDS = (
    *refusals_0012_sql.GUARDS,
    *refusals_0012_path_sql.GUARDS,
    *refusals_0012_decision_sql.GUARDS,
    *refusals_0012_product_sql.GUARDS,
    *refusals_0012_day_sql.GUARDS,
)


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0011_corrections"),
        ("patients", "0003_waitlist"),
        ("clinics", "0003_holidays_and_offers"),
        ("scheduling", "0010_moves_know_the_status"),
    ]
    operations = [
        migrations.RunSQL(
            refusals_0012_sides_sql.SIDES, refusals_0012_sides_sql.DROP_SIDES
        ),
        *(migrations.RunSQL(guard.forward, guard.backward) for guard in GUARDS),
    ]
