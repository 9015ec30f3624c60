"""Corrections: a whole new signed row in place of the one it names.

What a correction may not change: patient, product, target, time-out and who did it.
Volumes still have to add up; a correction that breaks them is refused. None lifts a
hold, and one that bears on what followed asks somebody to look.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from clinics import selectors as clinics
from core.refusal import Refused
from procedures.context import Context
from procedures.facts import day_selectors
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.fields.schema import ActSchema, FieldError, InvalidData, parse
from procedures.models import Record, TimeOut
from procedures.products import volumes
from procedures.records import current_rows

Values = Mapping[str, Any]
R = TypeVar("R", bound=Record)


def parsed(context: Context, schema: ActSchema, values: Values) -> dict[str, Any]:
    """The corrected answers by the record's own schema; pointers lead into /values."""
    zone = ZoneInfo(clinics.clinic(context.episode.clinic_id).time_zone)
    try:
        return parse(schema, values, zone)
    except InvalidData as wrong:
        raise InvalidData(
            [FieldError(f"/values{e.pointer}", e.text) for e in wrong.errors]
        ) from None


def supersede(context: Context, model: type[Record], record_id: str) -> dict[str, Any]:
    """Mark the record as replaced; the columns its successor needs.

    Raises InvalidData unless it is a current record of this episode.
    """
    row = current(context, model, record_id)
    model._default_manager.filter(pk=row.pk).update(superseded_at=context.now)
    # What it tells happened then; only its entry is new.
    context.occurred_at = row.occurred_at
    return {"corrects": row, "correction_reason": context.data["reason"]}


def refused_by(
    context: Context,
    guard: Callable[[Facts, Values], Iterable[GuardReason]],
    data: Values,
    pause: TimeOut | None = None,
    given_until: datetime | None = None,
) -> Refused | None:
    """The act's own guards, on the day and under the time-out of the record.

    What was given already, until then, may be put right even if the product turned
    out to have expired before: the alarm about that is another record's.
    """
    zone = context.facts.day.zone
    known = replace(context.facts, today=_start(data).astimezone(zone).date())
    if pause is not None:
        held = day_selectors.time_out_fact(pause)
        known = replace(known, day=replace(known.day, time_outs={pause.number: held}))
    product = known.day.product
    if given_until and product and product.expires_at:
        ends = max(product.expires_at, given_until)
        product = replace(product, expires_at=ends)
        known = replace(known, day=replace(known.day, product=product))
    reasons = tuple(guard(known, data))
    return context.refuse(*reasons) if reasons else None


def _start(data: Values) -> datetime:
    start: datetime = data["onset_at"] if "onset_at" in data else data["start_at"]
    return start


def does_not_fit(context: Context, used: Decimal, whole: Decimal) -> Refused | None:
    """The volumes of the day, open or closed, as they would be."""
    closed = current_rows(context.episode.discharges).exists()
    if not volumes.exceeds(used, whole) and (
        not closed or volumes.accounts_for(used, whole)
    ):
        return None
    text = f"{used} mL of {whole} mL would be accounted for."
    return context.refuse(GuardReason("volume-exceeded", text))


def current(context: Context, model: type[R], record_id: str) -> R:
    """The episode's current record of that id. Raises InvalidData."""
    rows = current_rows(model._default_manager).filter(episode=context.episode)
    try:
        row = rows.filter(pk=UUID(record_id)).first()
    except ValueError:
        row = None
    if row is None:
        text = "is not a current record of this episode"
        raise InvalidData([FieldError("/record_id", text)])
    return row
