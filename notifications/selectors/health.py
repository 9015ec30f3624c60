"""Health of a clinic's sending: delays, providers, and the messages to look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, QuerySet

from notifications import channels
from notifications.domain import states
from notifications.domain.delays import Delays, delays
from notifications.models import Attempt, Message, ProviderState
from notifications.selectors.providers import strange_instance
from notifications.selectors.trouble import dead, expired, in_doubt, late, unjudged

SPANS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
# Nothing waits for longer between its due time and its permitted one.
QUIET_AT_MOST = timedelta(days=2)
# Held by the clinic's own switch: no fault of the sender.
HELD = "clinic_sends_nothing"
MOST = 20
PAUSED, DOWN, UP = "paused", "down", "up"
EVERYTHING = ProviderState.ALL


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, or all of them: `state` since when, by whom and why.

    `last_taken` is when it last took a message of this clinic.
    """

    name: str
    carries: tuple[str, ...]
    state: str
    since: datetime | None = None
    until: datetime | None = None
    by: str = ""
    reason: str = ""
    last_taken: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that tells if messages leave: figures, providers, lists of rows.

    `lists` hold querysets under the names of `trouble`; `oldest` has been due longest.
    """

    spans: Mapping[str, Delays]
    providers: tuple[Provider, ...]
    lists: Mapping[str, QuerySet[Message]]
    oldest: Message | None
    strange: str

    @property
    def is_well(self) -> bool:
        """Return True if nobody has to look."""
        stopped = any(one.state in (PAUSED, DOWN) for one in self.providers)
        return not (stopped or self.strange or any(map(_some, self.lists.values())))


def _some(rows: QuerySet[Message]) -> bool:
    return rows.exists()


def health(clinic_id: int, now: datetime) -> Health:
    """Return how a clinic's messages leave; providers are everybody's."""
    rows = Message.objects.filter(clinic_id=clinic_id)
    untried = _untried(rows, now)
    waits = [now - due for due in untried.values_list("next_at", flat=True)]
    return Health(
        spans={
            name: delays(_handed(clinic_id, now - span), waits)
            for name, span in SPANS.items()
        },
        providers=_providers(clinic_id, now),
        lists={name: find(rows, now) for name, find in LISTS.items()},
        oldest=untried.first() if waits else None,
        strange=strange_instance(),
    )


LISTS: dict[str, Callable[[QuerySet[Message], datetime], QuerySet[Message]]] = {
    "late": late,
    "expired": expired,
    "dead": dead,
    "in_doubt": lambda rows, now: in_doubt(rows),
    "unjudged": lambda rows, now: unjudged(rows),
}


def is_paused(provider: str) -> bool:
    """Return True if somebody has stopped that provider, or everything."""
    rows = ProviderState.objects.filter(provider=provider)
    return rows.filter(paused_at__isnull=False).exists()


def _handed(clinic_id: int, since: datetime) -> list[timedelta]:
    """Delays of the first attempts since then; the second has waits of its own."""
    # A demo's clock is set; elsewhere the instant under the lock is the exact one.
    instant = "at" if settings.DEMO else "started_at"
    found = Attempt.objects.filter(
        number=1,
        message__clinic_id=clinic_id,
        message__due_at__gte=since - QUIET_AT_MOST,
        **{f"{instant}__gte": since},
    )
    return [at - due for at, due in found.values_list(instant, "message__next_at")]


def _untried(rows: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """Those due that nobody has tried to send, the one due longest first."""
    due = rows.filter(
        state__in=states.WAITING, next_at__lte=now, expires_at__gt=now, attempts=0
    )
    return due.exclude(reason=HELD).order_by("next_at", "pk")


def _providers(clinic_id: int, now: datetime) -> tuple[Provider, ...]:
    known = {row.provider: row for row in ProviderState.objects.all()}
    taken = _last_taken(clinic_id, now)
    found = []
    everything = known.get(ProviderState.ALL)
    if everything is not None and everything.paused_at:
        found.append(_provider(ProviderState.ALL, (), everything, None))
    carried: dict[str, list[str]] = {}
    for names, carries in channels.lanes().items():
        for name in names:
            carried.setdefault(name, []).extend(carries)
    for name, carries in carried.items():
        row = known.get(name)
        found.append(_provider(name, tuple(carries), row, taken.get(name)))
    return tuple(found)


def _last_taken(clinic_id: int, now: datetime) -> dict[str, datetime]:
    """Return when each provider last took a message, if in the last weeks."""
    rows = Message.objects.filter(
        clinic_id=clinic_id,
        state__in=(states.ACCEPTED, states.DELIVERED),
        due_at__gte=now - timedelta(days=30),
    )
    newest = rows.values("provider").order_by().annotate(at=Max("sent_at"))
    return {row["provider"]: row["at"] for row in newest}


def _provider(
    name: str,
    carries: tuple[str, ...],
    row: ProviderState | None,
    last_taken: datetime | None,
) -> Provider:
    if row is not None and row.paused_at:
        return Provider(
            name,
            carries,
            PAUSED,
            since=row.paused_at,
            by=row.paused_by,
            reason=row.pause_reason,
            last_taken=last_taken,
        )
    if row is not None and row.down_since:
        return Provider(
            name,
            carries,
            DOWN,
            since=row.down_since,
            until=row.probe_at,
            reason=row.down_reason,
            last_taken=last_taken,
        )
    return Provider(name, carries, UP, last_taken=last_taken)
