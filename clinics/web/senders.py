"""The address of whoever sent a request: the one place that reads it."""

import logging

from django.conf import settings
from django.http import HttpRequest

from clinics.domain import senders

log = logging.getLogger(__name__)

FORWARDING_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED")
_told: list[str] = []


def address(request: HttpRequest) -> str:
    """The sender's IP address; "" if nothing names one.

    Behind TRUST_PROXY proxies it is what the outermost of them saw. Without, it is the
    peer, and what a request says of itself counts nothing.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "")
    header = settings.PROXY_HEADER
    chain = str(request.META.get(f"HTTP_{header.upper().replace('-', '_')}") or "")
    if not settings.TRUST_PROXY:
        _warn_of_a_proxy(request, peer)
    return senders.sender(peer, chain, hops=settings.TRUST_PROXY, header=header)


def network(request: HttpRequest) -> str:
    """The network that stands for one sender: an IPv4 address, or an IPv6 /64."""
    return senders.network(address(request))


def _warn_of_a_proxy(request: HttpRequest, peer: str) -> None:
    """Say once that all senders look like one: a proxy beside us is not trusted."""
    if _told or not senders.is_beside_us(peer):
        return
    if any(name in request.META for name in FORWARDING_HEADERS):
        _told.append("untrusted proxy")
        log.error(
            "requests come through a proxy that is not trusted, so that all senders"
            " look like one: set TRUST_PROXY (see .env.example)"
        )
