"""Faults of sending just now, counted: for pages, the check and the log."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from notifications.domain import states
from notifications.models import Message, ProviderState

LATE_AFTER = timedelta(minutes=10)
TOLD_FOR = timedelta(hours=24)
# Long enough for a person to have looked; a call asked for in its place ends it before.
DEAD_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Numbers of messages late, too late, dead, in doubt and beyond judging.

    `pauses` says in words what does not send, and why.
    """

    late: int = 0
    expired: int = 0
    dead: int = 0
    in_doubt: int = 0
    unjudged: int = 0
    pauses: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """Return it in words; empty if nothing is wrong."""
        counts = {
            "waiting that should have left": self.late,
            "too late to be sent in the last day": self.expired,
            "that will never arrive": self.dead,
            "of which nobody knows if they arrived": self.in_doubt,
            "that cannot be judged": self.unjudged,
        }
        said = [f"Messages {what}: {count}" for what, count in counts.items() if count]
        return [*self.pauses, *said]


def trouble(now: datetime, clinic_id: int | None = None) -> Trouble:
    """Return what is wrong, of one clinic or of all; providers are everybody's."""
    rows = Message.objects.all()
    if clinic_id is not None:
        rows = rows.filter(clinic_id=clinic_id)
    return Trouble(
        late=late(rows, now).count(),
        expired=expired(rows, now).count(),
        dead=dead(rows, now).count(),
        in_doubt=in_doubt(rows).count(),
        unjudged=unjudged(rows).count(),
        pauses=pauses(),
    )


def late(rows: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """Those that should have left, and why not: their `reason` says."""
    due = Q(next_at__lt=now - LATE_AFTER, expires_at__gt=now)
    return rows.filter(due, state__in=states.WAITING).order_by("next_at", "id")


def expired(rows: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """Those that became too late in the last day for want of being sent."""
    ended = Q(expires_at__gt=now - TOLD_FOR, due_at__lt=now)
    return rows.filter(ended, state=states.EXPIRED).order_by("expires_at", "id")


def dead(rows: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """Those that never arrive, until somebody has telephoned instead.

    Not those that another channel tells.
    """
    instead = Message.objects.filter(
        subject=OuterRef("subject"),
        revision=OuterRef("revision"),
        kind=OuterRef("kind"),
        occurrence=OuterRef("occurrence"),
    ).exclude(state__in=states.LOST | states.STOPPED)
    recent = rows.filter(state=states.DEAD, expires_at__gt=now - DEAD_FOR)
    return recent.filter(~Exists(instead)).order_by("due_at", "id")


def in_doubt(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Those nobody knows about: given up on, or unanswered for a quarter of an hour."""
    old = Q(lease_until=None) | Q(lease_until__lt=Now() - timedelta(minutes=15))
    return rows.filter(old, state=states.UNCERTAIN).order_by("due_at", "id")


def unjudged(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Those whose gate failed and that wait to be tried again."""
    waiting = rows.filter(state__in=states.WAITING, gate_faults__gt=0)
    return waiting.order_by("due_at", "id")


def pauses() -> tuple[str, ...]:
    """Return in words which providers do not send, and why."""
    found = []
    for row in ProviderState.objects.order_by("provider"):
        who = "All sending" if row.provider == ProviderState.ALL else row.provider
        if row.paused_at:
            why = row.pause_reason or row.paused_by
            found.append(f"{who} is paused since {row.paused_at:%H:%M UTC}: {why}")
        elif row.down_since:
            since = f"{row.down_since:%H:%M UTC}"
            found.append(f"{who} does not answer since {since}: {row.down_reason}")
    return tuple(found)
