"""Overrides: a rule set aside with a reason, before a colleague."""

import uuid

from core.refusal import Refused
from procedures import presence, stop_records
from procedures.context import Context
from procedures.facts import selectors as facts
from procedures.facts.reason import GuardReason
from procedures.models import Override
from procedures.rules import selectors as rules
from procedures.rules.candidacy import Level
from procedures.signatures import sign


def override(context: Context) -> Refused | None:
    """A rule set aside with a reason before a colleague; never a hard one."""
    if refused := presence.not_caring(context):
        return refused
    rule = context.facts.rule(context.data["rule"])
    context.payload["rule"] = f"{rule.code} v{rule.version}"
    if rule.level is Level.OVERRIDE_SECOND and not _second_is_director(context):
        return context.refuse(NEEDS_DIRECTOR)
    _insert_override(context)
    return None


NEEDS_DIRECTOR = GuardReason(
    "second-person",
    "This rule needs a second person: the medical director.",
    "The medical director proves to be present",
)


def _second_is_director(context: Context) -> bool:
    second = context.second_person
    return second is not None and second.role == "medical_director"


def _insert_override(context: Context) -> None:
    evaluation = facts.evaluation(context.episode)
    assert evaluation is not None, "the guard asks for an evaluation"
    key, second = uuid.uuid4(), presence.second(context)
    row = Override.objects.create(
        id=key,
        signature=sign(context, f"override:{key}"),
        evaluation=evaluation,
        rule=rules.in_force(context.facts.rules_on)[context.data["rule"]],
        value=context.data["value"],
        reason=context.data["reason"],
        role=context.by.role,
        valid_on=context.data["valid_on"],
        last_dose_at=context.data["last_dose_at"],
        hold_hours=context.data["hold_hours"],
        second_person_id=second.user_id,
        second_person_role=second.role,
        **context.record_fields(),
    )
    context.payload["override"] = key
    stop_records.lift_by_override(context, row)
