"""A refusal on record: it commits with its journal entry."""

from datetime import datetime
from uuid import UUID

from core import journal
from core.actor import Actor
from core.refusal import Reason, Refused
from scheduling.booking.rules import Ask


def refuse(
    act: str,
    reasons: tuple[Reason, ...],
    *,
    stream: str,
    by: Actor,
    now: datetime,
    **payload: str | int | UUID | datetime,
) -> Refused:
    """Write `<act>.refused` to the stream; payload are ids, codes and instants."""
    codes = [reason.code for reason in reasons]
    journal.record(
        f"{act}.refused",
        subject=stream,
        by=by,
        at=now,
        payload={**payload, "reasons": codes},
    )
    return Refused(reasons)


def refuse_asked(ask: Ask, reasons: tuple[Reason, ...], by: Actor) -> Refused:
    """Refuse a hold or booking; on record where it belongs: the episode, or whom."""
    return refuse(
        "appointment.book" if ask.act == "book" else ask.act,
        reasons,
        stream=_stream_of(ask),
        by=by,
        now=ask.now,
        visit_type=ask.visit_type.slug,
        start=ask.start,
    )


def _stream_of(ask: Ask) -> str:
    if ask.subject.startswith("episode:"):
        # What follows "#" says which of its visits is meant.
        return ask.subject.partition("#")[0]
    if ask.patient_id:
        return f"patient:{ask.patient_id}"
    return f"clinic:{ask.visit_type.clinic_id}"
