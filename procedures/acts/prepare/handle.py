"""Arranging one readiness item."""

from procedures import readiness
from procedures.context import Context


def prepare(context: Context) -> None:
    """Somebody arranged an item, opens it again, or waives it with a reason."""
    data = context.data
    readiness.put(
        context.episode,
        data["item"],
        data["state"],
        reason=data["reason"],
        by=context.by,
        now=context.now,
    )
    context.payload.update(item=data["item"], state=data["state"])
