"""The walk: the people who walk, their clock, and what they wait for."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core import clock
from demo import people
from demo.smoke.api import ApiPerson, ApiReply

LONGEST_WAIT_SECONDS = 60
TUESDAY = 1


class Walk:
    """The walk: its people with their API keys, its clock, and its day."""

    def __init__(
        self, url: str, world: people.DemoClinic, keys: dict[str, str]
    ) -> None:
        self.url, self.world = url.rstrip("/"), world
        self.zone = ZoneInfo(world.clinic.time_zone)
        self.staff = {
            who: ApiPerson(who, key, people.PASSWORD, self.url)
            for who, key in keys.items()
        }
        self.today = next_tuesday(clock.real_now().astimezone(self.zone).date())

    def at(self, hour: int, minute: int = 0, day: date | None = None) -> datetime:
        midnight = datetime.combine(day or self.today, datetime.min.time(), self.zone)
        return midnight.replace(hour=hour, minute=minute)

    def set_clock(self, instant: datetime) -> None:
        clock.set_to(instant)

    def act(
        self,
        episode: str,
        act: str,
        who: str,
        data: dict[str, Any],
        second: str = "",
        occurred_at: datetime | None = None,
    ) -> ApiReply:
        """Do an act as `who`, with the signature and second person it asks for."""
        person = self.staff[who]
        seen = person.get(f"episodes/{episode}/")
        body = {**data, "version": seen["version"]}
        meanings = {
            n["act"]: n["signature"] for n in seen["next_acts"] if n["signature"]
        }
        if meaning := meanings.get(act) or SIGNED.get(act):
            body["signature"] = person.signature(meaning)
        if second:
            body["second_person"] = {"api_key": self.staff[second].key}
        if occurred_at:
            body["occurred_at"] = occurred_at.isoformat()
        return person.post(f"episodes/{episode}/{act}/", body)

    def wait_for(self, what: Callable[[], Any]) -> Any:
        """Return the first true answer of `what` within a minute of real time."""
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while not (found := what()) and time.monotonic() < end:
            time.sleep(0.5)
        return found


# Signed even where the person may not do the act (the refusal is what is checked).
SIGNED = {"override": "I set this rule aside for this patient for the reason given."}


def next_tuesday(day: date) -> date:
    """The first Tuesday after `day`."""
    return day + timedelta(days=(TUESDAY - day.weekday() - 1) % 7 + 1)


EVALUATION = {
    "findings": [{"icd10": "M17.11", "grade_kl": 3}],
    "height_cm": 168,
    "weight_kg": "74",
    "symptom_months": 18,
    "conservative_weeks": 16,
    "nrs": 6,
    "prom_instrument": "koos_jr",
    "prom_items": [2, 2, 1, 3, 2, 2, 3],
    "active_infection": False,
    "temperature_c": "36.7",
    "allergies": ["none_known"],
    "asa_class": 2,
}
VITALS = {
    "systolic_mmhg": 128,
    "diastolic_mmhg": 78,
    "heart_rate_per_min": 70,
    "spo2_pct": 98,
    "temperature_c": "36.7",
    "nrs": 5,
}
