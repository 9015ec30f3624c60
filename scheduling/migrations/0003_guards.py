"""Bounds and owners the database itself insists on."""

from django.db import migrations

_PERIOD = """
    NOT isempty({column}) AND lower({column}) IS NOT NULL AND upper({column}) IS NOT NULL
    AND lower_inc({column}) AND NOT upper_inc({column})
"""
# An empty range overlaps nothing, so without these checks it would pass the
# exclusion constraint; the length bound keeps the search's index condition bounded.
_DAY = _PERIOD + "AND upper({column}) - lower({column}) <= interval '24 hours'"

CHECKS = [
    ("scheduling_reservation", "reservation_period_bounded", _DAY, "period"),
    (
        "scheduling_reservation",
        "reservation_one_owner",
        "num_nonnulls(appointment_id, hold_id, absence_id) = 1",
        "",
    ),
    ("scheduling_appointment", "appointment_during_bounded", _DAY, "during"),
    ("scheduling_hold", "hold_during_bounded", _DAY, "during"),
    ("scheduling_absence", "absence_period_bounded", _PERIOD, "period"),
]


def _add(table, name, condition, column):
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} "
        f"CHECK ({condition.format(column=column)})",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_tables")]
    operations = [_add(*check) for check in CHECKS]
