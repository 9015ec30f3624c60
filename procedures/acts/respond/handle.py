"""The act `respond`: what a patient told, its scores, and who must hear of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core import events
from core.refusal import Refused
from procedures.acts.respond.guards import answered
from procedures.acts.respond.schema import RESPOND
from procedures.context import Context, plain_answers
from procedures.events import ResponseRecorded
from procedures.facts.reason import GuardReason
from procedures.fields.forms import is_number
from procedures.fields.schema import FieldError, InvalidData
from procedures.follow_up import alarms, milestone_reports, red_flags, scores
from procedures.follow_up.red_flags import Flag
from procedures.models import FollowUp, Response
from procedures.records import current_rows

BY_THE_PATIENT = "Corrected by the patient."
TELLING = (
    "nrs",
    "temperature_c",
    "swelling",
    "bears_weight",
    "warning_signs",
    "note",
)


def respond(context: Context) -> Refused | None:
    """Keep the answers; warning signs become a task and page who is on call.

    The patient may correct them while the window lasts; staff strike a record that
    was entered in error.
    """
    follow_up = context.episode.follow_ups.get(code=context.data["follow_up"])
    before = current_rows(follow_up.responses).first()
    if before is not None and context.by.kind != "patient":
        hear(context, context.data)
        text = "It has been answered already."
        return context.refuse(GuardReason("follow-up-answered", text))
    flags = alarms.flags(follow_up, context.data)
    # Before the row: it holds these flags itself.
    new = alarms.unheard(follow_up, flags)
    row = _keep(context, follow_up, flags, before)
    _keep_instruments(context, follow_up)
    steps = context.data["milestones"] or {}
    milestone_reports.take(follow_up, steps, by=context.by, now=context.now)
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
    alarms.sound(
        follow_up, new, _words(context) if new else "", by=context.by, now=context.now
    )
    return None


def hear(context: Context, data: Mapping[str, Any]) -> None:
    """Take in the warning signs of answers that are refused: they act all the same."""
    follow_up = context.episode.follow_ups.filter(code=data["follow_up"]).first()
    if follow_up is None:
        return
    new = alarms.unheard(follow_up, alarms.flags(follow_up, data))
    if not new:
        return
    told = {name: data[name] for name in TELLING if data[name] not in (None, "", ())}
    alarms.keep(
        follow_up,
        "refused",
        before=None,
        value={name: _plain(value) for name, value in told.items()},
        found=new,
        by=context.by,
        now=context.now,
    )
    words = ", ".join(flag.text for flag in new)
    alarms.sound(follow_up, new, words, by=context.by, now=context.now)


def _words(context: Context) -> str:
    found = alarms.flags(
        context.episode.follow_ups.get(code=context.data["follow_up"]), context.data
    )
    note = str(context.data["note"] or "")
    return "; ".join(part for part in (*(flag.text for flag in found), note) if part)


def _plain(value: Any) -> Any:
    """The value as JSON keeps it."""
    if isinstance(value, tuple | list):
        return list(value)
    return str(value) if isinstance(value, Decimal) else value


def _keep(
    context: Context,
    follow_up: FollowUp,
    flags: tuple[Flag, ...],
    before: Response | None,
) -> Response:
    more: dict[str, Any] = {}
    if before is not None:
        rows = current_rows(follow_up.responses).filter(pk=before.pk)
        rows.update(superseded_at=context.now)
        more = {"corrects": before, "correction_reason": BY_THE_PATIENT}
        context.payload["corrects"] = str(before.pk)
    return Response.objects.create(
        follow_up=follow_up,
        warning_signs=list(context.data["warning_signs"]),
        flags=[flag.code for flag in flags],
        tier=red_flags.tier_of(flags),
        **plain_answers(RESPOND, Response, context.data, but=("warning_signs",)),
        **context.record_fields(),
        **more,
    )


def _keep_instruments(context: Context, follow_up: FollowUp) -> None:
    given = dict(context.data["instruments"] or {})
    if context.data["nrs"] is not None:
        given["nrs"] = {"nrs": context.data["nrs"]}
    for key, values in given.items():
        if not isinstance(values, Mapping):
            raise InvalidData([FieldError(f"/instruments/{key}", "must be an object")])
        if given_items := answered(_whole(values)):
            scores.keep(
                context,
                occasion=follow_up.code,
                key=key,
                answers=given_items,
                follow_up=follow_up,
            )


def _whole(values: Mapping[str, Any]) -> dict[str, Any]:
    """Forms send text; whole numbers in it are numbers."""
    return {
        key: int(value) if isinstance(value, str) and is_number(value) else value
        for key, value in values.items()
    }


def _close(context: Context, follow_up: FollowUp) -> None:
    # A missed contact stays missed; its late answers keep their true time.
    if follow_up.state == "planned":
        follow_up.state = "answered"
    if follow_up.answered_at is None:
        follow_up.answered_at = context.occurred_at
    follow_up.save(update_fields=["state", "answered_at"])
    follow_up.draft_answers.all().delete()
