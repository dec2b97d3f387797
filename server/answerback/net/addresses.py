"""The caller's address behind proxies, and the keys by which addresses are counted."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import Request

SHARES_OF_NETWORK = 8


def client_address(request: Request, trusted: tuple[str, ...]) -> str:
    """The caller's address; trusts X-Forwarded-For only as far as listed proxies wrote it."""
    peer = request.client.host if request.client else "127.0.0.1"
    if trusted:
        written = ",".join(request.headers.getlist("x-forwarded-for"))  # some proxies add a line of their own
        hops = [_without_port(part.strip()) for part in written.split(",") if part.strip()]
        while hops and in_networks(peer, trusted):
            peer = hops.pop()
    return peer if _is_address(peer) else "0.0.0.0"


@lru_cache(1_024)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _without_port(hop: str) -> str:
    """An address without the port that some proxies append: `198.51.100.7:4711`, `[2001:db8::1]:4711`."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


@lru_cache(1_024)
def in_networks(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address belongs to any of these networks."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):  # a dual-stack socket maps IPv4
        parsed = parsed.ipv4_mapped or parsed
    return any(parsed in ip_network(network) for network in networks)


@lru_cache(4_096)
def address_key(address: str, day: str, secret: str) -> str:
    """A keyed hash of an IPv4 address that changes daily: enough to count, not to identify. For IPv6, the hashes of its
    /48 and its /64, joined by a dot; a household has at least a /64."""
    parsed: IPv4Address | IPv6Address = ip_address(address)
    counted: list[object] = [parsed]
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        counted = [IPv6Network((int(parsed), length), strict=False) for length in (48, 64)]
    elif isinstance(parsed, IPv6Address):
        counted = [parsed.ipv4_mapped]
    return ".".join(
        hmac.new(secret.encode(), f"{day}|{each}".encode(), hashlib.sha256).hexdigest()[:24] for each in counted
    )


def shares(key: str, most: int) -> list[tuple[str, int]]:
    """The keys under which an `address_key` (with any prefix) is counted against the limit `most`: the key itself, and
    for IPv6 its /48 with `SHARES_OF_NETWORK` times the limit, because its owner has 65,536 /64s."""
    network, dot, _ = key.partition(".")
    return [(key, most), (network, most * SHARES_OF_NETWORK)] if dot else [(key, most)]
