"""Closing an episode: followed up, lost, or converted to surgery."""

from procedures.context import Context

CLOSING_STEP = {
    "completed": "complete",
    "lost_to_follow_up": "lose",
    "converted_to_surgery": "convert",
}


def complete(context: Context) -> None:
    """Follow-up is over, or cannot go on."""
    context.steps = (CLOSING_STEP[context.data["outcome"]],)
    context.episode.closing_reason = context.data["reason"]
    context.payload["outcome"] = context.data["outcome"]
