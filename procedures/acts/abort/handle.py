"""Abort: the day ends without an injection."""

from procedures.context import Context
from procedures.products import containers
from procedures.visits import services as visits


def abort(context: Context) -> None:
    """The day ends without an injection: product discarded, appointment ended."""
    containers.discard_all(context)
    visits.end_procedure(context, context.data["reason"])
    note = f"{context.data['reason']}: {context.data['note']}".rstrip(": ")
    context.episode.closing_reason = note
    context.payload["reason"] = context.data["reason"]
