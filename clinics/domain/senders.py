"""Reading the address of a request's sender out of what proxies wrote."""

import ipaddress
import re

X_FORWARDED_FOR = "x-forwarded-for"
FORWARDED = "forwarded"
# One `for=` of the header `Forwarded`, quoted or not (RFC 7239).
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)', re.IGNORECASE)
# An IPv6 network is what one customer gets; inside it an address is free to choose.
IPV6_PREFIX = 64
# Loopback, private and link-local networks.
BESIDE_US = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)


def sender(peer: str, chain: str, *, hops: int, header: str = X_FORWARDED_FOR) -> str:
    """The address the outermost of `hops` trusted proxies saw.

    `peer` is who is connected to us, `chain` the value of `header`, to which each
    proxy adds its own peer at the end. With no hops, nothing in `chain` is believed.
    A last hop that is no address leaves the peer. "" if even that is none.
    """
    own = address(peer)
    steps = _steps(chain, header) if hops > 0 else []
    if not steps:
        return own
    # Fewer steps than proxies: it came in at an inner one, and the first is the truth.
    return address(steps[max(len(steps) - hops, 0)]) or own


def address(text: str) -> str:
    """An IP address as Python writes it, without port, brackets and zone; else ""."""
    text = text.strip().strip('"').strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def network(text: str) -> str:
    """The network that stands for one sender: an IPv4 address, or an IPv6 /64."""
    own = address(text)
    if ":" not in own:
        return own
    return str(ipaddress.ip_network(f"{own}/{IPV6_PREFIX}", strict=False))


def is_beside_us(text: str) -> bool:
    """True for an address that only our own machine or network has, or none."""
    own = address(text)
    if not own:
        return True
    found = ipaddress.ip_address(own)
    nets = (ipaddress.ip_network(one) for one in BESIDE_US)
    return any(found in net for net in nets if net.version == found.version)


def _steps(chain: str, header: str) -> list[str]:
    parts = [part for part in _split(chain) if part.strip()]
    if header != FORWARDED:
        return parts
    named = [_FOR.search(part) for part in parts]
    return [match[1] if match else "" for match in named]


def _split(chain: str) -> list[str]:
    # Commas inside quotes belong to what is quoted.
    return re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^,])+', chain)
