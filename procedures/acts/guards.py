"""Look before you leap: the reasons against an act, in one wording for both."""

from collections.abc import Iterator, Mapping
from typing import Any

from procedures.acts import day_guards, early_guards
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.pathway import Act, Stage, allows, stages_for

GUARDS: dict[str, day_guards.Guard] = {**early_guards.GUARDS, **day_guards.GUARDS}


def reasons_against(
    facts: Facts, act: str, data: Mapping[str, Any] | None = None
) -> tuple[GuardReason, ...]:
    """Why `act` may not be done now; empty when it may.

    Without `data` this is the look (a button's hint): what is known before anything
    is typed. With the parsed `data` it is the leap, and answers count too.
    """
    if not allows(facts.stage, act):
        return (_wrong_stage(facts.stage, act),)
    return tuple(_asked(facts, act, data))


def _asked(
    facts: Facts, act: str, data: Mapping[str, Any] | None
) -> Iterator[GuardReason]:
    guard = GUARDS.get(act)
    if guard is not None:
        yield from guard(facts, data)


def _wrong_stage(stage: str, act: str) -> GuardReason:
    here = Stage(stage).value.replace("_", " ")
    there = ", ".join(s.value.replace("_", " ") for s in stages_for(act))
    return GuardReason(
        "stage",
        f"Not possible while the episode is {here}.",
        f"{Act(act).value.replace('_', ' ').capitalize()} is possible when it is: "
        f"{there}",
    )
