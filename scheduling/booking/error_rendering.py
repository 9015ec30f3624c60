"""Problems of scheduling as REST answers show them: what they carry, as JSON."""

from collections.abc import Mapping
from typing import Any

from core.problems import members_of
from scheduling.booking.errors import InvalidMoment, SlotTaken
from scheduling.explain.rendering import blocks_json
from scheduling.explain.vocabulary import plain
from scheduling.openings.rendering import opening_json


@members_of.register
def slot_taken_json(problem: SlotTaken) -> Mapping[str, Any]:
    zone, why = problem.zone, problem.why
    return {
        "alternatives": [opening_json(one, zone) for one in problem.alternatives],
        "in_the_way": list(problem.in_the_way),
        "blocks": blocks_json(why, plain(zone)) if why else [],
    }


@members_of.register
def invalid_moment_json(problem: InvalidMoment) -> Mapping[str, Any]:
    choices = [choice.isoformat() for choice in problem.choices]
    return {**problem.extra, "choices": choices}
