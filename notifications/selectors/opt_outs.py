"""Who wants no more messages on a channel."""

from collections.abc import Mapping

from django.conf import settings
from django.db.models import Q
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


def opted_out(addresses: Mapping[str, str]) -> set[str]:
    """Return the channels, of {channel: address}, whose address has opted out."""
    if not addresses:
        return set()
    wanted = Q()
    for channel, address in addresses.items():
        wanted |= Q(channel=channel, address_hash=address_hash(channel, address))
    standing = OptOut.objects.filter(wanted, ended_at=None)
    return set(standing.values_list("channel", flat=True))
