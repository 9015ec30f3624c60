"""Look before you leap: the reasons against an act, in one wording for both."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from procedures.acts.registry import ACTS
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.fields.schema import ActSchema, readable
from procedures.pathway import Act, Stage, allows, stages_for


def reasons_against(
    facts: Facts, act: str, data: Mapping[str, Any] | None = None
) -> tuple[GuardReason, ...]:
    """Return the reasons against doing `act` now; empty when it may be done.

    Without `data` this is the look (a button's hint): what is known before anything
    is typed. With the parsed `data` it is the leap, and answers count too.
    """
    if not allows(facts.stage, act):
        return (_wrong_stage(facts.stage, act),)
    return tuple(ACTS[act].guard(facts, data))


def _wrong_stage(stage: str, act: str) -> GuardReason:
    here = Stage(stage).value.replace("_", " ")
    there = ", ".join(s.value.replace("_", " ") for s in stages_for(act))
    return GuardReason(
        "stage",
        f"Not possible while the episode is {here}.",
        f"{Act(act).value.replace('_', ' ').capitalize()} is possible when it is: "
        f"{there}",
    )


def found_in_passing(
    facts: Facts, schema: ActSchema, raw: Mapping[str, Any], zone: tzinfo
) -> tuple[GuardReason, ...]:
    """The findings that end the way, in those answers that can be read at all."""
    look = ACTS[schema.act].in_passing
    if look is None:
        return ()
    found = look(facts, readable(schema, raw, zone))
    return tuple(reason for reason in found if reason.finding is not None)
