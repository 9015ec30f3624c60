"""A target of the plan that is not treated on the day."""

import uuid

from core.refusal import Refused
from procedures import presence, readiness
from procedures.context import Context
from procedures.facts.reason import GuardReason
from procedures.models import NotDone
from procedures.signatures import sign


def not_done(context: Context) -> Refused | None:
    """Keep why the target is left out; with the last one open, the day goes on."""
    if refused := presence.not_caring(context) or _alone(context):
        return refused
    key, second = uuid.uuid4(), context.second_person
    NotDone.objects.create(
        id=key,
        signature=sign(context, f"not_done:{key}"),
        target_id=context.data["target"],
        reason=context.data["reason"],
        note=context.data["note"],
        second_person_id=second.user_id if second else None,
        **context.record_fields(),
    )
    readiness.check_consent(context.episode, by=context.by, now=context.now)
    context.steps = ("not_done",) if _was_the_last(context) else ()
    context.payload |= {"not_done": key, "reason": context.data["reason"]}
    return None


def _alone(context: Context) -> Refused | None:
    consent = context.facts.consent("procedure")
    named = consent.proceduralist_id if consent else None
    if context.second_person or named == presence.actor_id(context):
        return None
    return context.refuse(
        GuardReason(
            "second-person-missing",
            "The proceduralist records this, or somebody with a second person.",
            "A colleague proves to be present",
        )
    )


def _was_the_last(context: Context) -> bool:
    if context.facts.stage != "released":
        return False
    waiting = {target.id for target in context.facts.waiting}
    return waiting - {context.data["target"]} <= context.facts.day.injected
