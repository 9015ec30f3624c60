"""The act `enter_in_error`: a record is struck through, and what it did is undone.

The later goes before the earlier: what still stands on a record keeps it. A stop that
the record raised is a record of its own and stays.
"""

import uuid
from collections.abc import Callable
from typing import Any

from core import events
from core.refusal import Refused
from procedures import presence, readiness
from procedures.context import Context
from procedures.corrections import records, standing
from procedures.corrections.table import BACK, KINDS
from procedures.events import ResponseEnteredInError
from procedures.facts.reason import GuardReason
from procedures.fields.schema import FieldError, InvalidData
from procedures.models import EnteredInError, Record, Signature
from procedures.pathway import TERMINAL, TRANSITIONS, Stage
from procedures.records import current_rows
from procedures.signatures import sign
from procedures.visits import services as visits
from procedures.visits.selectors import procedure_visit
from scheduling.booking import book


def enter_in_error(context: Context) -> Refused | None:
    """Strike the record, with what the same act wrote, and go back a stage."""
    kind, key = context.data["record"], context.data["record_id"]
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise InvalidData([FieldError("/record", f"must be one of {known}")])
    row = records.current(context.episode, kind, key)
    context.payload |= {"record": kind, "record_id": str(row.pk)}
    refused = records.without_company(context, row, in_error=True)
    if refused is None:
        refused = _stands_on_it(context, kind, row)
    if refused is not None:
        return refused
    signature = sign(context, f"{kind}:{row.pk}")
    strike(context, kind, row, signature)
    for its_kind, one in [*standing.with_it(kind, row), *_kit(context, row)]:
        strike(context, its_kind, one, signature)
    step = (Stage(context.episode.stage), BACK.get(kind, ""))
    context.steps = (step[1],) if step in TRANSITIONS else ()
    if kind in EFFECTS:
        EFFECTS[kind](context, row)
    return None


def _stands_on_it(context: Context, kind: str, row: Record) -> Refused | None:
    found = standing.on(kind, row)
    if not found:
        return None
    names = list(dict.fromkeys(one.label.lower() for one in found))
    context.payload["stands_on_it"] = [
        f"{records.kind_of(one.record)}:{one.record.pk}" for one in found if one.record
    ]
    return context.refuse(
        GuardReason(
            "stands-on-it",
            f"On this record stand: {', '.join(names)}.",
            f"First taken back: {names[0]}",
        )
    )


def strike(context: Context, kind: str, row: Record, signature: Signature) -> None:
    """Supersede the row without a successor, and keep who did and why."""
    second = presence.second(context)
    EnteredInError.objects.create(
        id=uuid.uuid4(),
        episode=context.episode,
        record_kind=kind,
        record_id=row.pk,
        reason=context.data["reason"],
        signature=signature,
        entered_by_id=presence.actor_id(context),
        entered_by_name=context.by.name,
        second_person_id=second.user_id,
        second_person_name=second.name,
        occurred_at=context.now,
    )
    rows = records.rows_of(context.episode, kind)
    current_rows(rows).filter(pk=row.pk).update(superseded_at=context.now)


def _kit(context: Context, row: Any) -> list[tuple[str, Record]]:
    """The kit of a processing that never was, if it was said to be unopened."""
    kit = getattr(row, "kit", None)
    if kit is None or kit.superseded_at or not context.data["kit_unused"]:
        return []
    return [("kit_use", kit)]


def _reopen_readiness(context: Context, row: Any) -> None:
    readiness.check_consent(context.episode, by=context.by, now=context.now)


def _void_readiness(context: Context, row: Any) -> None:
    readiness.void(context.episode, by=context.by, now=context.now)


def _give_back_arrival(context: Context, row: Any) -> None:
    """The patient of the visit is not checked in; whether they arrived is the desk's
    to say."""
    _visit(context, book.undo_check_in)


def _go_on_with_visit(context: Context, row: Any) -> None:
    _visit(context, book.undo_fulfil)


def _visit(context: Context, verb: Callable[..., object]) -> None:
    visit = procedure_visit(context.episode)
    if visit is None or not context.steps:
        return
    outcome = verb(
        appointment_id=visit.appointment_id,
        reason=context.data["reason"][:300],
        by=context.by,
        now=context.now,
    )
    visits.check_done(outcome)


def _open_contact(context: Context, row: Any) -> None:
    """The contact can be answered again while its window lasts."""
    contact = row.follow_up
    if context.episode.stage in TERMINAL:
        return
    if contact.state == "answered":
        contact.state = "planned"
    contact.answered_at = None
    contact.save(update_fields=["state", "answered_at"])
    events.publish(
        ResponseEnteredInError(
            occurred_at=context.now,
            follow_up_id=contact.pk,
            episode_id=context.episode.pk,
            patient_id=context.episode.patient_id,
        )
    )


EFFECTS: dict[str, Callable[[Context, Any], None]] = {
    "decision": _void_readiness,
    "consent": _reopen_readiness,
    "not_done": _reopen_readiness,
    "check_in": _give_back_arrival,
    "discharge": _go_on_with_visit,
    "response": _open_contact,
}
