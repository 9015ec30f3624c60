"""The instant at which the next message is due."""

from datetime import datetime

from django.db.models import Min

from notifications.domain import states
from notifications.models import Message


def next_due(until: datetime, after: datetime | None = None) -> datetime | None:
    """The earliest instant in (after, until] at which a message wants to leave."""
    rows = Message.objects.filter(state=states.SCHEDULED, next_at__lte=until)
    if after is not None:
        rows = rows.filter(next_at__gt=after)
    earliest: datetime | None = rows.aggregate(at=Min("next_at"))["at"]
    return earliest
