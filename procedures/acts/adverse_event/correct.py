"""Correction of an adverse event: what is known now."""

from core.refusal import Refused
from procedures.acts.adverse_event import guards
from procedures.acts.adverse_event import handle as adverse_events
from procedures.acts.adverse_event.schema import ADVERSE_EVENT
from procedures.context import Context
from procedures.corrections.supersession import Values, parsed, refused_by, supersede
from procedures.models import (
    AdverseEvent,
)


def adverse_event(context: Context, record_id: str, values: Values) -> Refused | None:
    """Keep what is known now about the same event."""
    data = parsed(context, ADVERSE_EVENT, values)
    if refused := refused_by(context, guards.adverse_event, data):
        return refused
    links = supersede(context, AdverseEvent, record_id)
    adverse_events.insert(context, data, **links)
    return None
