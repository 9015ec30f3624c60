"""Choice of the provider that a message leaves by, at its gate."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifications import channels
from notifications.domain import shares
from notifications.domain.catalogue import PASSWORD_RESET, Kind
from notifications.models import Message
from notifications.selectors.providers import DOWN, Door
from notifications.services.calling import NOT_CALLED

# A probe may end in doubt: nothing that must arrive is risked for one.
PROBES_FROM = 2


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """The provider of a message, and the door that says if it may be used now."""

    provider: str
    door: Door


def choose(
    message: Message,
    kind: Kind,
    address: str,
    doors: Mapping[str, Door],
    budget: Mapping[str, int] | None,
) -> ProviderChoice:
    """Return the way out for a message to `address`.

    Where no provider can take it now, the door of the way returned says why. A
    message in doubt with a provider that takes it only once goes to no other: that
    would be a second copy.
    """
    # A member of staff who cannot sign in could not change the mode either.
    is_allowed = message.kind == PASSWORD_RESET or channels.is_allowed(
        message.channel, address
    )
    if address and not is_allowed:
        return ProviderChoice(channels.SANDBOX, doors[channels.SANDBOX])
    resting = channels.shares(message.channel)
    only = _only(message)
    names = [only] if only in resting else list(resting)
    spent = [name for name in names if budget and budget.get(name, 1) < 1]
    names = [name for name in names if name not in spent] or names
    found = [ProviderChoice(name, doors[name]) for name in names]
    probe = _probe(found, kind, message)
    if probe is not None:
        return probe
    usable = [way.provider for way in found if not way.door.held]
    off = {way.provider: way.door.off for way in found}
    picked = shares.pick(
        shares.weights(resting, off),
        usable,
        shares.point_of(message.pk, message.attempts),
        avoid=_failed(message),
    )
    if picked is None:
        return _first_to_open(found)
    return next(way for way in found if way.provider == picked)


def _only(message: Message) -> str:
    known = channels.PROVIDERS.get(message.provider) if message.doubts else None
    is_idempotent = known is not None and known.capability == "idempotent"
    return message.provider if is_idempotent else ""


def _failed(message: Message) -> str:
    """The provider that has just failed it; what was not called was no failure."""
    is_called = message.attempts and message.reason not in NOT_CALLED
    return message.provider if is_called else ""


def _probe(
    ways: list[ProviderChoice], kind: Kind, message: Message
) -> ProviderChoice | None:
    """A provider that is down is asked now and then, though others carry its share."""
    if len(ways) < 2 or kind.priority < PROBES_FROM:
        return None
    # No message has to wait for the same provider twice.
    tried = message.provider if message.attempts else ""
    for way in ways:
        if way.door.held == DOWN and way.door.probes and way.provider != tried:
            return way
    return None


def _first_to_open(ways: list[ProviderChoice]) -> ProviderChoice:
    """One that may be probed, else one that opens by itself, else any."""
    for test in (
        lambda way: way.door.held == DOWN and way.door.probes,
        lambda way: way.door.held == DOWN,
        lambda way: way.door.until is not None,
    ):
        for way in ways:
            if test(way):
                return way
    return ways[0]
