"""Address prefixes that are banned on a site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

WIDEST = {4: 8, 6: 19}
"""The shortest prefixes that may be banned: beyond them are whole countries."""


@dataclass(frozen=True, slots=True)
class AddressBan:
    """A banned prefix, permanently or until a time. `shadow`: its visitors do not notice the ban."""

    network: IPv4Network | IPv6Network
    shadow: bool = False
    until: int | None = None


def read_prefix(text: str) -> str:
    """A prefix in its stored form. Raises ValueError."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError("must be an address or a prefix such as 203.0.113.0/24") from None
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and network.network_address.ipv4_mapped:
        network = IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - 96))
    if network.prefixlen < WIDEST[network.version]:
        raise ValueError("must not be wider than /8 (IPv4) or /19 (IPv6)")
    return str(network)


def ban_of(bans: Iterable[AddressBan], address: str, now: int) -> AddressBan | None:
    """The ban that applies to an address; an open one before a shadow ban."""
    found = None
    for ban in bans:
        if (ban.until is None or ban.until > now) and _within(address, ban):
            if not ban.shadow:
                return ban
            found = ban
    return found


def _within(address: str, ban: AddressBan) -> bool:
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    return parsed in ban.network
