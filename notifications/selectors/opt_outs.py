"""Who wants no more messages on a channel."""

from collections.abc import Iterable

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


def among(addresses: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of these (channel, address) that have opted out; one statement."""
    by_hash = {(pair[0], address_hash(*pair)): pair for pair in addresses}
    if not by_hash:
        return set()
    hashes = [hashed for _, hashed in by_hash]
    standing = OptOut.objects.filter(address_hash__in=hashes, ended_at=None)
    rows = standing.values_list("channel", "address_hash")
    return {by_hash[row] for row in rows if row in by_hash}
