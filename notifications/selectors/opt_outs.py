"""People who want no more messages on a channel."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils.crypto import salted_hmac

from notifications.models import OptOut


def address_hash(channel: str, address: str) -> str:
    """Return the keyed hash under which an address is remembered."""
    return salted_hmac(
        f"notifications.opt_out.{channel}",
        address,
        secret=settings.LINK_KEY,
        algorithm="sha256",
    ).hexdigest()


Scopes = Mapping[tuple[str, str], frozenset[str]]


def among(addresses: Iterable[tuple[str, str]]) -> Scopes:
    """Return the scopes that each of these (channel, address) has opted out of; one
    statement. Who has opted out of nothing is left out."""
    by_hash = {(pair[0], address_hash(*pair)): pair for pair in addresses}
    if not by_hash:
        return {}
    hashes = [hashed for _, hashed in by_hash]
    standing = OptOut.objects.filter(address_hash__any_of=hashes, ended_at=None)
    found: dict[tuple[str, str], set[str]] = {}
    for channel, hashed, scope in standing.values_list(
        "channel", "address_hash", "scope"
    ):
        if pair := by_hash.get((channel, hashed)):
            found.setdefault(pair, set()).add(scope)
    return {pair: frozenset(scopes) for pair, scopes in found.items()}


def scopes(channel: str, address: str) -> frozenset[str]:
    """Return what this one address has opted out of."""
    return among([(channel, address)]).get((channel, address), frozenset())
