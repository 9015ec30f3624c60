from django.db import migrations

from procedures.migrations.sql import (
    refusals_0012,
    refusals_0012_day,
    refusals_0012_decision,
    refusals_0012_path,
    refusals_0012_product,
    refusals_0012_sides,
)

GUARDS = (
    *refusals_0012.GUARDS,
    *refusals_0012_path.GUARDS,
    *refusals_0012_decision.GUARDS,
    *refusals_0012_product.GUARDS,
    *refusals_0012_day.GUARDS,
)


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0011_corrections"),
        ("patients", "0003_waitlist"),
        ("clinics", "0003_holidays_and_offers"),
        ("scheduling", "0010_moves_know_the_status"),
    ]
    operations = [
        migrations.RunSQL(refusals_0012_sides.SIDES, refusals_0012_sides.DROP_SIDES),
        *(migrations.RunSQL(guard.forward, guard.backward) for guard in GUARDS),
    ]
