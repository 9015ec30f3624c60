"""Decisions on candidacy."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from clinics import selectors as clinics
from procedures import readiness, stop_records
from procedures.context import Context
from procedures.facts import selectors as facts
from procedures.facts.episode import Facts
from procedures.fields.schema import FieldError, InvalidData
from procedures.models import Decision, DecisionRule
from procedures.rules import selectors as rules
from procedures.signatures import sign
from procedures.visits import services as visits

OUTCOME_STEP = {
    "approved": "approve",
    "approved_with_conditions": "approve",
    "deferred": "defer",
    "declined": "decline",
}


def decide(context: Context) -> None:
    """The signed decision becomes the current one and leads to its stage."""
    current = facts.decision(context.episode)
    if current:
        Decision.objects.filter(pk=current.pk).update(superseded_at=context.now)
    decision = insert(context, context.data)
    context.payload["outcome"] = decision.outcome
    context.steps = ("decide", _arrange(context, decision))


def _arrange(context: Context, decision: Decision) -> str:
    """Arrange what follows from the outcome and return the step it leads by."""
    step = OUTCOME_STEP[decision.outcome]
    if step == "approve":
        readiness.begin(context.episode, by=context.by, now=context.now)
        booked = facts.procedure_at(context.episode) is not None
        return "keep_booking" if booked else step
    stop_records.close_decided(context)
    readiness.void(context.episode, by=context.by, now=context.now)
    visits.cancel_procedure(context, f"decision {decision.outcome}")
    return step


def insert(context: Context, data: Mapping[str, Any], **more: Any) -> Decision:
    """One signed decision with the rules that fired. Raises InvalidData."""
    evaluation = facts.evaluation(context.episode)
    assert evaluation is not None, "the guard asks for an evaluation"
    _check(context.facts, data)
    key = uuid.uuid4()
    decision = Decision.objects.create(
        id=key,
        signature=sign(context, f"decision:{key}"),
        evaluation=evaluation,
        outcome=data["outcome"],
        rationale=data["rationale"],
        conditions=data["conditions"],
        decided_on=context.facts.today,
        valid_until=_valid_until(context, data["outcome"]),
        reevaluate_on=_reevaluate_on(context.facts, data),
        **context.record_fields(),
        **more,
    )
    _insert_rules(context.facts, decision)
    context.payload["decision"] = key
    return decision


def _valid_until(context: Context, outcome: str) -> date | None:
    if OUTCOME_STEP[outcome] != "approve":
        return None
    days = clinics.clinic(context.episode.clinic_id).approval_valid_days
    return context.facts.today + timedelta(days=days)


def _reevaluate_on(now: Facts, data: Mapping[str, Any]) -> date | None:
    if data["outcome"] != "deferred":
        return None
    given: date | None = data["reevaluate_on"]
    return given or earliest(now)


def earliest(now: Facts) -> date | None:
    """The first day on which no temporary rule stands in the way, if known."""
    days = [hit.reevaluate_on for hit in now.fired if hit.reevaluate_on]
    return max(days) if days else None


def _check(now: Facts, data: Mapping[str, Any]) -> None:
    first, given = earliest(now), data["reevaluate_on"]
    errors = []
    if data["outcome"] == "approved_with_conditions" and not data["conditions"]:
        errors.append(FieldError("/conditions", "is required"))
    if data["outcome"] == "deferred" and given and first and given < first:
        text = f"must not be before {first.isoformat()}"
        errors.append(FieldError("/reevaluate_on", text))
    if errors:
        raise InvalidData(errors)


def _insert_rules(now: Facts, decision: Decision) -> None:
    in_force = rules.in_force(now.rules_on)
    DecisionRule.objects.bulk_create(
        DecisionRule(
            decision=decision,
            rule=in_force[hit.code],
            level=hit.level.value,
            text=hit.text[:300],
            reevaluate_on=hit.reevaluate_on,
        )
        for hit in now.fired
    )
