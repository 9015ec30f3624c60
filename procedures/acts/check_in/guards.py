"""Guards of check-in: the patient may be treated today."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.day_rules import not_told, of_the_day, unresolved
from procedures.guards.shared import conditions, consent, future, hard_rules, marks

Answers = Mapping[str, Any]
FASTING = timedelta(hours=6)
NEEDS_A_TEST_AGES = range(18, 56)


def check_in(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    yield from consent(facts)
    yield from hard_rules(facts, "check_in", data)
    yield from unresolved(facts)
    if facts.procedure_on != facts.today:
        yield GuardReason(
            "not-today",
            "The procedure is not booked for today.",
            "The visit is moved to today",
        )
    if data:
        yield from of_the_day(facts, data)
        yield from not_told(facts, data)
        yield from _pregnancy(facts, data)
        yield from _sedation(facts, data)
        yield from conditions(facts, data)
        yield from marks(facts, data)


def _pregnancy(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    answer = data["pregnancy_test"]
    if answer == "negative":
        yield from _of_today(facts, data["pregnancy_test_at"])
    # Not knowing is no reason not to ask.
    in_question = (
        facts.day.biological_sex != "male" and facts.day.age_years in NEEDS_A_TEST_AGES
    )
    if answer == "not_applicable" and in_question:
        yield GuardReason(
            "pregnancy-test-missing",
            "A pregnancy test of today is needed.",
            "A negative test of today, or documented sterility",
        )


def _of_today(facts: Facts, tested_at: datetime | None) -> Iterator[GuardReason]:
    """A test says something about its own day only."""
    lifts = "A test of today with its time"
    if tested_at is None:
        text = "The time of the pregnancy test is missing."
        yield GuardReason("pregnancy-test-missing", text, lifts)
    elif tested_at > facts.now:
        yield future("The pregnancy test")
    elif tested_at.astimezone(facts.day.zone).date() != facts.today:
        on = tested_at.astimezone(facts.day.zone).date()
        text = f"The pregnancy test is of {on.isoformat()}, not of today."
        yield GuardReason("pregnancy-test-old", text, lifts)


def _sedation(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    found = facts.consent("procedure")
    if found is None or found.sedation == "none":
        return
    if not data["driver_name"] or not data["driver_phone"]:
        yield GuardReason(
            "driver-missing",
            "With sedation a driver must be named.",
            "Name and phone of the driver are recorded",
        )
    since = data["fasting_since"]
    if found.sedation != "level_1" and (since is None or facts.now - since < FASTING):
        yield GuardReason(
            "not-fasting",
            "The patient has not fasted long enough for this sedation.",
            "Six hours without food",
        )
