"""Starts to choose from where the one that was typed cannot be meant."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from core.problems import Invalid
from pages.kit.words import clock_time, short_day


def of(problem: Invalid, zone: ZoneInfo) -> list[dict[str, str]]:
    """`start` (ISO 8601 with its offset) and `label` of each choice, in order."""
    found: tuple[datetime, ...] = getattr(problem, "choices", ())
    return [{"start": start, "label": label} for start, label in labelled(found, zone)]


def labelled(found: Iterable[datetime], zone: ZoneInfo) -> list[tuple[str, str]]:
    """Each choice in ISO 8601 with the zone's offset, and in words."""
    local = [one.astimezone(zone) for one in found]
    return [(one.isoformat(), _label(one)) for one in local]


def _label(local: datetime) -> str:
    """ "Sun, Nov 7, 2027, 1:30 AM (UTC-05:00)": the offset tells which of two."""
    offset = f"{local:%z}"
    day = f"{short_day(local.date())}, {local.year}"
    clock = clock_time(local, local.tzinfo or ZoneInfo("UTC"))
    return f"{day}, {clock} (UTC{offset[:3]}:{offset[3:]})"
