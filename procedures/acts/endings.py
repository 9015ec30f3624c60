"""How a path ends: withdrawn, aborted on the day, or closed after follow-up."""

from procedures.acts.day_acts import discard_products
from procedures.context import Context
from procedures.pathway import BEFORE_THE_DAY
from procedures.visits import services as visits

CLOSING_STEP = {
    "completed": "complete",
    "lost_to_follow_up": "lose",
    "converted_to_surgery": "convert",
}


def withdraw(context: Context) -> None:
    """The patient does not want to go on; a booked procedure is cancelled."""
    context.episode.closing_reason = context.data["reason"]
    # After the day there is no visit to cancel any more: it took place.
    if context.episode.stage in BEFORE_THE_DAY:
        visits.cancel_procedure(context, "withdrawn")


def abort(context: Context) -> None:
    """The day ends without an injection: product discarded, appointment ended."""
    discard_products(context)
    visits.end_procedure(context, context.data["reason"])
    note = f"{context.data['reason']}: {context.data['note']}".rstrip(": ")
    context.episode.closing_reason = note
    context.payload["reason"] = context.data["reason"]


def complete(context: Context) -> None:
    """Follow-up is over, or cannot go on."""
    context.steps = (CLOSING_STEP[context.data["outcome"]],)
    context.episode.closing_reason = context.data["reason"]
    context.payload["outcome"] = context.data["outcome"]
