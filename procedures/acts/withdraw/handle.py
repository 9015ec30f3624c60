"""Withdrawal: the patient does not want to go on."""

from procedures.context import Context
from procedures.pathway import BEFORE_THE_DAY
from procedures.visits import services as visits


def withdraw(context: Context) -> None:
    """The patient does not want to go on; a booked procedure is cancelled."""
    context.episode.closing_reason = context.data["reason"]
    # After the day there is no visit to cancel any more: it took place.
    if context.episode.stage in BEFORE_THE_DAY:
        visits.cancel_procedure(context, "withdrawn")
