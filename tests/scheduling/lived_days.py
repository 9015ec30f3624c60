"""Stored days in the terms of the small model: minutes after eight, kinds, owners."""

from tests.factories.scheduling import NINE, minutes

EIGHT = NINE - minutes(60)


def at_minute(minute):
    return EIGHT + minutes(minute)


def pick(items, which):
    return items[which % len(items)]


def as_modelled(row):
    owner = (
        "appointment" if row.appointment_id else "hold" if row.hold_id else "absence"
    )
    span = ((end - EIGHT) // minutes(1) for end in (row.starts_at, row.ends_at))
    return (owner, row.resource.kind, *span)
