"""The six synthetic cases, and one of them with its dates shifted by whole weeks."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FILE = Path(__file__).with_name("cases.json")


@dataclass(frozen=True, slots=True)
class DemoCase:
    """One case, its dates shifted by `days` and its wall clock by `minutes`."""

    key: str
    facts: dict[str, Any]
    zone: ZoneInfo
    days: int = 0
    minutes: int = 0

    @property
    def replay(self) -> dict[str, Any]:
        """Assumptions of the replay about things that the case leaves open."""
        assumed: dict[str, Any] = self.facts["replay"]
        return assumed

    def on(self, text: str) -> date:
        """The shifted day of an ISO date."""
        return date.fromisoformat(text) + timedelta(days=self.days)

    def at(self, text: str, clock: str = "") -> datetime:
        """The shifted instant of "2025-10-14T09:12", or of a date and "09:12"."""
        day, _, hour = (f"{text}T{clock}" if clock else text).partition("T")
        local = datetime.combine(self.on(day), time.fromisoformat(hour))
        return (local + timedelta(minutes=self.minutes)).replace(tzinfo=self.zone)


def load(key: str, weeks: int = 0) -> DemoCase:
    """The case of that key, "C1" to "C6", shifted by whole weeks."""
    book = read()
    return DemoCase(key, book["cases"][key], ZoneInfo(book["timezone"]), weeks * 7)


def read() -> dict[str, Any]:
    book: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return book


def weeks_since(today: date) -> int:
    """By how many whole weeks the cases lag behind `today`, rounded down."""
    return (today - date.fromisoformat(read()["as_of"])).days // 7
