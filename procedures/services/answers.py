"""The act `respond`: what a patient told, its scores, and who must hear of it."""

from collections.abc import Mapping
from typing import Any

from core import events
from patients.services import tasks
from procedures.domain import red_flags
from procedures.domain.forms import is_number
from procedures.domain.red_flags import Flag
from procedures.domain.schema import FieldError, InvalidData
from procedures.events import RedFlagRaised, ResponseRecorded
from procedures.models import FollowUp, Response
from procedures.services import scores
from procedures.services.context import Context

PLAIN = ("nrs", "temperature_c", "swelling", "bears_weight", "language", "note")
URGENT = (1, 2)
NEEDS_SOMEBODY = 3
TASK_TEXTS = {
    1: "Emergency signs reported: call the patient now.",
    2: "Warning signs reported: a clinician calls the patient today.",
    3: "Answers need a call on the next business day.",
}


def respond(context: Context) -> None:
    """Keep the answers once; warning signs become a task and page who is on call."""
    follow_up = context.episode.follow_ups.get(code=context.data["follow_up"])
    flags = red_flags.flags(context.data, _earlier_nrs(context))
    row = _keep(context, follow_up, flags)
    _keep_instruments(context, follow_up)
    _close(context, follow_up)
    context.payload |= {
        "follow_up": follow_up.code,
        "tier": row.tier,
        "flags": row.flags,
    }
    events.publish(
        ResponseRecorded(
            occurred_at=context.now,
            follow_up_id=follow_up.pk,
            episode_id=context.episode.pk,
            patient_id=context.episode.patient_id,
        )
    )
    if row.tier <= NEEDS_SOMEBODY:
        _raise_flag(context, follow_up, row.tier)


def _earlier_nrs(context: Context) -> tuple[int, ...]:
    rows = context.episode.responses.filter(superseded_at=None, nrs__isnull=False)
    scores = rows.order_by("occurred_at").values_list("nrs", flat=True)
    return tuple(score for score in scores if score is not None)


def _keep(context: Context, follow_up: FollowUp, flags: tuple[Flag, ...]) -> Response:
    return Response.objects.create(
        follow_up=follow_up,
        warning_signs=list(context.data["warning_signs"]),
        flags=[flag.code for flag in flags],
        tier=red_flags.tier_of(flags),
        **{name: context.data[name] for name in PLAIN},
        **context.record_fields(),
    )


def _keep_instruments(context: Context, follow_up: FollowUp) -> None:
    given = dict(context.data["instruments"] or {})
    if context.data["nrs"] is not None:
        given["nrs"] = {"nrs": context.data["nrs"]}
    for key, values in given.items():
        if not isinstance(values, Mapping):
            raise InvalidData([FieldError(f"/instruments/{key}", "must be an object")])
        scores.keep(
            context,
            occasion=follow_up.code,
            key=key,
            answers=_whole(values),
            follow_up=follow_up,
        )


def _whole(values: Mapping[str, Any]) -> dict[str, Any]:
    """Forms send text; whole numbers in it are numbers."""
    return {
        key: int(value) if _is_whole(value) else value for key, value in values.items()
    }


def _is_whole(value: Any) -> bool:
    return isinstance(value, str) and is_number(value)


def _close(context: Context, follow_up: FollowUp) -> None:
    # A missed contact stays missed; its late answers keep their true time.
    if follow_up.state == "planned":
        follow_up.state = "answered"
    follow_up.answered_at = context.occurred_at
    follow_up.save(update_fields=["state", "answered_at"])
    follow_up.draft_answers.all().delete()


def _raise_flag(context: Context, follow_up: FollowUp, tier: int) -> None:
    task = tasks.open(
        clinic_id=context.episode.clinic_id,
        kind="red-flag",
        text=TASK_TEXTS[tier],
        patient_id=context.episode.patient_id,
        subject=f"follow_up:{follow_up.pk}",
        tier=tier,
        by=context.by,
        now=context.now,
    )
    if tier in URGENT:
        events.publish(
            RedFlagRaised(
                occurred_at=context.now,
                task_id=task.pk,
                patient_id=context.episode.patient_id,
                follow_up_id=follow_up.pk,
                tier=tier,
            )
        )
